import Columns
import Tributary

/// The bounded unit between a source and the lake: rows in columns, and the last position that they reach.
struct Batch: Sendable {
    /// The rows; nil where only the position has moved.
    var table: Table?
    /// The newest resume token among the rows, if any.
    var position: Position?
    /// Bytes as they came from the source.
    var bytesRead = 0

    /// A resume token and the rows that lie before it.
    struct Position: Sendable {
        var token: ResumeToken
        /// Rows of the batch that the token covers: all rows before this index, and none behind.
        var rows: Int
    }

    var rowCount: Int { table?.rowCount ?? 0 }
}
