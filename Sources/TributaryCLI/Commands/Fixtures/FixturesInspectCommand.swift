import ArgumentParser
import Cassettes
import Columns
import Foundation
import Tributary

/// Which scenario a command looks at.
struct ScenarioOptions: ParsableArguments {
    @Argument(help: "The source's type, such as stripe.", completion: Completions.sources)
    var source: String

    @Option(help: "The scenario's name; none means all of the source.")
    var scenario: String?

    @Option(help: "The folder of the fixtures.", completion: .directory)
    var fixtures = "Fixtures"

    var folder: URL { URL(filePath: fixtures).appending(path: source.lowercased()) }

    func scenarios() throws -> [Scenario] {
        guard FileManager.default.fileExists(atPath: folder.path) else {
            throw SourceError(
                .notFound, "Looking for fixtures of \(source): there is no folder \(folder.relativePath).",
                advice: "Name their place with --fixtures, or record some with 'tributary record'.")
        }
        let fixture = try Fixture(at: folder)
        return try scenario.map { [try fixture.scenario($0)] } ?? fixture.scenarios
    }

    /// The one scenario that a command works on.
    func one() throws -> Scenario {
        let all = try scenarios()
        guard all.count == 1, let first = all.first else {
            throw ValidationError("Say which scenario with --scenario: \(all.map(\.name).joined(separator: ", ")).")
        }
        return first
    }
}

/// `tributary fixtures inspect`: what a scenario holds.
struct FixturesInspectCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect", abstract: "Show what scenarios hold: requests, pages, redactions, provenance, age.",
        discussion: "  tributary fixtures inspect stripe --scenario billing")

    @OptionGroup var place: ScenarioOptions

    @Flag(help: "Show every request.")
    var requests = false

    @OptionGroup var output: OutputOptions

    func run() throws {
        let reports = try place.scenarios().map(ScenarioReport.init)
        if output.json { return try JSONOutput.print(reports) }
        for report in reports { Console.result(report.text(showsRequests: requests)) }
    }
}

/// What can be told of a scenario.
struct ScenarioReport: Encodable {
    var scenario: String
    var title: String
    var provenance: String
    var verifiedAt: String?
    var ageDays: Int?
    /// Whether the files are those that were recorded; nil where no seal says so.
    var isSealed: Bool?
    var bytes: Int
    var states: [State]

    struct State: Encodable {
        var name: String
        var clock: String
        var story: String
        var tables: [Table]
        var requests: [Request]
        var redactions: [String: Int]
    }

    struct Table: Encodable {
        var name: String
        var mode: String
        var requests: Int
        var pages: Int
        var rows: Int?
    }

    struct Request: Encodable {
        var id: String
        var method: String
        var url: String
        var status: Int
        var bytes: Int
        var isTrimmed: Bool
    }

    init(_ scenario: Scenario) throws {
        let files = ScenarioFiles(reading: scenario.folder)
        let details = scenario.manifest.provenance.details
        self.scenario = scenario.id
        title = scenario.manifest.title
        provenance = scenario.manifest.provenance.kind.rawValue
        verifiedAt = (details["verifiedAt"] ?? details["recordedAt"])?.string
        ageDays = verifiedAt.flatMap { TimestampParser.microseconds("\($0)T00:00:00Z") }.map { day in
            Int((SystemClock().now - day) / 86_400_000_000)
        }
        isSealed = details["seal"]?.string.map { $0 == files.seal }
        bytes = files.files.values.reduce(0) { $0 + $1.count }
        states = try scenario.manifest.states.map { try State(scenario, $0) }
    }

    func text(showsRequests: Bool) -> String {
        var lines = ["\(scenario): \(title)"]
        let age = ageDays.map { ", \($0.counted("day")) old" } ?? ""
        let seal = isSealed.map { $0 ? ", as recorded" : ", edited since it was recorded" } ?? ""
        lines.append("  \(provenance) \(verifiedAt ?? "")\(age)\(seal), \(Figures.bytes(bytes))")
        for state in states {
            lines.append("\n  \(state.name) at \(state.clock): \(state.story)")
            var table = TextTable([
                ("  TABLE", .left), ("MODE", .left), ("REQUESTS", .right), ("PATHS", .right), ("ROWS", .right),
            ])
            for entry in state.tables {
                table.add([
                    "  " + entry.name, entry.mode, entry.requests.grouped, entry.pages.grouped,
                    entry.rows.map(\.grouped) ?? "?",
                ])
            }
            lines.append(table.text)
            let rules = state.redactions.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
            if !rules.isEmpty { lines.append("  replaced: " + rules.joined(separator: ", ")) }
            for request in showsRequests ? state.requests : [] {
                let trim = request.isTrimmed ? ", trimmed" : ""
                lines.append("  \(request.id): \(request.method) \(request.url)")
                lines.append("    \(request.status), \(Figures.bytes(request.bytes))\(trim)")
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }
}

extension ScenarioReport.State {
    init(_ scenario: Scenario, _ state: Manifest.State) throws {
        name = state.name
        clock = Moment.text(state.clock)
        story = state.story
        let exchanges = try scenario.exchanges(state: state.name)
        let file = state.http.flatMap {
            FileManager.default.contents(atPath: scenario.folder.appending(path: $0).path)
        }
        let entries = try file.map { try JSONValue(parsing: [UInt8]($0)) }?["log"]?["entries"]?.array ?? []
        tables = scenario.manifest.schemas.map { schema in
            let own = exchanges.filter { $0.exchange.schemas.contains(schema.name) }
            return ScenarioReport.Table(
                name: schema.name, mode: schema.mode.rawValue, requests: own.count,
                pages: Set(own.map { $0.url.prefix { $0 != "?" } }).count,
                rows: scenario.manifest.expected[state.name]?[schema.name]?["rows"]?.int64.map(Int.init))
        }
        requests = zip(exchanges, entries).map { exchange, entry in
            ScenarioReport.Request(
                id: exchange.id, method: exchange.exchange.request.method, url: exchange.url, status: exchange.status,
                bytes: exchange.body.count, isTrimmed: entry["_trimmed"] != nil)
        }
        redactions = entries.reduce(into: [:]) { sum, entry in
            for rule in entry["_redacted"]?.object?.members ?? [] {
                sum[rule.name, default: 0] += rule.value.int64.map(Int.init) ?? 0
            }
        }
    }
}
