import Cassettes
import Columns
import Tributary

/// Figures of recorded pages, by a second, plain reader: it knows nothing of the source but where its pages have rows.
///
/// What a source makes of a recording proves nothing about itself; these figures are what it is held against, once a
/// person has looked at them. A figure that is wrong accuses a source that is right, so a table whose rows cannot be told
/// apart by the recording alone has none, and a note says so.
struct ExpectedFigures {
    let scenario: Scenario
    let model: ModelDeclaration

    /// The figures of a state.
    struct Figures {
        /// By table.
        var tables = JSONObject()
        /// Which tables have none, why, and what to write.
        var notes: [String] = []
    }

    /// Figures of a state by table. Of tables that the model does not know the lists of the recording are counted.
    func figures(state name: String) throws -> Figures {
        var figures = Figures()
        for schema in scenario.manifest.schemas {
            let exchanges = try scenario.exchanges(state: name).filter {
                $0.exchange.schemas.contains(schema.name)
            }
            if exchanges.isEmpty { continue }
            var counted = try counted(schema, state: name)
            counted.figures["requests"] = requests(exchanges)
            figures.tables[schema.name] = .object(counted.figures)
            if let reason = counted.reason {
                figures.notes.append(
                    "manifest.json: of \(schema.name) no rows are expected, since \(reason). Count them by hand, and write "
                        + "expected.\(name).\(schema.name): {\"rows\": …}, to have `read-figures-as-recorded` hold the source "
                        + "against it.")
            }
        }
        return figures
    }

    /// How many requests a full refresh takes; null where none was recorded.
    private func requests(_ exchanges: [RecordedExchange]) -> JSONValue {
        let full = exchanges.count { exchange in
            let types = exchange.exchange.syncTypes
            return (types.isEmpty || types.contains(.fullRefresh)) && !exchange.exchange.isOptional
        }
        return full == 0 ? .null : .number(JSONNumber(Int64(full)))
    }

    /// What was counted of one table, or why it was not.
    private struct Count {
        var figures = JSONObject()
        var reason: String?
    }

    private func counted(_ schema: Manifest.Schema, state: String) throws -> Count {
        guard let collection = model.collection(forSchema: schema.name) else {
            return try unmodelled(schema, state: state)
        }
        let world = try World(recorded: scenario, upTo: state, model)
        let objects = world.collections[collection.name] ?? []
        let rows = KeyedRows(objects, of: collection, in: world, keys: schema.primaryKeys)
        if let column = rows.unknown {
            return Count(
                reason:
                    "\(column) of its key is in no recorded object, and collections.\(collection.name).parent.columns of "
                    + "model.json does not say which member of a recorded parent it is")
        }
        // The requests have their place beside the rows.
        var figures = JSONObject([("rows", .number(JSONNumber(Int64(rows.byKey.count)))), ("requests", .null)])
        if let field = schema.field {
            let path = collection.path(ofColumn: field.name)
            let values = rows.byKey.values.compactMap { $0[path: path] }
                .filter { !$0.isNull }
            figures["cursorLast"] = values.max(by: ModelOrder.isLess) ?? .null
            figures["cursorEarliest"] = values.min(by: ModelOrder.isLess) ?? .null
        }
        if !schema.primaryKeys.isEmpty { figures["keys"] = .string(StateFigures.digest(Array(rows.byKey.keys))) }
        return Count(figures: figures)
    }

    /// Figures of the list that names the table, over the states so far; none where a row lacks a part of the key, as
    /// children lack their parent's, or where several lists name it: which of them are the table's own nothing says.
    private func unmodelled(_ schema: Manifest.Schema, state name: String) throws -> Count {
        var rows: [String: JSONObject] = [:]
        var targets: Set<String> = []
        for state in scenario.manifest.states {
            let exchanges = try scenario.exchanges(state: state.name).filter {
                $0.exchange.schemas.contains(schema.name)
                    && ($0.exchange.syncTypes.isEmpty || $0.exchange.syncTypes.contains(schema.mode))
            }
            if schema.mode == .fullRefresh { rows = [:] }
            let pages = exchanges.compactMap { RecordedPage($0, state: state.name, keys: schema.primaryKeys) }
            targets.formUnion(pages.map(\.target))
            if targets.count > 1 {
                return Count(
                    reason: "it is read from several lists, and model.json does not say which of them are its own")
            }
            for row in pages.flatMap(\.rows) {
                if schema.primaryKeys.isEmpty { return Count() }
                if let missing = schema.primaryKeys.first(where: { row[$0] == nil }) {
                    return Count(
                        reason: "\(missing) of its key is in no recorded object, and model.json does not know it")
                }
                let parts = schema.primaryKeys.compactMap { row[$0] }
                rows[parts.map(ModelPage.text).joined(separator: "|")] = row
            }
            if state.name == name { break }
        }
        if rows.isEmpty { return Count() }
        var figures = JSONObject([
            ("rows", .number(JSONNumber(Int64(rows.count)))), ("keys", .string(StateFigures.digest(Array(rows.keys)))),
        ])
        if let field = schema.field {
            figures["cursorLast"] = rows.values.compactMap { $0[field.name] }.filter { !$0.isNull }
                .max(by: ModelOrder.isLess)
        }
        return Count(figures: figures)
    }
}

/// Recorded objects by the key that their rows have in the table: what an object lacks is looked up in its parent.
private struct KeyedRows {
    private(set) var byKey: [String: JSONObject] = [:]
    /// A part of the key that neither some object nor its parent has.
    private(set) var unknown: String?

    init(
        _ objects: [World.Object], of collection: ModelDeclaration.Collection, in world: World, keys: [String]
    ) {
        let columns = collection.parent?.columns ?? [:]
        let members = Dictionary(columns.map { (ColumnNaming.normalise($0.key), $0.value) }) { first, _ in first }
        for (index, object) in objects.enumerated() {
            var parts: [String] = []
            for name in keys {
                if let value = object.body[path: collection.path(ofColumn: name)] {
                    parts.append(ModelPage.text(value))
                } else if let member = members[ColumnNaming.normalise(name)],
                    let text = Self.parent(of: object, collection, in: world, member)
                {
                    parts.append(text)
                } else {
                    unknown = name
                    return
                }
            }
            byKey[parts.isEmpty ? "#\(index)" : parts.joined(separator: "|")] = object.body
        }
    }

    /// A member of the object's parent: as the request named it, or as the parent's own object has it.
    private static func parent(
        of object: World.Object, _ collection: ModelDeclaration.Collection, in world: World, _ member: String
    ) -> String? {
        guard let parent = collection.parent else { return nil }
        if let name = parent.names.first(where: { $0.value == member })?.key { return object.attributes[name] }
        let owner = world.collections[parent.collection]?.first { Bench.isOwner($0, of: object, parent) }
        return owner?.body[path: member].flatMap { $0.isNull ? nil : ModelPage.text($0) }
    }
}
