import ArgumentParser
import Cassettes
import Columns
import Conformance
import Foundation
import Tributary

/// `tributary fixtures derive`: database cassettes from the seeds of scenarios.
struct FixturesDeriveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "derive",
        abstract: "Derive the database cassettes of scenarios from their seeds, on a real server.",
        discussion: """
            Builds each state from its seed scripts, lets the source prove its credentials, list and read its tables, and \
            keeps each statement with its typed answer in a file such as t0.dbc beside the manifest. With it the kit \
            replays the scenario where no server is at hand; where one is, it derives the cassette anew and compares.

              tributary fixtures derive postgres --database-server postgres://user:password@127.0.0.1:5432/postgres
            """)

    @OptionGroup var place: ScenarioOptions

    @Option(
        help: ArgumentHelp(
            "A server on which databases of its own may be made.", discussion: "See 'tributary check --help'.",
            valueName: "url"))
    var databaseServer: [String] = []

    func run() async throws {
        let source = try Sources.source(place.source)
        let databases = try Kit.databases(databaseServer)
        do {
            for scenario in try place.scenarios() { try await derive(scenario, source, databases) }
        } catch {
            await databases.close()
            throw error
        }
        await databases.close()
    }

    private func derive(_ scenario: Scenario, _ source: AnySource, _ databases: DatabaseStack) async throws {
        let derivation = StatementDerivation(
            source: source, scenario: scenario, stack: Kit.stack, databases: databases)
        try derivation.demandEngine()
        let cassettes = try await derivation.cassettes()
        guard !cassettes.isEmpty, cassettes.allSatisfy({ $0.cassette.engine != .sqlite }) else {
            Console.note("\(scenario.id): nothing to derive; \(Self.reason(cassettes.isEmpty)).")
            return
        }
        let changed = try derivation.keep(cassettes, today: Kit.today)
        for (state, cassette) in cassettes {
            let word = changed.contains("\(state).dbc") ? "written" : "unchanged"
            Console.result("\(scenario.id)/\(state).dbc  \(cassette.records.count.counted("statement")), \(word)")
        }
    }

    private static func reason(_ isEmpty: Bool) -> String {
        isEmpty ? "it has no seed" : "SQLite is always at hand, its cassette would prove less than its seed"
    }
}
