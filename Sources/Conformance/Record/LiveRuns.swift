import Cassettes
import Columns
import Foundation
import Lake
import Logging
import Pipeline
import Tributary

/// Runs a source against the live upstream, table by table, the way a replay of the conformance kit will: a full refresh,
/// then increments on top of what the state before left.
struct LiveRuns: Sendable {
    let plan: RecordingPlan
    let live: LiveSide
    let source: ConfiguredSource
    /// Tables as the states before left them.
    let lakes: [String: MemoryLake.Files]
    /// Tables whose lists were shortened in a state before: of these only increments are told apart from the rest.
    let shortened: Set<String>
    let progress: @Sendable (String) -> Void

    /// Where the exchanges are kept, and the clients above it.
    struct Stand {
        let recorder: RecordingHTTPClient
        let http: any HTTPClient
        let clock: Int64
        let integrations: TappedIntegrations
    }

    /// - Throws: `SourceError` when nothing could be recorded.
    func run() async throws -> RecordedRuns {
        let stand = try stand()
        var notes: [String] = []
        if plan.provesCredentials {
            progress("Proving the credentials …")
            try await source.validateCredentials(in: context(stand))
        }
        let offered = try await source.schemas(in: context(stand))
        let schemas = try Self.chosen(plan, offered)
        if let note = Self.missing(plan, offered) { notes.append(note) }
        var tables: [RecordedTable] = []
        var modes: [String: Set<SyncType>] = [:]
        var leftOut: [Recorder.Outcome.LeftOut] = []
        for schema in schemas {
            progress("\(schema.name) …")
            do {
                let recorded = try await table(schema, stand, &notes)
                tables.append(recorded.table)
                modes[schema.name] = recorded.modes
            } catch is CancellationError {
                throw CancellationError()
            } catch {
                leftOut.append(.init(name: schema.name, error: error))
                for type in SyncType.allCases { forget(schema.name, type, stand) }
                notes.append("\(schema.name) was left out: \(Self.words(error))")
            }
        }
        if tables.isEmpty, let first = leftOut.first { throw first.error }
        for name in childrenOfCutLists(tables, stand, &notes) {
            tables.removeAll { $0.schema.name == name }
            modes[name] = nil
        }
        return RecordedRuns(
            exchanges: TrimmedCounters.settled(stand.recorder.exchanges), tables: tables, notes: notes,
            leftOut: leftOut, modes: modes, accounts: stand.integrations.accounts)
    }

    /// Asks with wrong credentials: what the upstream answers, and whether it was a refusal.
    func refusal(_ table: String?) async throws -> RecordedRuns? {
        let stand = try stand()
        var kind: SourceError.Kind?
        do {
            try await source.validateCredentials(in: context(stand))
        } catch let error as SourceError where [.invalidCredentials, .permissionDenied].contains(error.kind) {
            kind = error.kind
        }
        // A probe that is not permitted passes with genuine credentials; these are made up.
        let refused = stand.recorder.exchanges.last { [401, 403].contains($0.status) }
        guard kind != nil || refused != nil else { return nil }
        let notes = kind == .invalidCredentials ? [] : [Self.advice(refusedWith: refused?.status ?? 403)]
        var modes: [String: Set<SyncType>] = [:]
        if let table {
            stand.recorder.enter(.init(schema: table, syncType: .fullRefresh))
            _ = try? await sync(table, .fullRefresh, field: nil, into: [:], stand)
            modes[table] = [.fullRefresh]
        }
        return RecordedRuns(exchanges: stand.recorder.exchanges, tables: [], notes: notes, modes: modes)
    }

    private static func advice(refusedWith status: Int) -> String {
        "The upstream answers made-up credentials with \(status), which the source takes for a permission that lacks: with a "
            + "wrong key the connection is made, or says «not permitted». If that answer means a wrong key, declare it in "
            + "the client, with a text of the answer that tells it from a lacking permission: actions: "
            + "[ResponseAction([\(status)], text: \"…\", .fail(\"The key is wrong.\", kind: .invalidCredentials))]."
    }

    func stand() throws -> Stand {
        var made: RecordingHTTPClient?
        let http = live.http { wire in
            let recorder = RecordingHTTPClient(
                wire, pageSize: plan.limits.pageSize, maxPages: plan.limits.pages, maxRows: plan.limits.rows(usual: nil)
            )
            made = recorder
            return recorder
        }
        guard let made else {
            throw SourceError(.unexpectedAnswer, "Recording: the live client takes nothing around its wire.")
        }
        return Stand(
            recorder: made, http: http, clock: plan.clock, integrations: TappedIntegrations(live.integrations))
    }

    func context(_ stand: Stand) -> SourceContext {
        var logger = Logger(label: "record")
        logger.logLevel = .error
        return SourceContext(
            http: stand.http, databases: live.databases, tunnels: live.tunnels, integrations: stand.integrations,
            hosts: live.hosts, clock: RecordingClock(stand.clock), logger: logger)
    }

    /// What to say of tables that came to the source after the scenario was recorded first; nil where there are none.
    private static func missing(_ plan: RecordingPlan, _ offered: [SourceSchema]) -> String? {
        let others = offered.filter { $0.isSelectedByDefault && !plan.tables.contains($0.name) }.map(\.name)
        // A scenario that has few of many tables was meant so.
        guard plan.followsScenario, !others.isEmpty, others.count < plan.tables.count else { return nil }
        let options = others.prefix(3).map { "--table \($0)" }.joined(separator: " ") + (others.count > 3 ? " …" : "")
        return
            "The source offers \(others.joined(separator: ", ")) as well, which \(plan.scenario) does not have: its states have "
            + "the tables of the first recording. Record them under another name of a scenario, with \(options)."
    }

    /// The tables that a plan asks for.
    static func chosen(_ plan: RecordingPlan, _ schemas: [SourceSchema]) throws -> [SourceSchema] {
        if plan.tables.isEmpty { return schemas.filter(\.isSelectedByDefault) }
        return try plan.tables.map { name in
            if let schema = schemas.first(where: { $0.name == name }) { return schema }
            throw SourceError(
                .unknownSchema, "Recording the table '\(name)': the source has none of this name.",
                advice: NearestName.advice(for: name, among: schemas.map(\.name)))
        }
    }

    func forget(_ schema: String, _ type: SyncType, _ stand: Stand) {
        for optional in [false, true] {
            stand.recorder.discard(.init(schema: schema, syncType: type, isOptional: optional))
        }
    }

    static func words(_ error: any Error) -> String { (error as? SourceError)?.message ?? "\(error)" }
}
