import Cassettes
import Columns
import Tributary

/// What the cases of a table look at: a window of the objects that were recorded of it, and what its lists are found by.
///
/// It is the same for all of them, and taken once.
struct TableSample: Sendable {
    let declaration: ModelDeclaration
    let collection: ModelDeclaration.Collection
    let endpoint: ModelDeclaration.Endpoint
    /// The state up to which objects were recorded.
    let state: String
    /// The window, oldest cursor first, cut so that ties of the cursor are in it where the recording has any.
    let objects: [World.Object]
    /// The parents of the window, and one more.
    let parents: [String: [World.Object]]
    /// All that was recorded of the table and its parents; nothing of a database, whose world is its seeds.
    let recorded: World
    /// The database with the table, where the upstream is one.
    let database: (world: SQLWorld, table: SQLTableFacts)?

    /// The sample of a table that is listed over HTTP.
    ///
    /// - Throws: `SourceError` of kind `invalidFixture`; ``Bench/Verdicted`` where there is none.
    init(_ input: CheckCase, _ schema: Manifest.Schema, state: String) throws {
        guard let whole = try input.memo.model() else {
            throw Bench.Verdicted(
                verdict: .notExercised("The scenario has no model.json, so nothing else can be asked of it."))
        }
        guard let collection = whole.collection(forSchema: schema.name), let endpoint = whole.list(of: collection)
        else {
            if try input.job() != nil { throw Bench.Verdicted(verdict: .notApplicable(Bench.comesOfJob)) }
            throw Bench.Verdicted(verdict: .notExercised("model.json has no list of its own for \(schema.name)."))
        }
        try collection.demandColumns(primaryKeys: schema.primaryKeys, file: "\(input.scenario.id)/model.json")
        // The other collections would have to be parsed for nothing.
        declaration = whole.only(collection.name)
        recorded = try input.memo.world(upTo: state, declaration)
        let all = Self.ordered(recorded.visible(collection.name), by: collection.cursor)
        guard !all.isEmpty else {
            throw Bench.Verdicted(verdict: .notExercised("No object of this table was recorded."))
        }
        self.collection = collection
        self.endpoint = endpoint
        self.state = state
        objects = Self.window(all, cursor: collection.cursor, size: Self.size(input))
        parents = Bench.parents(of: objects, collection, in: recorded, declaration)
        database = nil
    }

    /// The sample of a table of a database: the engine itself is the model.
    ///
    /// - Throws: `SourceError` of kind `invalidFixture`; ``Bench/Verdicted`` where there is none.
    init(
        _ input: CheckCase, _ schema: Manifest.Schema, _ sql: SQLScenario, _ stack: DatabaseStack, state: String
    ) async throws {
        let world = try sql.world(upTo: state)
        let content = try await stack.content(of: world)
        guard let table = content.table(schema.name, schema: sql.schemaName), let rows = content.rows[table] else {
            throw Bench.Verdicted(verdict: .notExercised("The seeds make no table \(schema.name)."))
        }
        let collection = sql.collection(schema, table)
        let all = Self.ordered(rows, by: collection.cursor ?? collection.key.first)
        guard !all.isEmpty else {
            throw Bench.Verdicted(verdict: .notExercised("The seeds put no row into this table."))
        }
        self.collection = collection
        endpoint = sql.endpoint(schema)
        declaration = ModelDeclaration(collections: [collection], endpoints: [endpoint])
        self.state = state
        objects = Self.window(withNulls: all, cursor: collection.cursor, size: Self.size(input))
        parents = [:]
        recorded = World()
        database = (world, table)
    }

    private static func size(_ input: CheckCase) -> Int { input.profile == .quick ? 8 : 14 }

    private static func ordered(_ objects: [World.Object], by cursor: String?) -> [World.Object] {
        guard let cursor else { return objects }
        return ModelOrder.sorted(objects, by: [ModelDeclaration.Order(field: cursor, isDescending: false)])
    }

    /// Two rows without a cursor value, where there are such, and the window of the others that has the most ties.
    private static func window(withNulls all: [World.Object], cursor: String?, size: Int) -> [World.Object] {
        guard let cursor else { return window(all, cursor: nil, size: size) }
        let empty = all.filter { ModelOrder.value(cursor, of: $0.body).isNull }.prefix(2)
        let rest = all.filter { !ModelOrder.value(cursor, of: $0.body).isNull }
        return empty + window(rest, cursor: cursor, size: size - empty.count)
    }

    /// The window of neighbours that has the most ties.
    private static func window(_ all: [World.Object], cursor: String?, size: Int) -> [World.Object] {
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
