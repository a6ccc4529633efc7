import Columns
import Tributary

/// What a database of the kit's holds, as a value: the statements that make it.
///
/// The engine itself is the model: what it makes of the statements is the truth that a source is held against.
public struct SQLWorld: Sendable {
    public let engine: DatabaseEngine
    /// Definitions and rows, as the seeds of a fixture or a generator give them.
    public var script: String
    /// Statements that come after ``script`` and ``contents``: what a check does to the world.
    public var changes: [String] = []
    /// Tables that hold these rows instead of those of the script.
    var contents: [(table: SQLTableFacts, rows: [World.Object])] = []

    public init(engine: DatabaseEngine, script: String) {
        self.engine = engine
        self.script = script
    }

    /// ``script`` as what is known of databases goes by.
    var key: SQLScript { SQLScript(script) }

    /// What a database holds: a script, and tables whose rows may have been replaced since.
    struct Held: Sendable {
        var script: SQLScript
        var replaced: Set<SQLTableFacts> = []

        var definitions: Definitions { Definitions(script: script, views: replaced.filter(\.isView)) }

        /// The same after the rows of a table were changed.
        func replacing(_ table: SQLTableFacts) -> Self {
            var copy = self
            // What lies below a view that was made anew has the view's rows.
            if !replaced.contains(where: { $0.isView && $0.below == table }) { copy.replaced.insert(table) }
            return copy
        }
    }

    /// What the definitions of a database depend on: two that have this in common are defined alike.
    struct Definitions: Hashable, Sendable {
        var script: SQLScript
        /// Views that were made anew.
        var views: Set<SQLTableFacts>
        var changes: [String] = []
    }

    /// What makes the definitions of a database that was filled with this world.
    var definitions: Definitions {
        Definitions(script: key, views: Set(contents.map(\.table).filter(\.isView)), changes: changes)
    }

    /// What a database holds that was filled with this world; nil where that is more than a script and rows.
    var held: Held? {
        guard changes.isEmpty else { return nil }
        return Held(script: key, replaced: Set(contents.map(\.table)))
    }

    /// The tables of a database that must get the rows of ``script`` back, so that it becomes this world when the rows of
    /// ``contents`` are replaced in it; nil where more than rows differ.
    func restored(from other: Held?) -> Set<SQLTableFacts>? {
        guard let other, key == other.script else { return nil }
        let tables = other.replaced.subtracting(contents.map(\.table))
        if tables.isEmpty { return tables }
        // Of a script alone the engine's figures are asked for as well, and rows that came and went have changed them. A view
        // that was made anew is no longer what the script makes.
        guard !contents.isEmpty, !tables.contains(where: \.isView), key.rowsStandAlone else { return nil }
        return tables
    }

    /// The whole, ready to be run.
    func fullScript() -> String { script + addendum() }

    /// What makes this world of a database that holds its script.
    func addendum() -> String {
        var text = ""
        if !contents.isEmpty {
            text += "\n" + SQLText.withoutForeignKeys(engine)
            for (table, rows) in contents {
                text += SQLText.replacing(rows, of: table, engine).joined(separator: "\n") + "\n"
            }
        }
        return text + "\n" + changingScript
    }

    /// ``changes`` as one script.
    var changingScript: String { changes.map { $0.hasSuffix(";") ? $0 : $0 + ";" }.joined(separator: "\n") }
}

/// A table or view as the engine's own catalogue describes it to the kit.
struct SQLTableFacts: Sendable, Hashable {
    struct Column: Sendable, Hashable {
        var name: String
        /// The engine's name of the type below a domain, without arguments, in lower case.
        var type: String
        /// The engine computes it; it cannot be written.
        var isGenerated = false
        /// The engine takes no null in it.
        var isRequired = false
        /// The names of the unique indexes that it is part of, other than the primary key's.
        var uniques: [String] = []
        /// How many characters it holds at most; nil where nothing bounds them.
        var length: Int?
        /// How many digits behind the point it keeps, of an exact number that a column of the lake can hold; nil elsewhere.
        var scale: Int?
    }

    /// The schema of PostgreSQL; empty elsewhere.
    var schema: String
    var name: String
    var isView: Bool
    var columns: [Column]

    /// The full name, quoted.
    func quoted(_ engine: DatabaseEngine) -> String {
        let parts = schema.isEmpty ? [name] : [schema, name]
        return parts.map { SQLText.quote($0, engine) }.joined(separator: ".")
    }

    func column(_ name: String) -> Column? { columns.first { $0.name == name } }

    /// The columns of each unique index other than the primary key's.
    var uniqueIndexes: [[Column]] {
        Set(columns.flatMap(\.uniques)).sorted().map { name in columns.filter { $0.uniques.contains(name) } }
    }

    /// The table that holds a view's rows since they were replaced.
    var below: SQLTableFacts {
        var table = self
        table.name += "_rows"
        table.isView = false
        for index in table.columns.indices { table.columns[index].isGenerated = false }
        return table
    }
}

/// The tables of a world and their rows, read through the kit's own connection.
struct SQLContent: Sendable {
    var tables: [SQLTableFacts]
    /// Rows by table, in no particular order; each column by its name, bytes as `{"x": "hex"}`.
    var rows: [SQLTableFacts: [World.Object]]

    /// The table that a source offers under a name.
    func table(_ name: String, schema: String?) -> SQLTableFacts? {
        tables.first { $0.name == name && ($0.schema.isEmpty || $0.schema == schema ?? "public") }
            ?? tables.first { "\($0.schema).\($0.name)" == name }
            ?? tables.first { $0.name == name }
    }

    /// Reads a database: the catalogue, and the rows of the tables that are wanted.
    init(
        _ scratch: any ScratchDatabase, wanting isWanted: (SQLTableFacts) -> Bool = { _ in true }
    ) async throws {
        tables = []
        rows = [:]
        for line in try await scratch.definitions() {
            guard let part = SQLTableFacts.part(of: line) else { continue }
            if let last = tables.indices.last, tables[last].schema == part.schema, tables[last].name == part.name {
                tables[last].columns += part.columns
            } else {
                tables.append(part)
            }
        }
        for table in tables where isWanted(table) {
            let lines = try await scratch.texts(SQLText.rows(of: table, scratch.engine))
            let bodies = try lines.compactMap { try JSONValue(parsing: Array($0.utf8)).object }
            rows[table] = bodies.map { World.Object(body: scratch.engine == .sqlite ? Self.shortened($0) : $0) }
        }
    }

    /// SQLite spells a binary float with 17 digits at most; the shortest spelling of the same number is what people wrote.
    private static func shortened(_ body: JSONObject) -> JSONObject {
        JSONObject(
            body.members.map { member in
                guard case .number(let number) = member.value, number.int64 == nil, let double = number.double else {
                    return (member.name, member.value)
                }
                return (member.name, .number(JSONNumber(double)))
            })
    }
}
