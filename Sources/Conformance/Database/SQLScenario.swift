import Cassettes
import Columns
import Foundation
import Tributary

/// A scenario whose upstream is a database: its engine and its seeds.
struct SQLScenario: Sendable {
    let scenario: Scenario
    let engine: DatabaseEngine
    /// What `model.json` says of its tables.
    private let tables: [String: TableNote]
    /// Statements that hide rows of `{table}` from ordinary users.
    private let policies: [String]

    /// What the catalogue of the engine does not say of a table.
    private struct TableNote {
        var cursorMovesOnUpdate: Bool?
        var mutable: [String]?

        init(_ value: FixtureValue) throws {
            try value.allowOnly(["cursorMovesOnUpdate", "mutable"])
            cursorMovesOnUpdate = try value.optional("cursorMovesOnUpdate")?.bool()
            mutable = try value.optional("mutable")?.strings()
        }
    }

    /// Nil when no state of the scenario has a seed.
    ///
    /// - Throws: `SourceError` of kind `invalidFixture`.
    init?(_ scenario: Scenario) throws {
        guard scenario.hasSeeds else { return nil }
        self.scenario = scenario
        let file = scenario.folder.appending(path: "model.json")
        let name = "\(scenario.id)/model.json"
        let isThere = FileManager.default.fileExists(atPath: file.path)
        let model = try isThere ? FixtureValue.read(file, named: name) : FixtureValue(value: [:], file: name)
        try model.allowOnly(["format", "engine", "tables", "rowPolicies"])
        let notes = try model.optional("tables")?.members().map { ($0.name, try TableNote($0.value)) } ?? []
        tables = Dictionary(notes) { $1 }
        policies = try model.optional("rowPolicies")?.strings() ?? []
        let own = try model.optional("engine")?.string()
        let engine = own ?? Self.engineOfSiblings(scenario) ?? scenario.manifest.source
        guard let known = DatabaseEngine(rawValue: engine) else {
            let wanted =
                "say which engine runs the seeds, as in {\"engine\": \"sqlite\"}; there are sqlite, postgres and mysql"
            throw SourceError.fixture(
                file: name, at: isThere ? "engine" : nil,
                isThere ? "\"\(engine)\" is no engine: \(wanted)" : "the file is missing: \(wanted)")
        }
        self.engine = known
    }

    /// The engine that another scenario of the source names: all of them are of one.
    private static func engineOfSiblings(_ scenario: Scenario) -> String? {
        let source = scenario.folder.absoluteURL.deletingLastPathComponent()
        let names = (try? FileManager.default.contentsOfDirectory(atPath: source.path))?.sorted() ?? []
        return names.lazy.compactMap { name -> String? in
            let file = source.appending(path: name).appending(path: "model.json")
            guard let data = FileManager.default.contents(atPath: file.path) else { return nil }
            return (try? JSONValue(parsing: Array(data)))?["engine"]?.string
        }.first
    }

    /// The database as a state left it: each seed is what happened since the one before.
    ///
    /// - Throws: `SourceError` of kind `invalidFixture`.
    func world(upTo name: String) throws -> SQLWorld {
        var script = ""
        for state in scenario.manifest.states {
            if let seed = state.seed {
                let file = scenario.folder.appending(path: seed)
                guard let data = FileManager.default.contents(atPath: file.path) else {
                    throw SourceError.fixture(file: scenario.id, at: nil, "the file \(seed) is missing")
                }
                script += String(decoding: data, as: UTF8.self) + "\n"
            }
            if state.name == name { break }
        }
        return SQLWorld(engine: engine, script: script)
    }

    /// Statements after which the engine hides rows of a table; none where it cannot.
    func rowPolicies(_ table: SQLTableFacts) -> [String] {
        if policies.isEmpty, engine == .postgres {
            return ["ALTER TABLE \(table.quoted(engine)) ENABLE ROW LEVEL SECURITY"]
        }
        return policies.map { $0.replacing("{table}", with: table.name) }
    }

    /// The schema that the config names; nil when it names none.
    var schemaName: String? { scenario.config["schema"]?.string }

    /// How one table behaves: what the catalogue of the engine does not say.
    func collection(_ schema: Manifest.Schema, _ table: SQLTableFacts) -> ModelDeclaration.Collection {
        let declared = tables[schema.name]
        let cursor = schema.field?.name
        let reserved = Set(schema.primaryKeys + [cursor].compactMap { $0 })
        let texts = ["text", "varchar", "character varying", "char"]
        let mutable = table.columns.filter { texts.contains($0.type) && !reserved.contains($0.name) }.map(\.name)
        return ModelDeclaration.Collection(
            name: schema.name, key: schema.primaryKeys, cursor: cursor, cursorFormat: Self.format(schema.field),
            cursorMovesOnUpdate: declared?.cursorMovesOnUpdate ?? (Self.soundsMoving(cursor) ? true : nil),
            mutable: declared?.mutable ?? mutable, sources: [], schemas: [schema.name])
    }

    private static func soundsMoving(_ cursor: String?) -> Bool {
        let words = ["updat", "modif", "chang", "version", "seen"]
        return cursor.map { name in words.contains { name.lowercased().contains($0) } } ?? false
    }

    private static func format(_ field: IncrementalField?) -> ModelDeclaration.CursorFormat {
        switch field?.type {
        case .date: .date
        case .integer, .numeric: .integer
        default: .iso8601
        }
    }

    /// The list that stands for a table, for checks that ask how an upstream pages: a database does not.
    func endpoint(_ schema: Manifest.Schema) -> ModelDeclaration.Endpoint {
        ModelDeclaration.Endpoint(
            path: PathTemplate("/sql/\(schema.name)"), collection: schema.name, scope: [:], order: [],
            orderParameters: [], filters: [],
            page: ModelDeclaration.Page(
                style: .single, parameter: "", sizeParameter: nil, defaultSize: .max, maximumSize: .max, firstPage: 1),
            envelope: .null, resultCap: nil, missingParentStatus: nil)
    }
}

extension Scenario {
    /// Whether its upstream is a database that is made of seeds.
    var hasSeeds: Bool { manifest.states.contains { $0.seed != nil } }

    /// Whether its upstream is a database that refuses the login.
    var refusesLogin: Bool { hasSeeds && manifest.covers.contains("error:credentials") }
}
