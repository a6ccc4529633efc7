import Foundation
import Spawn

/// What the formatter has to say of a source's code, where the package has rules for it: `.swift-format`.
struct FormatReview {
    let folder: SourceFolder
    /// Lines that are told one by one; further ones are counted.
    private static let most = 5

    func remarks(_ files: [SourceText]) -> [ReviewReport.Remark] {
        guard folder.exists(".swift-format"), !files.isEmpty else { return [] }
        let command = ["swift", "format", "lint", "--strict"] + files.map(\.file)
        guard let outcome = try? ToolProcess.run(command, at: folder.package), outcome.status != 127 else {
            return [.init(level: .person, text: "The formatter could not be run: \(command.joined(separator: " "))")]
        }
        if outcome.status == 0 { return [.init(level: .good, text: "The formatter has nothing to say.")] }
        let found = outcome.text.split(separator: "\n").compactMap(Self.remark)
        if found.isEmpty { return [.init(level: .bad, text: "The formatter failed: \(outcome.excerpt)")] }
        let rest = found.count - Self.most
        let mend = "swift format format -i \(Set(found.compactMap(\.file)).sorted().joined(separator: " "))"
        return found.prefix(Self.most)
            + [.init(level: .bad, text: (rest > 0 ? "The formatter names \(rest) more. " : "") + "To mend: `\(mend)`")]
    }

    /// A line such as `Sources/A/B.swift:3:1: error: [LineLength] line is too long`.
    private static func remark(_ line: Substring) -> ReviewReport.Remark? {
        guard let match = line.wholeMatch(of: /(.+?\.swift):(\d+):\d+: (?:error|warning): (.+)/) else { return nil }
        return ReviewReport.Remark(
            level: .bad, text: "the formatter says: \(match.3)", file: String(match.1), line: Int(match.2))
    }
}
