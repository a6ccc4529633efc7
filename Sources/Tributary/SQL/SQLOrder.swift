import Columns

/// One column that rows are ordered by.
struct SQLOrderTerm: Hashable, Sendable {
    /// The column's name.
    var column: String
    /// What is sorted and compared: the quoted column or a function of it.
    var expression: String
    /// The kind of cursor, for the column that is one.
    var cursorType: CursorType?
}

/// The order of a read, and the conditions that go with it. Rows with a null in one of the columns are not part of it.
struct SQLOrder: Sendable {
    var terms: [SQLOrderTerm]
    /// Whether no two rows have the same values.
    var isUnique: Bool
    let dialect: any SQLDialect

    /// `ORDER BY …`, or nothing.
    var clause: String {
        terms.isEmpty ? "" : " ORDER BY " + terms.map(\.expression).joined(separator: ", ")
    }

    // MARK: Reading on behind a position

    /// The condition for rows behind a position.
    ///
    /// Written out as `a >= ? AND (a > ? OR (a = ? AND b > ?))` instead of as a comparison of rows: MySQL cannot use an
    /// index for the latter. The first part bounds the index scan.
    func after(_ position: SQLPosition) -> SQLCondition {
        let values = zip(terms, position.values).map { term, value in parameter(value, term) }
        guard let first = terms.first, let value = values.first else { return SQLCondition("1 = 1") }
        let bound = SQLCondition("\(first.expression) >= ?", [value])
        return bound.and(behind(values[...], terms[...], position.isInclusive))
    }

    private func behind(
        _ values: ArraySlice<Value>, _ terms: ArraySlice<SQLOrderTerm>, _ isInclusive: Bool
    ) -> SQLCondition {
        guard let term = terms.first, let value = values.first else {
            return SQLCondition(isInclusive ? "1 = 1" : "1 = 0")
        }
        let rest = behind(values.dropFirst(), terms.dropFirst(), isInclusive)
        return SQLCondition(
            "(\(term.expression) > ? OR (\(term.expression) = ? AND \(rest.text)))", [value, value] + rest.parameters)
    }

    /// The condition for the rows of ties.
    func within(_ ties: SQLTies) -> SQLCondition {
        let values = zip(terms, ties.end).map { term, value in parameter(value, term) }
        guard let first = terms.first else { return SQLCondition("1 = 0") }
        let bound = SQLCondition("\(first.expression) >= ?", [parameter(ties.first, first)])
        return bound.and(upTo(values[...], terms[...]))
    }

    private func upTo(_ values: ArraySlice<Value>, _ terms: ArraySlice<SQLOrderTerm>) -> SQLCondition {
        guard let term = terms.first, let value = values.first else { return SQLCondition("1 = 1") }
        let rest = upTo(values.dropFirst(), terms.dropFirst())
        return SQLCondition(
            "\(term.expression) <= ? AND (\(term.expression) < ? OR (\(rest.text)))", [value, value] + rest.parameters)
    }

    /// A value of the table as what the term's expression is compared with.
    private func parameter(_ value: Value, _ term: SQLOrderTerm) -> Value {
        guard let type = term.cursorType, let cursor = CursorValue(value, as: type) else { return value }
        return dialect.cursorParameter(cursor, type)
    }

    // MARK: The position of a row

    /// Whether a stored position belongs to this order, be it to a part of its columns.
    func holds(_ position: SQLPosition) -> Bool {
        !position.columns.isEmpty && position.columns.count == position.values.count
            && terms.map(\.column).starts(with: position.columns)
    }

    /// The position behind the last row of a table; nil when its first value cannot mark a place.
    ///
    /// Where a later value cannot, the position is in front of the rows that share the values before it: some rows are
    /// read again, none is left out.
    func position(behind table: Table) -> SQLPosition? {
        guard table.rowCount > 0 else { return nil }
        var values: [Value] = []
        for term in terms {
            guard let value = mark(table, table.rowCount - 1, term) else { break }
            values.append(value)
        }
        guard !values.isEmpty else { return nil }
        let columns = terms.prefix(values.count).map(\.column)
        return SQLPosition(columns: columns, values: values, isInclusive: !isUnique || values.count < terms.count)
    }

    /// The first of the rows at a table's end that are alike in the first columns of the order.
    func lastChange(in table: Table, ofFirst count: Int) -> Int {
        let columns = terms.prefix(count)
        func marks(_ row: Int) -> [Value?] { columns.map { mark(table, row, $0) } }
        guard table.rowCount > 0 else { return 0 }
        let last = marks(table.rowCount - 1)
        if marks(0) == last { return 0 }
        var row = table.rowCount - 1
        while row > 0, marks(row - 1) == last { row -= 1 }
        return row
    }

    private func mark(_ table: Table, _ row: Int, _ term: SQLOrderTerm) -> Value? {
        guard let stored = table.column(term.column)?[row] else { return nil }
        guard let type = term.cursorType else { return SQLPosition.canMark(stored) ? stored : nil }
        return CursorValue(stored, as: type)?.sqlValue
    }
}

/// A condition and the values in it.
struct SQLCondition: Hashable, Sendable {
    var text: String
    var parameters: [Value]

    init(_ text: String, _ parameters: [Value] = []) {
        self.text = text
        self.parameters = parameters
    }

    func and(_ other: SQLCondition) -> SQLCondition {
        SQLCondition("\(text) AND \(other.text)", parameters + other.parameters)
    }
}
