import Columns
import Tributary

/// The blocking side of a driver. All calls come from the connection's own thread, except ``cancel()``.
protocol DatabaseSession: AnyObject, Sendable {
    var engine: DatabaseEngine { get }

    /// Starts a statement whose rows are then fetched with ``nextBatch()``.
    func begin(_ statement: SQLStatement, limits: BatchLimits) throws

    /// The next rows; nil when the statement is finished. The first call always gives a table, be it an empty one,
    /// so that the columns are known.
    func nextBatch() throws -> Table?

    /// Gives up the rest of a running statement. Does nothing when none is running.
    func abort()

    /// Opens a read-only transaction that sees one state of the database.
    func beginSnapshot() throws

    /// Ends that transaction.
    func endSnapshot() throws

    /// Stops the running statement, from any thread: the blocked call ends with an error soon after.
    func cancel()

    func close()
}

/// How much a driver puts into one table.
struct BatchLimits: Sendable {
    var rows: Int
    /// Measured in the bytes that the server sent; the table's memory is of the same order.
    var bytes: Int

    /// Clamps both to what a column can hold: its offsets have 32 bits.
    init(rows: Int, bytes: Int) {
        self.rows = max(rows, 1)
        self.bytes = min(max(bytes, 1), 1 << 30)
    }

    /// The rows that a buffer is first made for.
    var firstCapacity: Int { min(rows, 1024) }
}
