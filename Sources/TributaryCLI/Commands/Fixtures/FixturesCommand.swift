import ArgumentParser
import Cassettes
import Foundation
import Tributary

/// `tributary fixtures`: looks at recorded material and keeps it fit to be published.
struct FixturesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fixtures",
        abstract: "Scan, inspect, export, import, derive recorded fixtures, and look for drift.",
        subcommands: [
            FixturesScanCommand.self, FixturesInspectCommand.self, FixturesExportCommand.self,
            FixturesImportCommand.self, FixturesDriftCommand.self, FixturesDeriveCommand.self,
        ])
}

/// `tributary fixtures scan`: looks for what must not be published.
struct FixturesScanCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "scan", abstract: "Look for secrets, personal data and traces of machines in fixtures.",
        discussion: """
            Looks at every file, also inside base 64, hexadecimal, percent escapes, gzip and JSON within text. A value that
            a person has looked at and found harmless is allowed by its fingerprint and file, with a reason and a date:

              Fixtures/scan-allow.json
              {"allow": [{"fingerprint": "1f0a…", "file": "acme/orders/bodies/orders-p1.json",
                          "place": "data[0].sku", "reason": "a published article number", "until": "2027-06-30"}]}

            Exit code 0: nothing found; 5: something was found.
            """)

    @Argument(help: "Folders or files; none means all fixtures.", completion: .directory)
    var places: [String] = []

    @Option(help: "The folder of the fixtures, which holds scan-allow.json.", completion: .directory)
    var fixtures = "Fixtures"

    @OptionGroup var output: OutputOptions

    private struct Entry: Encodable {
        var file: String
        var line: Int?
        var place: String
        var rule: String
        var what: String
        var excerpt: String
        var fingerprint: String

        init(_ finding: LeakFinding) {
            file = finding.file
            line = finding.line
            place = finding.place
            rule = finding.rule.rawValue
            what = finding.what
            excerpt = finding.excerpt
            fingerprint = finding.fingerprint
        }
    }

    func run() throws {
        var report = LeakReport()
        let today = String(Moment.text(SystemClock().now).prefix(10))
        for place in places.isEmpty ? [fixtures] : places {
            let part = try LeakScanner().scan(
                folder: URL(filePath: place), root: URL(filePath: fixtures), today: today)
            report.findings += part.findings
            report.allowed += part.allowed
            report.files += part.files
            report.bytes += part.bytes
            if places.isEmpty { report.unneeded += part.unneeded }
        }
        if output.json { try JSONOutput.print(report.findings.map(Entry.init)) } else { show(report) }
        if !report.findings.isEmpty || !report.unneeded.isEmpty { throw ExitStatus.upstream.exitCode }
    }

    private func show(_ report: LeakReport) {
        for finding in report.findings { Console.result(Self.text(finding)) }
        for entry in report.unneeded {
            Console.result(
                "scan-allow.json: the entry \(entry.fingerprint) for \(entry.file) allows nothing: remove it")
        }
        let files = report.files.counted("file")
        let allowed = report.allowed.isEmpty ? "" : ", \(report.allowed.count) allowed"
        let found = report.findings.isEmpty ? "nothing found" : "\(report.findings.count) found"
        Console.note("\(files), \(Figures.bytes(report.bytes)) looked at: \(found)\(allowed)")
        guard !report.findings.isEmpty else { return }
        Console.note(
            """
            A value of an account: record anew, with a rule in the source's redaction.json.
            A harmless one: list its fingerprint with a reason in \(fixtures)/scan-allow.json.
            """)
    }

    /// A finding in the form in which editors jump to a place.
    static func text(_ finding: LeakFinding) -> String {
        let line = finding.line.map { ":\($0)" } ?? ""
        return """
            \(finding.file)\(line)
              \(finding.place): \(finding.what) [\(finding.rule.rawValue)]
              \(finding.excerpt), fingerprint \(finding.fingerprint)
            """
    }
}
