import Columns
import Tributary

/// Members of a list's rows that become one column: which of them gets its name depends on which comes first.
struct CollidingNames {
    let list: ModelProposal.List

    /// What to tell of it; nil where every member has a column of its own.
    var note: String? {
        let names = Set(list.pages.flatMap { $0.rows.flatMap(\.names) })
        let groups = Dictionary(grouping: names.sorted()) { ColumnNaming.normalise($0) }.filter { $0.value.count > 1 }
        // What the source leaves out or renames already has one column in its table.
        let columns = list.table.image?.schema
        let left = groups.filter { columns?["_" + $0.key] != nil || columns == nil }
        guard let (column, members) = left.min(by: { $0.key < $1.key }) else { return nil }
        return
            "\(list.table.schema.name): the members \(members.joined(separator: " and ")) of its rows become the one column "
            + "\(column). Leave one out with mapRows, see \"Rows that are changed on their way\" (Endpoints.md): "
            + "row[\"\(members.last ?? "")\"] = nil."
    }
}
