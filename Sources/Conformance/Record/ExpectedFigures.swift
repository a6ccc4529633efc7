import Cassettes
import Columns
import Crypto
import Foundation
import Tributary

/// Figures of recorded pages, by a second, plain reader: it knows nothing of the source but where its pages have rows.
///
/// What a source makes of a recording proves nothing about itself; these figures are what it is held against, once a
/// person has looked at them.
struct ExpectedFigures {
    let scenario: Scenario
    let model: ModelDeclaration

    /// Figures of a state by table; tables that the model does not know have the number of their requests alone.
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
            return JSONObject([("requests", requests)])
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
        if !schema.primaryKeys.isEmpty { result["keys"] = .string(Self.digest(rows.keys.sorted())) }
        return result
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

    static func digest(_ keys: [String]) -> String {
        let sorted = keys.sorted { Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8)) }
        let digest = SHA256.hash(data: Data(sorted.joined(separator: "\n").utf8))
        return "sha256:" + Hexadecimal.text(digest)
    }
}
