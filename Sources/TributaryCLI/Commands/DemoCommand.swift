import ArgumentParser
import Cassettes
import Columns
import Conformance
import Foundation
import Lake
import Pipeline
import Tributary

/// `tributary demo`: the main job on recorded material: a source into a local lake, once for each state of its upstream.
struct DemoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo", abstract: "Sync a fixture into a lake, once for each recorded state of its upstream.",
        discussion: """
            Needs no network and no account: the upstream's answers are replayed, and everything behind them is the
            production runtime. The last state is a day later: rows were added and changed, and one came late.
            """)

    @Option(help: "The scenario's folder.", completion: .directory)
    var fixture = "Fixtures/stripe/billing"

    @Option(help: "The lake's folder.", completion: .directory)
    var lake = "lake"

    @OptionGroup var output: OutputOptions

    func run() async throws {
        let scenario = try Scenario(at: URL(filePath: fixture))
        let source = try Sources.source(scenario.manifest.source)
        let configured = try source.configure(.object(scenario.config))
        let connection = scenario.manifest.source
        let storage = LocalStorage(lake)
        try clear(connection)
        var outcomes: [TableOutcome] = []
        for state in scenario.manifest.states {
            if !output.json { announce(state, of: scenario) }
            var stateOutcomes: [TableOutcome] = []
            let session = try scenario.session(state: state.name)
            let engine = SyncEngine(source: configured, context: session.context, lake: storage, store: nil)
            let runner = TableRunner(engine: engine, isQuiet: output.json)
            for schema in scenario.manifest.schemas {
                let outcome = await runner.run(schema.name) { Self.request(schema, connection: connection) }
                stateOutcomes.append(outcome)
                guard outcome.error == nil else {
                    return try TableRunner.finish(outcomes + stateOutcomes, json: output.json)
                }
            }
            try session.finish(syncType: .incremental)
            outcomes += stateOutcomes
            if !output.json { Console.result("\n" + TableRunner.summary(stateOutcomes)) }
            let check = ResultCheck(scenario: scenario, state: state.name, connection: connection, lake: storage)
            let findings = try await check.findings()
            if !output.json { say(findings, tables: scenario.manifest.schemas.count) }
            guard findings.isEmpty else { throw ExitStatus.upstream.exitCode }
        }
        if output.json { return try TableRunner.finish(outcomes, json: true) }
        showHowToLook(connection: connection, schemas: scenario.manifest.schemas.map(\.name))
    }

    /// The demo starts from nothing, or its recorded upstream would be asked for what it never answered.
    private func clear(_ connection: String) throws {
        let folder = "\(lake)/\(LakePath.escapedName(connection))"
        let marker = folder + "/.tributary-demo"
        let files = FileManager.default
        if files.fileExists(atPath: folder) {
            guard files.fileExists(atPath: marker) else {
                throw SourceError(
                    .storage, "Clearing \(folder): it was not made by the demo, so it stays.",
                    advice: "Give another folder with --lake.")
            }
            try files.removeItem(atPath: folder)
        }
        try files.createDirectory(atPath: folder, withIntermediateDirectories: true)
        _ = files.createFile(atPath: marker, contents: nil)
    }

    private static func request(_ schema: Manifest.Schema, connection: String) -> SyncRequest {
        SyncRequest(
            connection: connection, schema: schema.name, syncType: schema.mode, cursorField: schema.field?.name)
    }

    private func announce(_ state: Manifest.State, of scenario: Scenario) {
        Console.note("\n\(scenario.manifest.source) at \(state.name), \(Moment.text(state.clock)): \(state.story)\n")
    }

    private func say(_ findings: [String], tables: Int) {
        for finding in findings { Console.note("WRONG  \(finding)") }
        guard findings.isEmpty else { return }
        Console.note(
            "\nChecked: \(tables.counted("table holds", "tables hold")) the expected rows, each key once, each row in its partition."
        )
    }

    private func showHowToLook(connection: String, schemas: [String]) {
        let table = SyncEngine.folder(connection: connection, schema: schemas.first ?? "table")
        Console.note(
            """

            Look at it with DuckDB:   duckdb -c "SELECT * FROM read_parquet('\(lake)/\(table)/*/*.parquet') LIMIT 5"
            with DuckDB's Delta:      duckdb -c "INSTALL delta; LOAD delta; SELECT count(*) FROM delta_scan('\(lake)/\(table)')"
            or with pandas:           python3 -c "import deltalake; print(deltalake.DeltaTable('\(lake)/\(table)').to_pandas())"

            The Delta readings are the exact ones: after a merge, folders also hold files of older versions.
            """)
    }
}
