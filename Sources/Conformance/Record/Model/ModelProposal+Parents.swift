import Columns
import Lake
import Tributary

// Whose children the objects of a list are.
extension ModelProposal {
    /// The list of another table that has the parents of a list's objects; nil where none has, or no table is recorded of them.
    func owner(of list: List, _ lists: [List]) -> List? {
        guard let parent = list.path.parent else { return nil }
        return lists.first { owner in
            owner.table.schema.name != list.table.schema.name && owner.pages.contains { $0.target == parent }
        }
    }

    /// `parent` of a collection: the collection, what the names in its path stand for, and which columns of a row are the
    /// parent's.
    func parent(_ list: List, _ owner: List) -> JSONObject {
        func object(_ names: [String: String]) -> JSONValue {
            .object(JSONObject(names.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) }))
        }
        var parent = JSONObject([
            ("collection", .string(owner.table.schema.name)), ("names", object(list.path.names)),
        ])
        let rows = list.pages.flatMap(\.rows)
        let named = rows.flatMap(\.names) + list.table.lifting.map(\.name)
        let own = Set(named.map { ColumnNaming.normalise($0) })
        var columns: [String: String] = [:]
        let parents = owner.pages.flatMap(\.rows)
        // The member that the path names is more likely than another that happens to have the same values.
        let members = list.path.names.values.sorted() + (parents.first?.names ?? [])
        for name in list.table.image?.schema.names ?? []
        where !own.contains(name) && name != LakePath.partitionColumn {
            let values = Set((list.table.image?.rows ?? []).compactMap { $0.values[name] }.map(TableDiff.text))
            columns[name] = members.first { member in
                let known = Set(parents.map { ModelPage.text($0[path: member] ?? .null) })
                return !values.isEmpty && values.isSubset(of: known)
            }
        }
        if !columns.isEmpty { parent["columns"] = object(columns) }
        return parent
    }
}
