import Cassettes
import Columns
import Foundation
import Pipeline
import Tributary

/// A modelled table at work: what the checks that simulate an upstream have in common.
///
/// It holds a sample of the recorded objects, small enough that a check can make many runs of it.
struct Bench: Sendable {
    let input: CheckCase
    let schema: Manifest.Schema
    let sample: TableSample
    let lab: Lab
    /// The sample's objects, or what a check makes of them; oldest cursor first.
    var objects: [World.Object]
    /// Of a child table, what its lists are found by: the parents of the objects, and one more.
    var parents: [String: [World.Object]]
    /// The database with the table, where the upstream is one; nil for an HTTP upstream.
    var sql: ModelDatabase?
    let tally = Tally()

    /// Ends a check early with a verdict.
    struct Verdicted: Error { let verdict: Verdict }

    /// Counts what was looked at.
    final class Tally: Sendable {
        private let counters = Lock(Counters())
        private let logs = Lock<[(log: EventLog, table: SQLTableFacts)]>([])
        func add(_ more: Counters) { counters.withLock { $0 += more } }
        var sum: Counters { counters.withLock { $0 } }

        /// Why places among the rows of some run of a database mean nothing. Looked for only where rows are lost: reading
        /// statements takes longer than running them.
        var causeOfPlaces: String? { logs.withLock { $0 }.lazy.compactMap(Bench.causeOfPlaces).first }

        /// Keeps what a run asked of a table.
        func keep(_ log: EventLog, of table: SQLTableFacts) { logs.withLock { $0.append((log, table)) } }
    }

    /// Judges with a bench; findings make a failure, no counter makes «not exercised».
    static func judging(
        _ input: CheckCase, _ body: @Sendable (Bench) async throws -> [Finding]
    ) async throws -> Verdict {
        do {
            let bench = try await make(input)
            let findings = try await body(bench)
            return .judged(findings.map(bench.withCauseOfPlaces), looked: bench.tally.sum)
        } catch let end as Verdicted {
            return end.verdict
        } catch let missing as DatabaseMissing {
            return .notExercised(missing.description)
        }
    }

    static func make(_ input: CheckCase) async throws -> Bench {
        // A refused login reads nothing, whatever the seeds have put there.
        if input.scenario.refusesLogin { throw Verdicted(verdict: .notApplicable(ConfigurationChecks.noTables)) }
        let sql = input.scenario.hasSeeds
        guard !sql || input.databases != nil else {
            throw Verdicted(verdict: .notExercised("No database engine was handed to the kit."))
        }
        guard let schema = input.schema, let state = input.scenario.manifest.states.last else {
            throw Verdicted(verdict: .notExercised("The scenario has no table and state to look at."))
        }
        let sample = try await input.memo.sample("\(schema.name) \(input.profile == .quick)") {
            guard let stack = input.databases, let sql = try SQLScenario(input.scenario) else {
                return try TableSample(input, schema, state: state.name)
            }
            return try await TableSample(input, schema, sql, stack, state: state.name)
        }
        return try Bench(input, schema, sample)
    }

    private init(_ input: CheckCase, _ schema: Manifest.Schema, _ sample: TableSample) throws {
        self.input = input
        self.schema = schema
        self.sample = sample
        let collection = sample.collection
        lab = try input.lab()
        objects = input.use.kept(sample.objects) { ModelPage.key(of: $0.body, by: collection.key) }
        parents =
            input.history.isWhole
            ? sample.parents : Self.parents(of: objects, collection, in: sample.recorded, sample.declaration)
        guard let stack = input.databases, let database = sample.database else { return }
        sql = ModelDatabase(
            base: database.world, table: database.table, collection: collection.name, stack: stack,
            cache: ModelDatabaseCache())
    }

    /// Why a table of a job is not asked for what a list would be.
    static let comesOfJob =
        "The table comes of a job, and no list of it can be modelled: it is judged by its recording."
}

// What the table is.
extension Bench {
    var declaration: ModelDeclaration { sample.declaration }
    var collection: ModelDeclaration.Collection { sample.collection }
    var endpoint: ModelDeclaration.Endpoint { sample.endpoint }
    var state: String { sample.state }

    /// An object's cursor value as the upstream sends it.
    func cursor(_ object: World.Object) -> JSONValue {
        collection.cursor.map { ModelOrder.value($0, of: object.body) } ?? .null
    }

    /// The distinct cursor values, oldest first.
    var cursors: [JSONValue] {
        objects.map(cursor).reduce(into: []) { values, value in
            if values.last != value, sql == nil || !value.isNull { values.append(value) }
        }
    }

    /// The objects up to a cursor value, included.
    func objects(upTo bound: JSONValue) -> [World.Object] { objects.filter { !ModelOrder.isLess(bound, cursor($0)) } }

    /// The lake's name of a column.
    static func column(_ name: String) -> String { ColumnNaming.normalise(name) }
    var keyColumns: [String] { key.map(Self.column) }
    func key(_ object: World.Object) -> String { ModelPage.key(of: row(object), by: key) }

    /// Ends a check that only tables with a watermark can take.
    func demandIncremental() throws {
        guard schema.mode == .incremental, schema.field != nil, collection.cursor != nil else {
            throw Verdicted(verdict: .notApplicable("The table is read by full refreshes alone."))
        }
    }

    /// Whether no two rows can share a cursor value, since it is the primary key.
    var cursorIsKey: Bool { collection.cursor.map { collection.key == [$0] } ?? false }

    /// Whether no two rows can share a cursor value.
    var cursorIsUnique: Bool {
        cursorIsKey || sql?.table.uniqueIndexes.contains { $0.map(\.name) == [collection.cursor] } ?? false
    }

    /// Ends a check of rows that share a cursor value where none can.
    func demandTies() throws {
        if cursorIsUnique {
            throw Verdicted(verdict: .notApplicable("The cursor is a key: no two rows share a value of it."))
        }
    }

    /// What the source says about this read; asks nothing of the upstream.
    func response(_ type: SyncType? = nil) async throws -> SourceResponse {
        let upstream = try upstream()
        let context = try lab.context(upstream, clock: LabClock(upstream.now), log: EventLog())
        return try await lab.source.read(inputs(type ?? schema.mode), in: context)
    }

    /// The table as the source lists it; nil where it does not.
    func offered() async throws -> SourceSchema? {
        let upstream = try upstream()
        let context = try lab.context(upstream, clock: LabClock(upstream.now), log: EventLog())
        return try await lab.source.schemas(in: context).first { $0.name == schema.name }
    }

    /// The kinds of sync that the source offers for this table.
    func offeredTypes() async throws -> [SyncType] { try await offered()?.syncTypes ?? [] }

    func inputs(_ type: SyncType) -> SourceInputs {
        SourceInputs(schema: schema.name, syncType: type, cursorField: type == .fullRefresh ? nil : schema.field)
    }
}
