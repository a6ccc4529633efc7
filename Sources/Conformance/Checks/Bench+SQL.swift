import Cassettes
import Columns
import Tributary

// A bench over a database.
extension Bench {
    /// Ends a check that is about databases alone, for a bench over an HTTP upstream.
    func demandDatabase() throws -> ModelDatabase {
        guard let sql else {
            throw Verdicted(verdict: .notApplicable("The upstream of this table is no database."))
        }
        return sql
    }

    /// Ends a check that is about HTTP, for a bench over a database.
    func demandHTTP() throws {
        if sql != nil { throw Verdicted(verdict: .notApplicable("The upstream of this table is a database.")) }
    }

    /// The table's rows as the seeds up to a state leave them; nil for a bench over HTTP.
    func seededRows(upTo state: String) async throws -> [World.Object]? {
        guard let sql, let scenario = try SQLScenario(input.scenario) else { return nil }
        let content = try await sql.stack.content(of: try scenario.world(upTo: state))
        return content.table(schema.name, schema: scenario.schemaName).flatMap { content.rows[$0] } ?? []
    }

    /// Holds a table against the rows that the engine has, every value as the lake's type has to spell it.
    func sqlDifference(
        _ expected: [World.Object], _ actual: TableImage?, _ table: SQLTableFacts, keys: [String]? = nil
    ) -> TableDiff {
        let names = Dictionary(table.columns.map { (Self.column($0.name), $0) }) { first, _ in first }
        let types = Dictionary((actual?.schema.fields ?? []).map { ($0.name, $0.type) }) { first, _ in first }
        let rows = expected.map { object -> [String: Value] in
            var values: [String: Value] = [:]
            for (name, column) in names {
                values[name] = SQLValues.value(object.body[column.name] ?? .null, as: types[name])
            }
            return values
        }
        // What the source adds of its own is none of the engine's rows.
        let found = (actual?.rows ?? []).map { row in row.values.filter { names[$0.key] != nil } }
        let chosen = keys ?? keyColumns
        tally.add(Counters(rows: expected.count))
        return TableDiff(
            expected: TableImage(rows: rows, keys: chosen), actual: TableImage(rows: found, keys: chosen),
            comparesSchema: false)
    }
}

/// Values of an engine, in the forms of the lake and of JSON.
enum SQLValues {
    /// A value that the engine told as JSON, as a value of the lake's type; what does not fit keeps its own form, and so
    /// differs.
    static func value(_ json: JSONValue, as type: ColumnType?) -> Value {
        guard let type, !json.isNull else { return json.isNull ? .null : plain(json) }
        let text = json.string ?? json.text
        switch type {
        case .bool: return bool(json).map(Value.bool) ?? plain(json)
        case .int32, .int64:
            return (json.int64 ?? json.bool.map { $0 ? 1 : 0 } ?? Int64(text)).map(Value.int) ?? plain(json)
        case .float64: return Double(text).map { $0.isFinite ? .double($0) : .null } ?? plain(json)
        case .decimal128(_, let scale): return decimal(text, scale: scale) ?? plain(json)
        case .date32: return text.isEmpty ? .null : TimestampParser.days(text).map(Value.date) ?? plain(json)
        case .timestamp: return text.isEmpty ? .null : moment(json).map(Value.timestamp) ?? plain(json)
        case .binary:
            return json["x"]?.string.flatMap { Hexadecimal.bytes($0) }.map { .binary($0) } ?? plain(json)
        case .utf8: return json["x"]?.string.map { .string($0.lowercased()) } ?? .string(text)
        }
    }

    /// A value of a key in the form that the lake gives it, by the engine's type.
    static func key(_ json: JSONValue, of column: SQLTableFacts.Column?, _ engine: DatabaseEngine) -> Value {
        if json.isNull { return .null }
        if let bytes = json["x"]?.string.flatMap({ Hexadecimal.bytes($0) }) { return .binary(bytes) }
        // SQLite's moments are whatever was written.
        if let column, engine != .sqlite, column.type != "date", CopiedValue.isTime(column.type),
            let moment = moment(json)
        {
            return .timestamp(moment)
        }
        return plain(json)
    }

    private static func plain(_ json: JSONValue) -> Value {
        json.int64.map(Value.int) ?? json.bool.map(Value.bool) ?? .string(json.string ?? json.text)
    }

    private static func bool(_ json: JSONValue) -> Bool? {
        json.bool ?? json.int64.flatMap { $0 == 0 ? false : $0 == 1 ? true : nil }
    }

    /// The same number at another scale, if it has no more digits behind the point than that.
    private static func decimal(_ text: String, scale: Int) -> Value? {
        guard let number = Decimal128(text) ?? Double(text).flatMap({ Decimal128(DecimalText.shortest($0)) }) else {
            return nil
        }
        var unscaled = number.unscaled
        for _ in 0..<max(0, scale - number.scale) { unscaled *= 10 }
        for _ in 0..<max(0, number.scale - scale) {
            guard unscaled % 10 == 0 else { return .decimal(number) }
            unscaled /= 10
        }
        return .decimal(Decimal128(unscaled: unscaled, scale: scale))
    }

    /// Microseconds of a time as text or, in SQLite, as seconds or milliseconds.
    private static func moment(_ json: JSONValue) -> Int64? {
        if let number = json.int64 {
            return number.magnitude < 100_000_000_000 ? number * 1_000_000 : number * 1_000
        }
        return json.string.flatMap { TimestampParser.microseconds($0) }
    }

    /// The rows of a table that a source handed over, as JSON for checks that look at single values.
    static func rows(of table: Table) -> [JSONObject] {
        (0..<table.rowCount).map { index in
            JSONObject(zip(table.schema.names, table.columns).map { ($0, json($1[index])) })
        }
    }

    private static func json(_ value: Value) -> JSONValue {
        switch value {
        case .null: .null
        case .bool(let flag): .bool(flag)
        case .int(let number): .number(JSONNumber(number))
        case .double(let number): .number(JSONNumber(number))
        case .decimal(let number): .number(JSONNumber(number))
        case .string(let text): .string(text)
        case .binary(let bytes): .object(JSONObject([("x", .string(Hexadecimal.text(bytes)))]))
        case .date, .timestamp: .string(TableDiff.text(value))
        }
    }
}

extension DatabaseStack {
    /// What a world holds, looked up once in a database that is built for it.
    func content(of world: SQLWorld) async throws -> SQLContent {
        let script = SQLScript(world.fullScript())
        let task = contents.withLock { contents in
            if let known = contents[script] { return known }
            let task = Task { () async throws -> SQLContent in
                let database = EngineDatabase(world, on: self)
                let scratch = try await database.scratch()
                defer { scratch.release() }
                return try await SQLContent(scratch)
            }
            contents[script] = task
            return task
        }
        return try await task.value
    }
}
