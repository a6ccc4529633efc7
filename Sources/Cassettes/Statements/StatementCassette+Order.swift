import Columns
import Tributary

// Rows whose order a statement leaves open.
extension StatementCassette {
    /// The same cassette with rows in the order of another one, wherever a statement has no ORDER BY and gave the same rows
    /// there: an engine may give them otherwise each time.
    public func keepingOrder(of other: StatementCassette) -> StatementCassette {
        var copy = self
        let known = Dictionary(other.records.map { ($0.name, $0) }) { first, _ in first }
        for index in copy.records.indices {
            let record = copy.records[index]
            guard let kept = known[record.name], StatementKey(kept.statement) == StatementKey(record.statement),
                kept.answer.isSame(as: record.answer, by: record.statement)
            else { continue }
            copy.records[index].answer = kept.answer
        }
        return copy
    }
}

extension StatementCassette.Answer {
    /// Whether a statement gave the same: where it leaves the order open, the same rows in any.
    func isSame(as other: Self, by statement: SQLStatement) -> Bool {
        switch (self, other) {
        case (.failure(let one), .failure(let two)): return one == two
        case (.table(let one), .table(let two)):
            guard one.schema == two.schema, one.rowCount == two.rowCount else { return false }
            let (rows, others) = (Self.rows(one), Self.rows(two))
            if rows == others { return true }
            return statement.leavesOrderOpen && Self.counts(rows) == Self.counts(others)
        default: return false
        }
    }

    private static func rows(_ table: Table) -> [[Value]] {
        (0..<table.rowCount).map { row in table.columns.map { $0[row] } }
    }

    private static func counts(_ rows: [[Value]]) -> [[Value]: Int] {
        Dictionary(rows.map { ($0, 1) }, uniquingKeysWith: +)
    }
}

extension SQLStatement {
    /// Whether no ORDER BY stands outside of brackets and quotes.
    package var leavesOrderOpen: Bool {
        var depth = 0
        var quote: Character?
        var outside = ""
        for character in StatementKey.folded(text) {
            if let open = quote {
                if character == open { quote = nil }
            } else if "'\"`".contains(character) {
                quote = character
            } else if character == "(" {
                depth += 1
            } else if character == ")" {
                depth -= 1
            } else if depth == 0 {
                outside.append(character)
            }
        }
        return !outside.uppercased().contains("ORDER BY")
    }
}
