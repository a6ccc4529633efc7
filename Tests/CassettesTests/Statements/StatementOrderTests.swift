import Columns
import Testing
import Tributary

@testable import Cassettes

@Suite struct StatementOrderTests {
    private static func cassette(_ text: String, _ rows: [Int64]) -> StatementCassette {
        var cassette = StatementCassette(engine: .postgres, state: "t0")
        let table = Table(
            schema: TableSchema([Field("n", .int64)]),
            columns: [StatementCells.column(rows.map { Value.int($0) }, .int64)], rowCount: rows.count)
        cassette.records = [
            StatementCassette.Record(name: "t-1", statement: SQLStatement(text), answer: .table(table))
        ]
        return cassette
    }

    @Test func rowsWithoutAnOrderKeepTheOneThatTheyHad() {
        let kept = Self.cassette("SELECT n FROM t", [3, 1, 2, 2])
        #expect(Self.cassette("SELECT n FROM t", [1, 2, 2, 3]).keepingOrder(of: kept).text == kept.text)
    }

    @Test func otherRowsAndAnOrderThatIsAskedForAreNotPassedOver() {
        let kept = Self.cassette("SELECT n FROM t", [3, 1, 2, 2])
        let other = Self.cassette("SELECT n FROM t", [1, 2, 3, 3])
        #expect(other.keepingOrder(of: kept).text == other.text)
        let sorted = Self.cassette("SELECT n FROM t ORDER BY n", [1, 2])
        #expect(sorted.keepingOrder(of: Self.cassette("SELECT n FROM t ORDER BY n", [2, 1])).text == sorted.text)
    }

    @Test(arguments: [
        ("SELECT n FROM t", true), ("SELECT n FROM t ORDER BY n", false),
        ("SELECT (SELECT max(n) FROM u ORDER BY 1) FROM t", true), ("SELECT 'ORDER BY' FROM t", true),
    ])
    func anOrderStandsOutsideOfBracketsAndQuotes(_ text: String, _ isOpen: Bool) {
        #expect(SQLStatement(text).leavesOrderOpen == isOpen)
    }
}
