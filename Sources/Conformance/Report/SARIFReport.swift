import Cassettes
import Columns
import Crypto
import Foundation

/// A run in SARIF 2.1.0, as code scanning services read it: a rule for each check, a result for each finding.
public struct SARIFReport: Encodable, Sendable {
    public let schema = "https://json.schemastore.org/sarif-2.1.0.json"
    public let version = "2.1.0"
    public let runs: [Run]

    private enum CodingKeys: String, CodingKey {
        case schema = "$schema"
        case version, runs
    }

    public struct Run: Encodable, Sendable {
        public let tool: Tool
        public let results: [Result]
        public let columnKind = "unicodeCodePoints"
        public let automationDetails: Automation
    }

    public struct Automation: Encodable, Sendable { public let id: String }
    public struct Tool: Encodable, Sendable { public let driver: Driver }

    public struct Driver: Encodable, Sendable {
        public let name = "tributary check"
        public let rules: [Rule]
    }

    public struct Text: Encodable, Sendable { public let text: String }

    public struct Rule: Encodable, Sendable {
        public let id: String
        public let shortDescription: Text
        public let fullDescription: Text
        public let help: Text
        public let properties: [String: [String]]
    }

    public struct Result: Encodable, Sendable {
        public let ruleId: String
        public let ruleIndex: Int
        public let level: String
        public let message: Text
        public let locations: [Location]
        public let partialFingerprints: [String: String]
        public let suppressions: [Suppression]
    }

    /// An accepted result; an empty list says that it is not accepted.
    public struct Suppression: Encodable, Sendable {
        public let kind = "external"
        public let status = "accepted"
        public let justification: String
    }

    public struct Location: Encodable, Sendable {
        public let physicalLocation: Physical?
        public let logicalLocations: [Logical]
    }

    public struct Physical: Encodable, Sendable {
        public let artifactLocation: Artifact
        public let region: Region?
    }

    public struct Artifact: Encodable, Sendable { public let uri: String }
    public struct Region: Encodable, Sendable { public let startLine: Int }

    public struct Logical: Encodable, Sendable {
        public let fullyQualifiedName: String
        public let kind = "member"
    }

    /// - Parameter root: the folder that paths are told from, the repository's as a rule.
    public init(_ report: ConformanceReport, root: URL) {
        var seen: [String: Int] = [:]
        var checks: [Check] = []
        for result in report.results where seen[result.item.check.name] == nil {
            seen[result.item.check.name] = checks.count
            checks.append(result.item.check)
        }
        let own = Rule(
            id: "waivers-and-ledger", shortDescription: Text(text: "Waivers and the ledger are alive."),
            fullDescription: Text(text: "Each waiver and each entry of the ledger is complete, allowed and needed."),
            help: Text(text: "Complete the entry, or take it out."), properties: ["tags": ["N"]])
        let reported = report.results.filter { $0.isFailure(strict: report.options.isStrict) || !$0.findings.isEmpty }
        let results =
            reported.flatMap { Self.results($0, index: seen[$0.item.check.name] ?? 0, root: root) }
            + report.problems.map { Self.result($0, index: checks.count, root: root) }
        runs = [
            Run(
                tool: Tool(driver: Driver(rules: checks.map(Self.rule) + [own])), results: results,
                automationDetails: Automation(id: "tributary-check/\(report.options.profile.rawValue)/"))
        ]
    }

    private static func rule(_ check: Check) -> Rule {
        Rule(
            id: check.name, shortDescription: Text(text: check.proves), fullDescription: Text(text: check.method),
            help: Text(text: "\(check.likelyCause)\n\nMore: tributary check --explain \(check.name)"),
            properties: ["tags": [check.group.rawValue, check.group.title, check.level.rawValue]])
    }

    private static func results(_ result: CheckResult, index: Int, root: URL) -> [Result] {
        let story = FailureStory(result)
        let scenario = result.item.input.scenario
        let findings = story.findings.isEmpty ? [nil] : story.findings.map(Optional.some)
        return findings.enumerated().map { number, finding in
            var part = story
            part.findings = [finding].compactMap { $0 }
            return Result(
                ruleId: story.check, ruleIndex: index, level: level(result), message: Text(text: part.text),
                locations: [
                    Location(
                        physicalLocation: place(finding, scenario, table: story.table, root: root),
                        logicalLocations: [Logical(fullyQualifiedName: result.item.id)])
                ],
                partialFingerprints: ["case/v1": fingerprint("\(result.item.id) #\(number)")],
                suppressions: suppressions(result.verdict))
        }
    }

    private static func result(_ problem: Finding, index: Int, root: URL) -> Result {
        let name = problem.place.split(separator: ",").first.map(String.init) ?? problem.place
        let file = root.appendingPathComponent("Fixtures/\(name)")
        return Result(
            ruleId: "waivers-and-ledger", ruleIndex: index, level: "error",
            message: Text(text: "\(problem.place): \(problem.actual)"),
            locations: [
                Location(
                    physicalLocation: Physical(
                        artifactLocation: Artifact(uri: uri(file, root)),
                        region: problem.line.map { Region(startLine: $0) }),
                    logicalLocations: [Logical(fullyQualifiedName: problem.place)])
            ],
            partialFingerprints: ["case/v1": fingerprint("\(problem.place) \(problem.actual)")], suppressions: [])
    }

    private static func level(_ result: CheckResult) -> String {
        if case .notExercised = result.verdict { return "warning" }
        return "error"
    }

    private static func suppressions(_ verdict: Verdict) -> [Suppression] {
        switch verdict {
        case .waived(let waiver, _):
            [Suppression(justification: "\(waiver.reason) (\(waiver.reference), until \(waiver.until))")]
        case .known(let entry, _): [Suppression(justification: "known since \(entry.since): \(entry.reference)")]
        default: []
        }
    }

    /// The finding's own line, or the table's in the manifest: a result without a place is shown nowhere.
    private static func place(_ finding: Finding?, _ scenario: Scenario, table: String, root: URL) -> Physical {
        let file = scenario.folder.appendingPathComponent(finding?.file ?? "manifest.json")
        let line =
            finding?.file != nil
            ? finding?.line : SourceLine.of("\"\(table)\"", in: file, after: "\"schemas\"") ?? 1
        return Physical(
            artifactLocation: Artifact(uri: uri(file, root)), region: line.map { Region(startLine: max(1, $0)) })
    }

    private static func uri(_ file: URL, _ root: URL) -> String {
        let (path, base) = (file.standardizedFileURL.path, root.standardizedFileURL.path)
        let relative = path.hasPrefix(base + "/") ? String(path.dropFirst(base.count + 1)) : path
        return relative.addingPercentEncoding(withAllowedCharacters: .urlPathAllowed) ?? relative
    }

    private static func fingerprint(_ text: String) -> String {
        Hexadecimal.text(SHA256.hash(data: Data(text.utf8)))
    }
}
