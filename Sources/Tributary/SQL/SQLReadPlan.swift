import Columns

/// How one table is read: which columns, from where, in which order.
///
/// - A **full refresh** reads along the key, where the database enforces it and its values compare exactly; each table
///   then carries the key of its last row as resume token. Without such a key rows come as they come, and an interrupted
///   read starts anew.
/// - An **incremental or append** read goes along the cursor field and, among equal cursors, along the key. An incremental
///   read begins at the watermark itself, since more rows with its value may have come; an append read begins behind it
///   (for dates at the watermark, since more rows of that day may have come). A resumed read goes on behind the last row,
///   and at its end reads the rows once more that share that row's cursor value and were read before it: one of them may
///   have changed in that very moment. Without an enforced key an incremental read begins again at the last cursor value:
///   some rows are read twice, none is left out. An append read then stops only between two cursor values, see
///   ``SQLAppendCuts``.
/// - **Rows without a cursor value** belong to the first read alone, where they come last. A first read that is bounded
///   by a start of history leaves them out, and so do later reads: nothing tells when such a row has changed.
struct SQLReadPlan: Sendable {
    let table: SQLTable
    let dialect: any SQLDialect
    let columns: [String]
    let key: SQLTable.Key?
    let cursor: IncrementalField?
    private let inputs: SourceInputs

    /// - Throws: `SourceError` of kind `missingCursorField`.
    init(_ table: SQLTable, _ dialect: any SQLDialect, _ inputs: SourceInputs) throws {
        self.table = table
        self.dialect = dialect
        self.inputs = inputs
        key = table.key
        cursor = try Self.cursor(table, inputs)
        let needed = Set((key?.columns ?? []) + (cursor.map { [$0.name] } ?? []))
        columns = Self.columns(table, enabled: inputs.enabledColumns, needed: needed)
    }

    private static func cursor(_ table: SQLTable, _ inputs: SourceInputs) throws -> IncrementalField? {
        guard inputs.syncType != .fullRefresh, var field = inputs.cursorField else { return nil }
        guard let column = table.column(field.name) else {
            throw SourceError(
                .missingCursorField,
                "Reading \(inputs.schema) along '\(field.name)': the table has no such column.",
                advice: NearestName.advice(for: field.name, among: table.columns.map(\.name)))
        }
        field.name = column.name
        return field
    }

    /// The columns that the user chose, in the table's order; keys and cursor always come.
    private static func columns(_ table: SQLTable, enabled: [String]?, needed: Set<String>) -> [String] {
        let names = table.columns.map(\.name)
        guard let enabled else { return names }
        let chosen = Set(enabled.map { $0.lowercased() })
        return names.filter { chosen.contains($0.lowercased()) || needed.contains($0) }
    }

    // MARK: Steps

    /// One statement of the read.
    struct Step: Sendable {
        var statement: SQLStatement
        var order: SQLOrder
        var isAmongNulls = false
        /// What is read once more at the end; the first of them now, if the step is among them.
        var ties: [SQLTies] = []
        var isAmongTies = false

        /// The position behind the last row of a table that the step gave.
        func position(behind table: Table) -> SQLPosition? {
            guard var position = order.position(behind: table) else { return nil }
            position.isAmongNulls = isAmongNulls
            position.ties = ties
            position.isAmongTies = isAmongTies
            return position
        }
    }

    /// The statements that are left to run, given the position of an interrupted read.
    ///
    /// - Parameter quote: quotes an identifier; the connection's.
    /// - Throws: `SourceError` of kind `resumeTokenExpired` for a position in another order.
    func steps(from token: ResumeToken?, forcing index: String? = nil, quote: (String) -> String) throws -> [Step] {
        var steps = [step(isAmongNulls: false, forcing: index, quote)]
        if readsNulls(quote) { steps.append(step(isAmongNulls: true, forcing: nil, quote)) }
        guard let token else { return steps }
        let width = order(false, quote).terms.count
        guard let position = SQLPosition(token), position.ties.allSatisfy({ $0.end.count <= width }) else {
            throw Self.expired(inputs.schema)
        }
        if position.isAmongTies { return try amongTies(from: position, steps[0].order, forcing: index, quote) }
        if position.isAmongNulls { steps.removeFirst(steps.count - 1) }
        guard steps[0].isAmongNulls == position.isAmongNulls, steps[0].order.holds(position) else {
            throw Self.expired(inputs.schema)
        }
        let condition = steps[0].order.after(position)
        steps[0].statement = statement(
            steps[0].order, bounds(position.isAmongNulls, quote) + [condition], forcing: index, quote)
        let ties = ties(of: position)
        for index in steps.indices { steps[index].ties = ties }
        return steps + self.steps(ties, order(false, quote), quote)
    }

    /// The steps that are left when the read was interrupted among ties.
    private func amongTies(
        from position: SQLPosition, _ order: SQLOrder, forcing index: String?, _ quote: (String) -> String
    ) throws -> [Step] {
        guard readsTies, order.holds(position), order.terms.count == position.columns.count else {
            throw Self.expired(inputs.schema)
        }
        var steps = steps(ties(of: position), order, quote)
        steps[0].statement = statement(
            order, [order.within(position.ties[0]), order.after(position)], forcing: index, quote)
        return steps
    }

    private func steps(_ ties: [SQLTies], _ order: SQLOrder, _ quote: (String) -> String) -> [Step] {
        ties.indices.map { index in
            Step(
                statement: statement(order, [order.within(ties[index])], forcing: nil, quote), order: order,
                ties: Array(ties[index...]), isAmongTies: true)
        }
    }

    /// What a read that goes on behind a position has to read once more.
    private func ties(of position: SQLPosition) -> [SQLTies] {
        guard readsTies, !position.isInclusive else { return position.ties }
        return position.isAmongNulls ? position.ties : SQLTies.adding(position, to: position.ties)
    }

    /// Only a merge knows rows that come twice.
    private var readsTies: Bool { cursor != nil && isMerged && !orderableKey.isEmpty }

    /// Whether rows replace those of the same key, so that one may come twice.
    var isMerged: Bool { inputs.syncType == .incremental }

    private static func expired(_ schema: String) -> SourceError {
        SourceError(
            .resumeTokenExpired,
            "Resuming the read of \(schema): its key or its cursor field is not the one it began with.",
            advice: "Read the table from the start.")
    }

    private func step(isAmongNulls: Bool, forcing index: String?, _ quote: (String) -> String) -> Step {
        let order = order(isAmongNulls, quote)
        return Step(
            statement: statement(order, bounds(isAmongNulls, quote), forcing: index, quote), order: order,
            isAmongNulls: isAmongNulls)
    }

    private func statement(
        _ order: SQLOrder, _ conditions: [SQLCondition], forcing index: String?, _ quote: (String) -> String
    ) -> SQLStatement {
        let list = columns.map(quote).joined(separator: ", ")
        let forced = index.flatMap { dialect.forcing(quote($0), on: name(quote)) }
        return SQLStatement(
            "SELECT \(list) FROM \(forced ?? name(quote))\(Self.filter(conditions))\(order.clause)",
            conditions.flatMap(\.parameters))
    }

    /// The table's full name, quoted.
    func name(_ quote: (String) -> String) -> String {
        table.schema.isEmpty ? quote(table.name) : "\(quote(table.schema)).\(quote(table.name))"
    }

    private static func filter(_ conditions: [SQLCondition]) -> String {
        conditions.isEmpty ? "" : " WHERE " + conditions.map { "(\($0.text))" }.joined(separator: " AND ")
    }

    /// How many rows the read gives, as a statement.
    func count(_ quote: (String) -> String) -> SQLStatement {
        let conditions = isUnbounded && readsNulls(quote) ? [] : bounds(false, quote)
        return SQLStatement(
            "SELECT count(*) AS n FROM \(name(quote))\(Self.filter(conditions))", conditions.flatMap(\.parameters))
    }

    /// Whether the read is of all rows.
    var isUnbounded: Bool { cursor == nil || (inputs.watermark.last == nil && inputs.historyStart == nil) }

    /// Whether the rows without a cursor value are still to be brought: also behind the watermark of a first read whose
    /// position cannot be used any more.
    ///
    /// A later read without a watermark has met no row with a cursor value yet: a merge may take the others again, but
    /// appended they would be there twice.
    private var isFirst: Bool {
        if cursor == nil || (isUnbounded && isMerged) { return true }
        return inputs.isFirstRead && inputs.historyStart == nil
    }

    // MARK: Order and bounds

    private func order(_ isAmongNulls: Bool, _ quote: (String) -> String) -> SQLOrder {
        let keyTerms = orderableKey.map { SQLOrderTerm(column: $0, expression: quote($0), cursorType: nil) }
        guard let cursor, !isAmongNulls else {
            return SQLOrder(terms: keyTerms, isUnique: !keyTerms.isEmpty, dialect: dialect)
        }
        let term = SQLOrderTerm(
            column: cursor.name, expression: expression(cursor, quote), cursorType: cursor.type)
        let rest = keyTerms.filter { $0.column != cursor.name }
        return SQLOrder(terms: [term] + rest, isUnique: !keyTerms.isEmpty, dialect: dialect)
    }

    /// The key's columns, if reading can go on behind their values.
    private var orderableKey: [String] {
        guard let key, key.isEnforced else { return [] }
        let columns = key.columns.compactMap { table.column($0) }
        return columns.count == key.columns.count && columns.allSatisfy(dialect.isOrderable) ? key.columns : []
    }

    private func expression(_ cursor: IncrementalField, _ quote: (String) -> String) -> String {
        dialect.cursorExpression(quote(cursor.name), cursor.type)
    }

    /// Whether the rows without a cursor value are part of this read.
    private func readsNulls(_ quote: (String) -> String) -> Bool {
        isFirst && mayLackCursor(quote)
    }

    private func mayLackCursor(_ quote: (String) -> String) -> Bool {
        guard let cursor else { return false }
        return table.column(cursor.name)?.isNullable != false || expression(cursor, quote) != quote(cursor.name)
    }

    private func bounds(_ isAmongNulls: Bool, _ quote: (String) -> String) -> [SQLCondition] {
        guard let cursor else { return [] }
        let expression = expression(cursor, quote)
        if isAmongNulls { return [SQLCondition("\(expression) IS NULL")] }
        if let last = inputs.watermark.last {
            // Rows with the watermark's very value may have come since: read again, the merge knows them by their key.
            // Nothing does when rows are appended; then only a whole day is read again, for more of it may have come.
            let comparison = inputs.syncType == .incremental || cursor.type == .date ? ">=" : ">"
            return [SQLCondition("\(expression) \(comparison) ?", [dialect.cursorParameter(last, cursor.type)])]
        }
        if let start = inputs.historyStart {
            return [SQLCondition("\(expression) >= ?", [dialect.cursorParameter(start, cursor.type)])]
        }
        return mayLackCursor(quote) ? [SQLCondition("\(expression) IS NOT NULL")] : []
    }
}
