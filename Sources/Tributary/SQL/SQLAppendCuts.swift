import Columns

/// Divides the tables of a read whose rows are appended at the places where a later read can go on.
///
/// A row that is appended twice stays there twice, so a position must say exactly which rows were handed over. Where the
/// values that are ordered by do not tell rows apart, as in a table without a key, it can say so only between two
/// different values: behind the last row of one, once a row of the next was seen. The rows of the newest value are handed
/// over without a position, and the pipeline keeps them until one follows.
///
/// A value that more rows share than memory should hold is the exception. Its rows come with positions in front of them
/// all: after an interruption they are read again, and none is left out.
struct SQLAppendCuts {
    /// Rows, and the position behind them.
    struct Part: Sendable {
        /// Nil: the position is behind the rows of the part before.
        var table: Table?
        var position: SQLPosition?
    }

    private let step: SQLReadPlan.Step
    private let limit: Int
    /// The place behind the last table, as far as its values mark one.
    private var end: SQLPosition?
    /// About the bytes that were handed over since the last position.
    private var openBytes = 0

    /// - Parameter limit: so many bytes may be handed over before a position comes with them, exact or not.
    init(_ step: SQLReadPlan.Step, limit: Int) {
        self.step = step
        self.limit = limit
    }

    /// The next table of the step, divided.
    mutating func parts(of table: Table) -> [Part] {
        let previous = end
        end = step.position(behind: table)
        guard let end else { return [Part(table: table)] }
        guard end.isInclusive else {
            openBytes = 0
            return [Part(table: table, position: end)]
        }
        var parts: [Part] = []
        let edge = step.order.lastChange(in: table, ofFirst: end.values.count)
        if edge > 0 {
            let whole = table.slice(0..<edge)
            parts.append(Part(table: whole, position: step.position(behind: whole)?.behindAll(of: end.columns)))
        } else if let previous, previous.values.prefix(end.values.count) != end.values[...],
            let position = previous.behindAll(of: end.columns)
        {
            parts.append(Part(position: position))
        }
        if parts.contains(where: { $0.position != nil }) { openBytes = 0 }
        let rest = edge > 0 ? table.slice(edge..<table.rowCount) : table
        openBytes += rest.byteCount
        let isTooMuch = openBytes > limit
        if isTooMuch { openBytes = 0 }
        return parts + [Part(table: rest, position: isTooMuch ? end : nil)]
    }
}

extension SQLPosition {
    /// The place behind all rows that share the values of these columns; nil where the position does not have them all.
    ///
    /// Only right where a row of other values has followed.
    fileprivate func behindAll(of columns: [String]) -> SQLPosition? {
        guard isInclusive else { return self }
        guard self.columns.starts(with: columns) else { return nil }
        var copy = self
        copy.columns = columns
        copy.values = Array(values.prefix(columns.count))
        copy.isInclusive = false
        return copy
    }
}
