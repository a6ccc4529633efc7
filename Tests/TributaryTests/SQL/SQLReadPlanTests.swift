import Columns
import Testing

@testable import Tributary

/// Rules of an imaginary database, for the statements that the SQL layer makes.
struct PlainDialect: SQLDialect {
    func columns(_ scope: SQLScope) -> SQLStatement { SQLStatement("columns") }
    func indexes(_ scope: SQLScope) -> SQLStatement { SQLStatement("indexes") }
    func foreignKeys(_ scope: SQLScope) -> SQLStatement { SQLStatement("foreignKeys") }
    func statistics(_ scope: SQLScope) -> SQLStatement { SQLStatement("statistics") }
    func cursorType(of column: SQLTable.Column) -> CursorType? { column.baseType == "int" ? .integer : nil }
    func isOrderable(_ column: SQLTable.Column) -> Bool { column.baseType != "float" }
    func diedSorting(_ error: SourceError) -> Bool { error.message.contains("sort") }
    func forcing(_ index: String, on table: String) -> String? { "\(table) FORCE INDEX (\(index))" }
}

@Suite struct SQLReadPlanTests {
    static func table(
        _ types: [String] = ["int", "int", "text"], key: [String]? = ["a", "b"], nullable: Set<String> = ["c"]
    ) -> SQLTable {
        let columns = zip(["a", "b", "c"], types).map {
            SQLTable.Column(name: $0, type: $1, baseType: $1, isNullable: nullable.contains($0))
        }
        var table = SQLTable(schema: "s", name: "t", isView: false, isReadable: true, columns: columns)
        if let key { table.indexes = [SQLTable.Index(name: "k", columns: key, isPrimary: true, isUnique: true)] }
        return table
    }

    private func quote(_ name: String) -> String { "[\(name)]" }

    private func steps(_ table: SQLTable, _ inputs: SourceInputs) throws -> [SQLStatement] {
        try SQLReadPlan(table, PlainDialect(), inputs).steps(from: inputs.resumeToken, quote: quote).map(\.statement)
    }

    @Test("a full refresh reads along the key")
    func fullRefresh() throws {
        let statements = try steps(Self.table(), SourceInputs(schema: "t"))
        #expect(statements == [SQLStatement("SELECT [a], [b], [c] FROM [s].[t] ORDER BY [a], [b]")])
    }

    @Test("a position is written out column by column, the first one bounding the scan")
    func composite() throws {
        let position = SQLPosition(columns: ["a", "b"], values: [.int(1), .int(2)], isInclusive: false)
        let statements = try steps(Self.table(), SourceInputs(schema: "t", resumeToken: position.token))
        let condition = "[a] >= ? AND ([a] > ? OR ([a] = ? AND ([b] > ? OR ([b] = ? AND 1 = 0))))"
        #expect(
            statements == [
                SQLStatement(
                    "SELECT [a], [b], [c] FROM [s].[t] WHERE (\(condition)) ORDER BY [a], [b]",
                    [.int(1), .int(1), .int(1), .int(2), .int(2)])
            ])
    }

    @Test("of more interruptions than are kept apart, the oldest become one span that holds their rows")
    func manyInterruptions() {
        var ties: [SQLTies] = []
        for value in 0...Int64(SQLTies.limit) {
            let position = SQLPosition(columns: ["b", "a"], values: [.int(value), .int(7)], isInclusive: false)
            ties = SQLTies.adding(position, to: ties)
            ties = SQLTies.adding(position, to: ties)
        }
        #expect(ties.count == SQLTies.limit)
        #expect(ties.first == SQLTies(first: .int(0), end: [.int(1)]))
        #expect(ties.last == SQLTies(first: .int(64), end: [.int(64), .int(7)]))
    }

    @Test(
        "a first read whose position is lost brings rows without a cursor value behind its watermark; a later one does not"
    )
    func lostPosition() throws {
        var inputs = SourceInputs(
            schema: "t", syncType: .incremental, cursorField: .integer("c"),
            watermark: Watermark(last: .integer(5)))
        let table = Self.table(["int", "int", "int"])
        #expect(try steps(table, inputs).count == 1)
        inputs.isFirstRead = true
        let texts = try steps(table, inputs).map(\.text)
        #expect(texts.count == 2)
        #expect(texts[0].contains("[c] >= ?") && texts[1].contains("[c] IS NULL"))
    }

    @Test("a key whose values do not compare exactly gives no order and no token")
    func inexactKey() throws {
        let table = Self.table(["float", "int", "text"])
        #expect(try steps(table, SourceInputs(schema: "t")) == [SQLStatement("SELECT [a], [b], [c] FROM [s].[t]")])
    }

    @Test("a first incremental read takes the rows without a cursor in a second statement")
    func firstIncremental() throws {
        let inputs = SourceInputs(schema: "t", syncType: .incremental, cursorField: .integer("c"))
        let statements = try steps(Self.table(), inputs)
        #expect(
            statements.map(\.text) == [
                "SELECT [a], [b], [c] FROM [s].[t] WHERE ([c] IS NOT NULL) ORDER BY [c], [a], [b]",
                "SELECT [a], [b], [c] FROM [s].[t] WHERE ([c] IS NULL) ORDER BY [a], [b]",
            ])
    }

    @Test("rows without a cursor value are appended by the first read alone, also where it met no others")
    func nullsAppendedOnce() throws {
        var inputs = SourceInputs(schema: "t", syncType: .append, cursorField: .integer("c"), isFirstRead: true)
        #expect(try steps(Self.table(), inputs).count == 2)
        inputs.isFirstRead = false
        let later = try steps(Self.table(), inputs).map(\.text)
        #expect(later.count == 1 && later[0].contains("WHERE ([c] IS NOT NULL)"))
        // A merge knows them by their key.
        inputs.syncType = .incremental
        #expect(try steps(Self.table(), inputs).count == 2)
    }

    @Test("a cursor that is never null, one behind a watermark and one with a start need one statement")
    func oneStatement() throws {
        var inputs = SourceInputs(schema: "t", syncType: .append, cursorField: .integer("a"))
        #expect(try steps(Self.table(), inputs).map(\.text) == ["SELECT [a], [b], [c] FROM [s].[t] ORDER BY [a], [b]"])
        inputs.cursorField = .integer("c")
        inputs.historyStart = .integer(5)
        #expect(try steps(Self.table(), inputs).first?.text.contains("WHERE ([c] >= ?)") == true)
        inputs.watermark.last = .integer(9)
        let statements = try steps(Self.table(), inputs)
        #expect(statements.count == 1)
        #expect(statements[0].text.contains("WHERE ([c] > ?)"))
        #expect(statements[0].parameters == [.int(9)])
    }

    @Test("an increment that is merged reads the watermark's own value again, for rows that tie with it")
    func boundary() throws {
        let inputs = SourceInputs(
            schema: "t", syncType: .incremental, cursorField: .integer("c"), watermark: Watermark(last: .integer(9)))
        #expect(try steps(Self.table(), inputs).first?.text.contains("WHERE ([c] >= ?)") == true)
    }

    @Test("a resumed read keeps the watermark's bound and adds the position")
    func resumedIncremental() throws {
        var inputs = SourceInputs(
            schema: "t", syncType: .incremental, cursorField: .integer("c"), watermark: Watermark(last: .integer(9)))
        let position = SQLPosition(
            columns: ["c", "a", "b"], values: [.int(10), .int(1), .int(2)], isInclusive: false)
        inputs.resumeToken = position.token
        let statement = try #require(try steps(Self.table(), inputs).first)
        #expect(
            statement.text.hasPrefix("SELECT [a], [b], [c] FROM [s].[t] WHERE ([c] >= ?) AND ([c] >= ? AND ([c] > ?"))
        #expect(statement.parameters.first == .int(9))
    }

    @Test("a position among the rows without a cursor skips the first statement")
    func resumedAmongNulls() throws {
        var position = SQLPosition(columns: ["a", "b"], values: [.int(1), .int(2)], isInclusive: false)
        position.isAmongNulls = true
        let inputs = SourceInputs(
            schema: "t", syncType: .incremental, cursorField: .integer("c"), resumeToken: position.token)
        let statements = try steps(Self.table(), inputs)
        #expect(statements.count == 1)
        #expect(statements[0].text.contains("WHERE ([c] IS NULL) AND ([a] >= ?"))
    }

    @Test("rows that share a cursor are read again where no key tells them apart")
    func inclusive() throws {
        let order = SQLOrder(
            terms: [SQLOrderTerm(column: "a", expression: "[a]", cursorType: .integer)], isUnique: false,
            dialect: PlainDialect())
        var builder = ColumnBuilder(.int64)
        builder.append(int: 7)
        let table = Table(schema: TableSchema([Field("a", .int64)]), columns: [builder.finish()], rowCount: 1)
        let position = try #require(order.position(behind: table))
        #expect(position.isInclusive)
        #expect(order.after(position).text == "[a] >= ? AND ([a] > ? OR ([a] = ? AND 1 = 1))")
    }

    @Test(
        "a position survives its token",
        arguments: [
            Value.int(.min), .string("a'b \u{1F680}"), .date(-5), .timestamp(.max), .binary([0, 255]),
            .decimal(Decimal128(unscaled: -1250, scale: 2)),
        ])
    func token(_ value: Value) throws {
        var position = SQLPosition(columns: ["x"], values: [value], isInclusive: true)
        position.isAmongNulls = true
        let stored = try JSONValue(parsing: String(decoding: position.token.value.serialized(), as: UTF8.self))
        #expect(SQLPosition(ResumeToken(stored)) == position)
    }

    @Test("a value that was repaired or rounded marks no place")
    func unmarkable() {
        #expect(!SQLPosition.canMark(.string("a\u{FFFD}")))
        #expect(!SQLPosition.canMark(.double(0.1)))
        #expect(!SQLPosition.canMark(.null))
    }

    @Test("the key is the primary one, else the narrowest unique one that is never null, else a column called id")
    func keys() {
        var table = Self.table(key: nil)
        #expect(table.key == nil)
        table.indexes = [
            SQLTable.Index(name: "u1", columns: ["c"], isPrimary: false, isUnique: true),
            SQLTable.Index(name: "u2", columns: ["a", "b"], isPrimary: false, isUnique: true),
            SQLTable.Index(name: "u3", columns: ["b"], isPrimary: false, isUnique: false),
        ]
        #expect(table.key == SQLTable.Key(columns: ["a", "b"], isEnforced: true))
        table.indexes.append(SQLTable.Index(name: "p", columns: ["c"], isPrimary: true, isUnique: true))
        #expect(table.key == SQLTable.Key(columns: ["c"], isEnforced: false))
        table.indexes = []
        table.columns[1].name = "Id"
        #expect(table.key == SQLTable.Key(columns: ["Id"], isEnforced: false))
    }

    @Test("a schema's dots do not confuse names")
    func displayNames() {
        var table = Self.table()
        table.schema = "my.shop"
        #expect(SQLScope().displayName(table) == "my.shop.t")
        #expect(SQLScope(schema: "my.shop").displayName(table) == "t")
    }
}
