import Cassettes
import Columns
import Pipeline
import Tributary

// What the checks of databases have in common.
extension Bench {
    /// The world with other rows in the table under test.
    func world(showing rows: [World.Object]? = nil, _ changes: [String] = []) throws -> SQLWorld {
        let sql = try demandDatabase()
        var world = sql.base
        world.contents.append((sql.table, rows ?? objects))
        world.changes = changes
        return world
    }

    /// A database of its own with some rows in the table under test.
    func database(
        showing rows: [World.Object]? = nil, _ changes: [String] = [], weather: DatabaseWeather = DatabaseWeather()
    ) throws -> DatabaseUpstream {
        let sql = try demandDatabase()
        let now = try input.scenario.state(state).clock
        return DatabaseUpstream(
            try world(showing: rows, changes), of: input.scenario, now: now, on: sql.stack, weather: weather)
    }

    /// Small pieces, so that things happen between them.
    static var pieces: DatabaseWeather {
        var weather = DatabaseWeather()
        weather.fetchRows = 3
        return weather
    }

    /// Holds what a run landed against what the engine holds now.
    func difference(_ upstream: DatabaseUpstream, _ run: Lab.Run) async throws -> TableDiff {
        let sql = try demandDatabase()
        let rows = try await upstream.rows(like: sql.table)
        return sqlDifference(rows, try await table(run), sql.table)
    }

    /// The tables that the source offers.
    func offered(_ upstream: any Upstream) async throws -> [SourceSchema] {
        let context = try lab.context(upstream, clock: LabClock(upstream.now), log: EventLog())
        let schemas = try await lab.source.schemas(in: context)
        tally.add(Counters(items: schemas.count))
        return schemas
    }

    /// The name under which another table is offered, in the manner of the one under test.
    func offeredName(_ table: String) -> String {
        guard let sql, !sql.table.schema.isEmpty, schema.name == "\(sql.table.schema).\(sql.table.name)" else {
            return table
        }
        return "\(sql.table.schema).\(table)"
    }

    /// Columns that are neither key nor cursor, and that the engine does not compute.
    func plainColumns(_ sql: ModelDatabase) -> [SQLTableFacts.Column] {
        let reserved = Set(collection.key + [collection.cursor].compactMap { $0 })
        return sql.table.columns.filter { !reserved.contains($0.name) && !$0.isGenerated }
    }

    // MARK: Rows

    /// A row whose cursor stands some steps behind the greatest of the sample: minutes, days or whole numbers.
    func moved(_ row: World.Object, by steps: Int) -> World.Object {
        guard let name = collection.cursor, let last = cursors.last else { return row }
        var copy = row
        copy.body[name] = SQLMoment.moved(last, by: steps, isDate: schema.field?.type == .date)
        return copy
    }

    /// The statement that makes a row what it is now.
    func update(_ row: World.Object, _ sql: ModelDatabase) -> String {
        let engine = sql.base.engine
        let columns = sql.table.columns.filter { !$0.isGenerated && !collection.key.contains($0.name) }
        let sets = columns.map { column in
            let value = SQLText.literal(row.body[column.name] ?? .null, of: column, engine)
            return "\(SQLText.quote(column.name, engine)) = \(value)"
        }
        return "UPDATE \(sql.table.quoted(engine)) SET \(sets.joined(separator: ", ")) WHERE \(keyCondition(row, sql))"
    }

    func delete(_ row: World.Object, _ sql: ModelDatabase) -> String {
        "DELETE FROM \(sql.table.quoted(sql.base.engine)) WHERE \(keyCondition(row, sql))"
    }

    func insert(_ rows: [World.Object], _ sql: ModelDatabase) -> [String] {
        SQLText.inserts(rows, sql.table, into: sql.table.quoted(sql.base.engine), sql.base.engine)
    }

    private func keyCondition(_ row: World.Object, _ sql: ModelDatabase) -> String {
        let engine = sql.base.engine
        return collection.key.compactMap(sql.table.column).map { column in
            let value = SQLText.literal(row.body[column.name] ?? .null, of: column, engine)
            return "\(SQLText.quote(column.name, engine)) = \(value)"
        }.joined(separator: " AND ")
    }

    // MARK: Endings

    /// Ends a check of what can be written, for views and tables without a key.
    func demandWritableRows() throws -> ModelDatabase {
        let sql = try demandDatabase()
        guard !sql.table.isView, !collection.key.isEmpty else {
            throw Verdicted(
                verdict: .notApplicable("Rows of a view, or of a table without a key, cannot be told apart."))
        }
        return sql
    }

    /// The steps of a run that succeeds: what happens at each can then be tried.
    func steps(
        _ plan: Lab.Plan, of upstream: DatabaseUpstream, into files: MemoryLake.Files = [:]
    ) async throws
        -> [DatabaseStep]
    {
        let seen = Lock<[DatabaseStep]>([])
        var weather = upstream.weather
        let inner = weather.before
        weather.before = { step, database in
            try await inner(step, database)
            seen.withLock { $0.append(step) }
        }
        _ = try await successful(plan, of: upstream.with(weather), into: files, at: "undisturbed sync")
        return seen.withLock { $0 }
    }

    /// Weather in which something happens just before one step.
    func weather(
        at index: Int, of base: DatabaseWeather = Bench.pieces,
        _ happening: @escaping @Sendable (DatabaseStep, EngineDatabase) async throws -> Void
    ) -> DatabaseWeather {
        var weather = base
        weather.before = { step, database in if step.index == index { try await happening(step, database) } }
        return weather
    }
}

/// Moments as every engine takes them.
enum SQLMoment {
    /// `2025-03-01 06:00:00`, with a fraction where there is one.
    static func text(_ micros: Int64) -> String {
        TimestampText.timestamp(microseconds: micros).replacing("T", with: " ").replacing("Z", with: "")
    }

    /// A cursor value some steps later: whole numbers, days, or minutes.
    static func moved(_ value: JSONValue, by steps: Int, isDate: Bool) -> JSONValue {
        if let number = value.int64 { return .number(JSONNumber(number + Int64(steps))) }
        guard let text = value.string else { return value }
        if isDate, let days = TimestampParser.days(text) {
            return .string(TimestampText.date(days: days + Int32(steps)))
        }
        guard let micros = TimestampParser.microseconds(text) else { return value }
        return .string(self.text(micros + Int64(steps) * 60_000_000))
    }
}
