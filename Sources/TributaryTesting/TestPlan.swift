import Cassettes
import Conformance
import Foundation
import Testing
import Transports
import Tributary

/// What one call of ``ConformanceTests`` asks for.
struct TestPlan: Sendable {
    let sources: [AnySource]
    let fixtures: String?
    let isStrict: Bool?
    let place: SourceLocation

    /// The tests, in the order of sources, tables and checks.
    func tests() -> [NamedTest] {
        guard let root = fixtureRoot else {
            return [
                problem("fixtures", "Looking for the folder Fixtures beside and above \(place.fileID): there is none.")
            ]
        }
        do {
            let options = try options(root)
            return try ledgerTest(options) + sources.flatMap { try tests(of: $0, root, options) }
        } catch {
            return [problem("fixtures", "\(error)")]
        }
    }

    private func tests(of source: AnySource, _ root: URL, _ options: CheckRunner.Options) throws -> [NamedTest] {
        let name = source.description.type.lowercased()
        let folder = root.appendingPathComponent(name)
        guard FileManager.default.fileExists(atPath: folder.path) else {
            let text = "\(source.description.label) has no fixtures: there is no folder \(folder.path)."
            return options.isStrict ? [problem("\(name) / fixtures", text)] : []
        }
        let scenarios = try Fixture(at: folder).scenarios
        // SQLite alone: nobody would drop here what is made on servers.
        let runner = CheckRunner(
            catalogue: CheckCatalogue.all, stack: { LiveHTTP.simulated(over: $0, clock: $1) },
            databases: try DatabaseStack(connector: LiveDatabaseConnector()))
        let cases = runner.cases(of: source, scenarios: scenarios, options: options).map {
            ConformanceCase(item: $0, runner: runner, options: options, place: place)
        }
        return scenarios.flatMap(waiverTest(options)) + Self.grouped(cases)
    }

    /// Cases of one name, one for each scenario, are one test with several arguments.
    private static func grouped(_ cases: [ConformanceCase]) -> [NamedTest] {
        var order: [String] = []
        var groups: [String: [ConformanceCase]] = [:]
        for item in cases {
            if groups[item.item.name] == nil { order.append(item.item.name) }
            groups[item.item.name, default: []].append(item)
        }
        return order.compactMap { name in
            groups[name].flatMap { group in
                let others = group.map(\.item)
                let cases = group.map { $0.beside(others) }
                return group.first.map { NamedTest(name: name, place: $0.place, body: .cases(cases)) }
            }
        }
    }

    private func waiverTest(_ options: CheckRunner.Options) -> (Scenario) -> [NamedTest] {
        { scenario in
            guard scenario.manifest.document["waivers"] != nil else { return [] }
            let name = scenario.id.replacing("/", with: " / ") + " / waivers"
            let problems = Waivers.problems(of: scenario, checks: CheckCatalogue.all, today: options.today)
            return [NamedTest(name: name, place: place, body: .problems(problems.map { "\($0.place): \($0.actual)" }))]
        }
    }

    private func ledgerTest(_ options: CheckRunner.Options) -> [NamedTest] {
        guard let ledger = options.ledger else { return [] }
        return [NamedTest(name: "ledger", place: place, body: .problems(ledger.problems.map(\.actual)))]
    }

    private func problem(_ name: String, _ text: String) -> NamedTest {
        NamedTest(name: name, place: place, body: .problems([text]))
    }
}

// Where and how.
extension TestPlan {
    /// The named folder, or the nearest `Fixtures` beside or above the file.
    private var fixtureRoot: URL? {
        var folder = URL(filePath: place.filePath).deletingLastPathComponent()
        if let fixtures { return URL(filePath: fixtures, relativeTo: folder).absoluteURL }
        while true {
            let candidate = folder.appendingPathComponent("Fixtures")
            if FileManager.default.fileExists(atPath: candidate.path) { return candidate }
            if folder.path == "/" || folder.path.isEmpty { return nil }
            folder.deleteLastPathComponent()
        }
    }

    private func options(_ root: URL) throws -> CheckRunner.Options {
        let environment = ProcessInfo.processInfo.environment
        let today = Date().formatted(.iso8601.year().month().day())
        var options = CheckRunner.Options(today: today)
        options.profile = environment["TRIBUTARY_PROFILE"].flatMap(Profile.init(rawValue:)) ?? .quick
        options.seed = environment["TRIBUTARY_SEED"].flatMap(UInt64.init) ?? 1
        options.isStrict = isStrict ?? Self.isStrict(environment)
        options.ledger = try FailureLedger(at: root.appendingPathComponent("ledger.json"))
        return options
    }

    private static func isStrict(_ environment: [String: String]) -> Bool {
        switch environment["TRIBUTARY_STRICT"] {
        case "1"?: true
        case "0"?: false
        default: environment["CI"] != nil
        }
    }
}
