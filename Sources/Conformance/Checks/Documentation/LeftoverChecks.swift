import Cassettes
import Columns
import Foundation
import Tributary

/// What should have gone before a source is shown.
enum LeftoverChecks {
    static let all = [placeholders, waivers]

    private static let placeholders = Check(
        "template-no-placeholders", group: .documentation, level: .static, scope: .source,
        proves: "Nothing that the template left to be filled in is in the source, its page or its fixtures.",
        method:
            "Code, page, icon and manifest are searched for marks such as __label__ and for TODO and FIXME; from beta on "
            + "for the template's own instructions, too.",
        likelyCause: "A part of the template was never filled in.", profile: .quick,
        catches: "mark-of-the-template", "instructions-left-on-the-page"
    ) { input in
        let manifest = "\(input.scenario.id)/manifest.json"
        var files = input.sourceFiles()
        if let page = input.page { files.append(SourceFile(path: page.path, text: page.lines.joined(separator: "\n"))) }
        if let data = FileManager.default.contents(
            atPath: input.scenario.folder.appending(path: "manifest.json").path)
        {
            files.append(SourceFile(path: manifest, text: String(decoding: data, as: UTF8.self)))
        }
        let isFinished = input.source.description.status != .alpha
        let findings = files.flatMap { file in
            file.lines.enumerated().compactMap { index, line -> Finding? in
                guard let left = leftover(in: line, isFinished: isFinished) else { return nil }
                return Finding(
                    at: "\(file.path), line \(index + 1)", expected: "nothing that is still to be filled in",
                    actual: "There is \(left).", witness: [String(line.prefix(160))], file: file.path, line: index + 1)
            }
        }
        return .judged(findings, looked: Counters(items: files.reduce(0) { $0 + $1.lines.count }))
    }

    private static func leftover(in line: String, isFinished: Bool) -> String? {
        if let mark = mark(in: line) { return "the mark \(mark)" }
        let words = line.split { !$0.isLetter }
        if let word = words.first(where: { $0 == "TODO" || $0 == "FIXME" }) { return "a \(word)" }
        if isFinished, line.contains("Say here ") { return "an instruction of the template" }
        return nil
    }

    /// `__name__`, as the template spells what is to be filled in.
    private static func mark(in line: String) -> String? {
        let parts = line.components(separatedBy: "__")
        guard parts.count > 2 else { return nil }
        let names = parts.dropFirst().dropLast().filter { part in
            !part.isEmpty && part.utf8.allSatisfy { (0x61...0x7A).contains($0 | 0x20) || $0 == UInt8(ascii: "_") }
        }
        return names.first.map { "__\($0)__" }
    }

    private static let waivers = Check(
        "waivers-alive", group: .documentation, level: .static, scope: .source,
        proves:
            "Each accepted failure names a check and a table that are there, with reason, reference and a day to come.",
        method:
            "The waivers of the manifest are read. That each is still needed, the report of the whole run judges: a waiver "
            + "whose check passes fails it.",
        likelyCause: "A waiver ran out, or was written for a check or table that has gone.", profile: .quick,
        isWaivable: false, catches: "waiver-past-its-day", "waiver-without-a-reference"
    ) { input in
        let findings = Waivers.problems(of: input.scenario, checks: CheckCatalogue.all, today: input.today)
        return .judged(findings, looked: Counters(items: 1 + Waivers(input.scenario.manifest).all.count))
    }
}
