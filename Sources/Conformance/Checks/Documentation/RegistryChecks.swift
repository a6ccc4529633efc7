import Cassettes
import Columns
import Foundation
import Tributary

/// How a source stands in the catalogue.
enum RegistryChecks {
    static let all = [entry]

    private static let entry = Check(
        "registry-entry-complete", group: .documentation, level: .static, scope: .source,
        proves: "The source's entry in the catalogue is whole, and its type is the one that was released.",
        method:
            "Type, label, link to the vendor's documentation, keywords, caption and icon are looked at; the type is held "
            + "against the folder of the fixtures and the last released declaration. The icon is judged where the source's "
            + "code is at hand.",
        likelyCause: "A part of the description was left out or copied, the icon is missing, or the type was renamed.",
        profile: .quick, catches: "documentation-without-tls", "icon-with-a-script", "released-type-renamed"
    ) { input in
        let problems = descriptionProblems(input.source.description) + typeProblems(input) + iconProblems(input)
        let released = try input.released()
        var findings = problems.map { Finding(at: "description", expected: "a whole entry", actual: $0) }
        if let released, released.type != input.source.description.type {
            findings.append(
                Finding(
                    at: "type", expected: "\(released.type), as version \(released.version) had it",
                    actual: "It is \(input.source.description.type): stored connections name the old one."))
        }
        return .judged(findings, looked: Counters(items: 7 + (released == nil ? 0 : 1)))
    }

    private static func descriptionProblems(_ description: SourceDescription) -> [String] {
        var problems: [String] = []
        let type = description.type
        if type.first?.isUppercase != true || !type.utf8.allSatisfy(isLetterOrDigit) {
            problems.append("The type \"\(type)\" is no name such as Stripe.")
        }
        if description.label.isEmpty || description.label != trimmed(description.label) {
            problems.append("The label \"\(description.label)\" is empty or has blanks around it.")
        }
        let docs = URL(string: description.docs)
        if docs?.scheme != "https" || (docs?.host ?? "").isEmpty {
            problems.append("The vendor's documentation \"\(description.docs)\" is no https address.")
        }
        let words = description.keywords.map { $0.lowercased() }
        if words.contains(where: { trimmed($0).isEmpty }) || Set(words).count < words.count {
            problems.append("A keyword is empty or comes twice.")
        }
        if let caption = description.caption, trimmed(caption).isEmpty { problems.append("The caption is empty.") }
        return problems
    }

    private static func typeProblems(_ input: CheckCase) -> [String] {
        let expected = input.source.description.type.lowercased()
        let actual = input.scenario.manifest.source
        return expected == actual ? [] : ["The fixtures are of \"\(actual)\", and the type is \"\(expected)\"."]
    }

    private static func iconProblems(_ input: CheckCase) -> [String] {
        let folder = "\((input.sourceFolder as NSString).deletingLastPathComponent)/Icons"
        guard input.exists(folder) else { return [] }
        let path = "\(folder)/\(input.source.description.icon).svg"
        guard let icon = input.text(path)?.lowercased() else { return ["There is no icon \(path)."] }
        if !icon.contains("<svg") { return ["\(path) is no SVG."] }
        // It is shown inside pages of the catalogue.
        let risks = ["<script", "javascript:", "onload=", "onclick=", "<foreignobject", "href=\"http", "<!entity"]
        return risks.filter(icon.contains).map { "\(path) holds \($0), which may run or fetch something." }
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte || UInt8(ascii: "A")...UInt8(ascii: "Z") ~= byte
            || UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte
    }

    private static func trimmed(_ text: String) -> String { text.trimmingCharacters(in: .whitespacesAndNewlines) }
}
