import Cassettes
import Columns
import Tributary

/// Figures of recorded pages, by a second, plain reader: it knows nothing of the source but where its pages have rows.
///
/// What a source makes of a recording proves nothing about itself; these figures are what it is held against, once a
/// person has looked at them.
struct ExpectedFigures {
    let scenario: Scenario
    let model: ModelDeclaration

    /// Figures of a state by table. Of tables that the model does not know the lists of the recording are counted.
    func figures(state name: String) throws -> JSONObject {
        var figures = JSONObject()
        for schema in scenario.manifest.schemas {
            let exchanges = try scenario.exchanges(state: name).filter {
                $0.exchange.schemas.contains(schema.name)
            }
            if exchanges.isEmpty { continue }
            figures[schema.name] = .object(try entry(schema, exchanges, state: name))
        }
        return figures
    }

    private func entry(
        _ schema: Manifest.Schema, _ exchanges: [RecordedExchange], state: String
    ) throws -> JSONObject {
        let isFull = { (exchange: RecordedExchange) in
            exchange.exchange.syncTypes.isEmpty || exchange.exchange.syncTypes.contains(.fullRefresh)
        }
        let full = exchanges.filter { isFull($0) && !$0.exchange.isOptional }
        let requests: JSONValue = full.isEmpty ? .null : .number(JSONNumber(Int64(full.count)))
        guard let collection = model.collection(forSchema: schema.name) else {
            var figures = try unmodelled(schema, state: state)
            figures["requests"] = requests
            return figures
        }
        let rows = try table(collection, of: schema, state: state)
        var result = JSONObject([("rows", .number(JSONNumber(Int64(rows.count)))), ("requests", requests)])
        if let field = schema.field {
            let path = collection.path(ofColumn: field.name)
            let values = rows.values.compactMap { $0[path: path] }
                .filter { !$0.isNull }
            result["cursorLast"] = values.max(by: ModelOrder.isLess) ?? .null
            result["cursorEarliest"] = values.min(by: ModelOrder.isLess) ?? .null
        }
        if !schema.primaryKeys.isEmpty, isKeyKnown(schema, collection, rows) {
            result["keys"] = .string(StateFigures.digest(Array(rows.keys)))
        }
        return result
    }

    /// Whether each part of the key is in the objects, or is known to come from their parents: a digest of keys that lack
    /// a part would accuse a source that is right.
    private func isKeyKnown(
        _ schema: Manifest.Schema, _ collection: ModelDeclaration.Collection, _ rows: [String: JSONObject]
    ) -> Bool {
        schema.primaryKeys.allSatisfy { name in
            collection.parent?.columns[name] != nil
                || rows.values.contains { $0[path: collection.path(ofColumn: name)] != nil }
        }
    }

    /// Figures of the lists that name the table, over the states so far; none where a row lacks a part of the key, as
    /// children lack their parent's.
    private func unmodelled(_ schema: Manifest.Schema, state name: String) throws -> JSONObject {
        var rows: [String: JSONObject] = [:]
        for state in scenario.manifest.states {
            let exchanges = try scenario.exchanges(state: state.name).filter {
                $0.exchange.schemas.contains(schema.name)
                    && ($0.exchange.syncTypes.isEmpty || $0.exchange.syncTypes.contains(schema.mode))
            }
            if schema.mode == .fullRefresh { rows = [:] }
            let pages = exchanges.compactMap { RecordedPage($0, state: state.name, keys: schema.primaryKeys) }
            for row in pages.flatMap(\.rows) {
                let parts = schema.primaryKeys.compactMap { row[$0] }
                guard !parts.isEmpty, parts.count == schema.primaryKeys.count else { return JSONObject() }
                rows[parts.map(ModelPage.text).joined(separator: "|")] = row
            }
            if state.name == name { break }
        }
        if rows.isEmpty { return JSONObject() }
        var figures = JSONObject([
            ("rows", .number(JSONNumber(Int64(rows.count)))), ("keys", .string(StateFigures.digest(Array(rows.keys)))),
        ])
        if let field = schema.field {
            figures["cursorLast"] = rows.values.compactMap { $0[field.name] }.filter { !$0.isNull }
                .max(by: ModelOrder.isLess)
        }
        return figures
    }

    /// Rows by key: what a state listed in full counts alone, else what it brought on top of the states before.
    private func table(
        _ collection: ModelDeclaration.Collection, of schema: Manifest.Schema, state: String
    ) throws -> [String: JSONObject] {
        let world = try World(recorded: scenario, upTo: state, model)
        var rows: [String: JSONObject] = [:]
        for (index, object) in (world.collections[collection.name] ?? []).enumerated() {
            let columns = collection.parent?.columns ?? [:]
            let parts = schema.primaryKeys.map { name -> String in
                if let value = object.body[path: collection.path(ofColumn: name)] { return ModelPage.text(value) }
                let path = collection.parent?.names.first { $0.value == columns[name] }?.key
                return path.flatMap { object.attributes[$0] } ?? ""
            }
            rows[parts.isEmpty ? "#\(index)" : parts.joined(separator: "|")] = object.body
        }
        return rows
    }
}
