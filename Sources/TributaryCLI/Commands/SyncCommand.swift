import ArgumentParser
import Columns
import Foundation
import Lake
import Pipeline
import Tributary

extension SyncType: ExpressibleByArgument {}

/// `tributary sync NAME [TABLE…]`: brings tables into the lake.
struct SyncCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sync", abstract: "Bring tables of a connection into the lake.",
        discussion: """
            Without TABLE, syncs the tables that the source selects by default. Without --mode, a table is synced the
            way it was last time, at first incremental where that is offered. Stop it with Ctrl-C at any time: what was
            committed stays, and the next sync goes on from there.
            """)

    @Argument(help: "The connection's name.", completion: Completions.connections)
    var name: String

    @Argument(help: "Tables, as 'tributary schemas' lists them.")
    var tables: [String] = []

    @Option(help: "How: incremental, full-refresh or append.")
    var mode: SyncType?

    @Option(help: "The cursor field of an incremental or append sync.")
    var cursor: String?

    @Option(help: "Seconds taken off the watermark in the query, to catch rows that come late.")
    var lookback: Int?

    @Option(
        help: ArgumentHelp(
            "Where the history begins that a first incremental or append sync reads.",
            discussion:
                "As the cursor field spells it, such as 2026-01-31. Kept for the tables; with --reset a table that "
                + "is there already is read from then on.", valueName: "value"))
    var historyStart: String?

    @Flag(help: "Build the tables anew; the old rows stay visible until the new ones are complete.")
    var reset = false

    @Option(help: "Stop before reading when more rows than this are expected.")
    var maxRows: Int?

    @OptionGroup var lake: LakeOption
    @OptionGroup var network: NetworkOptions
    @OptionGroup var state: StateOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let store = try state.store()
        let lake = LocalStorage(try lake.path())
        let open = try OpenConnection(name, in: store)
        let context = try network.context(store: store)
        let schemas = try Self.chosen(tables, of: try await open.source.schemas(in: context), in: name)
        let engine = SyncEngine(source: open.source, context: context, lake: lake, store: store)
        let runner = TableRunner(engine: engine, isQuiet: output.json)
        let outcomes = try await Interruption.cancelling { await run(schemas, with: runner, store: store) }
        try TableRunner.finish(outcomes, json: output.json)
    }

    private func run(_ schemas: [SourceSchema], with runner: TableRunner, store: StateStore) async -> [TableOutcome] {
        var outcomes: [TableOutcome] = []
        for schema in schemas {
            if Task.isCancelled { break }
            outcomes.append(await runner.run(schema.name) { try request(schema, store: store) })
        }
        return outcomes
    }

    private func request(_ schema: SourceSchema, store: StateStore) throws -> SyncRequest {
        var settings =
            try store.settings(connection: name, schema: schema.name)
            ?? TableSettings(connection: name, schema: schema.name)
        let type = mode ?? settings.syncType.flatMap(SyncType.init) ?? DefaultSettings.syncType(for: schema)
        settings.syncType = type.rawValue
        settings.cursorField = cursor ?? settings.cursorField
        settings.lookbackSeconds = lookback ?? settings.lookbackSeconds
        settings.historyStart = historyStart ?? settings.historyStart
        let start = try Self.start(settings, of: schema, type)
        // Asking by hand for a table that was switched off is the user's word that its cause is mended.
        settings.disabledReason = nil
        try store.save(settings)
        var options = SyncOptions()
        options.rowAllowance = maxRows
        options.enabledColumns = settings.enabledColumns
        options.historyStart = start
        return SyncRequest(
            connection: name, schema: schema.name, syncType: type,
            cursorField: type == .fullRefresh ? nil : settings.cursorField,
            lookback: settings.lookbackSeconds.map { .seconds($0) }, reset: reset, discovered: schema,
            primaryKeys: settings.primaryKeys, options: options)
    }

    /// Where the history of a table begins, as a value of its cursor field; nil where nothing limits it.
    ///
    /// - Throws: `SourceError` when the text is no such value.
    static func start(_ settings: TableSettings, of schema: SourceSchema, _ type: SyncType) throws -> CursorValue? {
        guard type != .fullRefresh, let text = settings.historyStart else { return nil }
        let chosen = schema.incrementalFields.first { $0.name == settings.cursorField }
        guard let field = chosen ?? DefaultSettings.cursorField(for: schema) else { return nil }
        if let value = CursorValue(storedText: text, as: field.type) { return value }
        let isTime = [.date, .datetime, .timestamp].contains(field.type)
        throw SourceError(
            .invalidConfig,
            "Reading '\(schema.name)' from '\(text)' on: this is no value of its cursor field "
                + "'\(field.name)', a \(field.type.rawValue).",
            advice:
                "Give \(isTime ? "a date or a moment, such as 2026-01-31 or 2026-01-31T09:00:00Z" : "a number") with --history-start."
        )
    }

    /// The schemas of the names given, or those selected by default.
    static func chosen(_ names: [String], of schemas: [SourceSchema], in connection: String) throws -> [SourceSchema] {
        if names.isEmpty { return schemas.filter(\.isSelectedByDefault) }
        return try names.map { name in
            if let schema = schemas.first(where: { $0.name == name }) { return schema }
            throw SourceError(
                .unknownSchema, "Looking for the table '\(name)' of '\(connection)': there is none.",
                advice: NearestName.advice(for: name, among: schemas.map(\.name)))
        }
    }
}
