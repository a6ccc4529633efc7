import Foundation

/// What the made-up upstream of a first scenario holds.
struct ExampleObjects {
    let plan: SourcePlan

    /// Objects of a table in the order of a member, those alike in it by the key.
    func sorted(_ objects: [[String: Any]], of table: TablePlan, by member: String) -> [[String: Any]] {
        func rank(_ object: [String: Any]) -> [String] {
            ([member] + table.ownKeys).map { name in object[name].map { "\($0)" } ?? "" }
        }
        return objects.sorted { rank($0).lexicographicallyPrecedes(rank($1)) }
    }

    /// Objects in no order, three of which changed in one second.
    func of(_ table: TablePlan) -> [[String: Any]] {
        (0..<14).map { index in
            let number = index * 5 % 14
            let minute = (4...6).contains(index) ? 40 : index * 4
            var object: [String: Any] = [
                "name": "\(table.name.capitalized) \(number)",
                "created_at": String(format: "2025-02-%02dT08:00:00Z", number + 1),
            ]
            if let cursor = table.cursor { object[cursor] = table.format.value(minute: minute) }
            if let place = table.partitionBy { object[place] = String(format: "2025-02-%02dT08:00:00Z", number + 1) }
            if plan.kind == .graphql { object["createdAt"] = object.removeValue(forKey: "created_at") }
            // Of a key of several columns none tells rows apart by itself.
            let keys = table.ownKeys
            let parts = keys.count == 1 ? [number] : [number % 3] + keys.dropFirst().map { _ in number / 3 }
            for (key, part) in zip(keys, parts) {
                object[key] = "\(table.name.prefix(3).lowercased())_\(100 + part)"
            }
            // What the lists of other tables are asked for by.
            for child in plan.tables.compactMap(\.parent) where child.table == table.name && object[child.field] == nil
            {
                object[child.field] = "\(table.name.prefix(3).lowercased())-\(number)"
            }
            return object
        }
    }
}
