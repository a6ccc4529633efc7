/// A column whose value lies deeper in the row: `LiftedColumn("id", from: "info.run_id")`.
///
/// Keys, cursors and partition columns are columns; many upstreams nest them. The value is put into a column of its own,
/// and the object that holds it stays as it came. Where a row has nothing at the path, the column is null there; where no
/// row of a batch has one, the column is missing, as that of a member that vanished is.
public struct LiftedColumn: Hashable, Sendable {
    /// The column's name. A row that has a member of this name itself is refused, since one of the two would be lost.
    public var name: String
    /// The path within the row, as `JSONPath` spells it.
    public var path: String

    /// A column and the path of its values within a row.
    public init(_ name: String, from path: String) {
        self.name = name
        self.path = path
    }

    /// The value of a row; nil where it has nothing at the path.
    public func value(of row: JSONObject) -> JSONValue? { JSONValue.object(row).path(path) }
}

extension [LiftedColumn] {
    /// Where rows have the value of a column, as the upstream sends it: its own name where it is not lifted.
    public func path(of column: String) -> String { first { $0.name == column }?.path ?? column }
}

/// The lifted columns of a page while its rows are read: after each row one more walk over its bytes, which ends as soon
/// as all is found.
struct RowLift {
    let paths: [JSONPath]
    /// The columns in the store, in the order of the paths.
    let indices: [Int]

    /// Nil where a column cannot be had: there are too many.
    init?(_ columns: [LiftedColumn], in store: ColumnStore) throws(TableBuildError) {
        var paths: [JSONPath] = []
        var indices: [Int] = []
        for column in columns {
            guard let path = JSONPath(column.path), !path.segments.isEmpty else {
                throw TableBuildError(lifting: column)
            }
            guard let index = store.lifted(column) else { return nil }
            paths.append(path)
            indices.append(index)
        }
        self.paths = paths
        self.indices = indices
    }

    /// Appends the values of the row that begins at `row`.
    func append(
        from row: JSONScanner.Place, _ scanner: inout JSONScanner, to store: ColumnStore
    ) throws(JSONScanFailure) {
        var walk = JSONPageWalk(paths, counting: false)
        try walk.find(in: row, &scanner)
        for (value, index) in zip(walk.values, indices) {
            // What no row has is no column, as with members of the row itself: a key that vanished has to be noticed.
            guard let value else { continue }
            store.sinks[index].align(store.rows)
            store.append(value, to: index)
        }
    }
}
