import Cassettes
import Columns
import Foundation
import Pipeline
import Tributary

/// A modelled table at work: what the checks that simulate an upstream have in common.
///
/// It holds a sample of the recorded objects, small enough that a check can make many runs of it, and cut so that ties
/// of the cursor are in it where the recording has any.
struct Bench: Sendable {
    let input: CheckCase
    let schema: Manifest.Schema
    let declaration: ModelDeclaration
    let collection: ModelDeclaration.Collection
    let endpoint: ModelDeclaration.Endpoint
    let lab: Lab
    /// The sample, oldest cursor first.
    var objects: [World.Object]
    /// Of a child table, what its lists are found by: the parents of the sample, and one more.
    var parents: [String: [World.Object]]
    let state: String
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
        guard let sql = try SQLScenario(input.scenario) else { return try Bench(input) }
        guard let stack = input.databases else {
            throw Verdicted(verdict: .notExercised("No database engine was handed to the kit."))
        }
        guard let schema = input.schema, let state = input.scenario.manifest.states.last else {
            throw Verdicted(verdict: .notExercised("The scenario has no table and state to look at."))
        }
        return try await Bench(input, schema, sql, stack, state: state.name)
    }

    /// A bench over a table of a database: the engine itself is the model.
    private init(
        _ input: CheckCase, _ schema: Manifest.Schema, _ sql: SQLScenario, _ stack: DatabaseStack, state: String
    ) async throws {
        let world = try sql.world(upTo: state)
        let content = try await stack.content(of: world)
        guard let table = content.table(schema.name, schema: sql.schemaName), let rows = content.rows[table] else {
            throw Verdicted(verdict: .notExercised("The seeds make no table \(schema.name)."))
        }
        let collection = sql.collection(schema, table)
        let all = Self.ordered(rows, by: collection.cursor ?? collection.key.first)
        guard !all.isEmpty else { throw Verdicted(verdict: .notExercised("The seeds put no row into this table.")) }
        self.input = input
        self.schema = schema
        self.collection = collection
        endpoint = sql.endpoint(schema)
        declaration = ModelDeclaration(collections: [collection], endpoints: [endpoint])
        self.state = state
        lab = try input.lab()
        let size = input.profile == .quick ? 8 : 14
        objects = input.use.kept(Self.sample(withNulls: all, cursor: collection.cursor, size: size)) { object in
            ModelPage.key(of: object.body, by: collection.key)
        }
        parents = [:]
        self.sql = ModelDatabase(
            base: world, table: table, collection: collection.name, stack: stack, cache: ModelDatabaseCache())
    }

    /// Two rows without a cursor value, where there are such, and the window of the others that has the most ties.
    private static func sample(withNulls all: [World.Object], cursor: String?, size: Int) -> [World.Object] {
        guard let cursor else { return sample(all, cursor: nil, size: size) }
        let empty = all.filter { ModelOrder.value(cursor, of: $0.body).isNull }.prefix(2)
        let rest = all.filter { !ModelOrder.value(cursor, of: $0.body).isNull }
        return empty + sample(rest, cursor: cursor, size: size - empty.count)
    }

    /// Why a table of a job is not asked for what a list would be.
    static let comesOfJob =
        "The table comes of a job, and no list of it can be modelled: it is judged by its recording."

    private init(_ input: CheckCase) throws {
        guard let schema = input.schema, let state = input.scenario.manifest.states.last else {
            throw Verdicted(verdict: .notExercised("The scenario has no table and state to look at."))
        }
        guard let whole = try input.memo.model() else {
            throw Verdicted(
                verdict: .notExercised("The scenario has no model.json, so nothing else can be asked of it."))
        }
        guard let collection = whole.collection(forSchema: schema.name),
            let endpoint = whole.list(of: collection)
        else {
            if try input.job() != nil { throw Verdicted(verdict: .notApplicable(Self.comesOfJob)) }
            throw Verdicted(verdict: .notExercised("model.json has no list of its own for \(schema.name)."))
        }
        try collection.demandColumns(primaryKeys: schema.primaryKeys, file: "\(input.scenario.id)/model.json")
        // The other collections would have to be parsed for nothing, for each case again.
        let declaration = whole.only(collection.name)
        let world = try input.memo.world(upTo: state.name, declaration)
        let all = Self.ordered(world.visible(collection.name), by: collection.cursor)
        guard !all.isEmpty else { throw Verdicted(verdict: .notExercised("No object of this table was recorded.")) }
        self.input = input
        self.schema = schema
        self.declaration = declaration
        self.collection = collection
        self.endpoint = endpoint
        self.state = state.name
        lab = try input.lab()
        let sample = Self.sample(all, cursor: collection.cursor, size: input.profile == .quick ? 8 : 14)
        objects = input.use.kept(sample) { ModelPage.key(of: $0.body, by: collection.key) }
        parents = Self.parents(of: objects, collection, in: world, declaration)
    }

    private static func ordered(_ objects: [World.Object], by cursor: String?) -> [World.Object] {
        guard let cursor else { return objects }
        return ModelOrder.sorted(objects, by: [ModelDeclaration.Order(field: cursor, isDescending: false)])
    }

    /// The window of neighbours that has the most ties.
    private static func sample(_ all: [World.Object], cursor: String?, size: Int) -> [World.Object] {
        guard all.count > size, let cursor else { return Array(all.prefix(size)) }
        let ties = zip(all, all.dropFirst()).map {
            ModelOrder.value(cursor, of: $0.body) == ModelOrder.value(cursor, of: $1.body)
        }
        let starts = 0...(all.count - size)
        let best = starts.max { left, right in
            ties[left..<(left + size - 1)].count { $0 } < ties[right..<(right + size - 1)].count { $0 }
        }
        return Array(all[(best ?? 0)..<((best ?? 0) + size)])
    }
}

// What the table is.
extension Bench {
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
