import Columns
import Testing

@testable import Tributary

@Suite("Cuts of an append read") struct SQLAppendCutsTests {
    /// Along the column `a`, and where there is a key then along that.
    private func cuts(key: [String]? = nil, limit: Int = .max) throws -> SQLAppendCuts {
        let inputs = SourceInputs(schema: "t", syncType: .append, cursorField: .integer("a"))
        let plan = try SQLReadPlan(SQLReadPlanTests.table(key: key), PlainDialect(), inputs)
        return SQLAppendCuts(try plan.steps(from: nil, quote: { $0 })[0], limit: limit)
    }

    private func table(_ values: ArraySlice<Int64?>) -> Table {
        var (first, second) = (ColumnBuilder(.int64), ColumnBuilder(.int64))
        for (index, value) in zip(values.indices, values) {
            if let value { first.append(int: value) } else { first.appendNull() }
            second.append(int: Int64(index))
        }
        return Table(
            schema: TableSchema([Field("a", .int64), Field("b", .int64)]),
            columns: [first.finish(), second.finish()], rowCount: values.count)
    }

    private func values(_ table: Table?) -> [Value] {
        (0..<(table?.rowCount ?? 0)).compactMap { table?.column("a")?[$0] }
    }

    @Test(
        "without a key, the rows handed over up to a position and those behind it are all the rows, each once",
        arguments: 1...10)
    func exact(size: Int) throws {
        let all: [Int64?] = [1, 1, 2, 2, 2, 2, 2, 3, 4, 4]
        var cuts = try cuts()
        var handed: [Value] = []
        var places: [Value] = []
        for start in stride(from: 0, to: all.count, by: size) {
            for part in cuts.parts(of: table(all[start..<min(start + size, all.count)])) {
                handed += values(part.table)
                guard let position = part.position else { continue }
                #expect(!position.isInclusive && position.columns == ["a"])
                let place = try #require(position.values.first)
                places.append(place)
                let behind = all.compactMap { $0.map(Value.int) }.filter { isLess(place, $0) }
                #expect(handed + behind == all.compactMap { $0.map(Value.int) }, "behind \(place)")
            }
        }
        #expect(handed == all.compactMap { $0.map(Value.int) })
        // The last value may have more rows than were seen.
        #expect(places.last == .int(3) && Set(places).count == places.count)
    }

    private func isLess(_ left: Value, _ right: Value) -> Bool {
        if case (.int(let left), .int(let right)) = (left, right) { left < right } else { false }
    }

    @Test("rows of one value that are more than memory should hold come with a place in front of them all")
    func endless() throws {
        var cuts = try cuts(limit: 0)
        let parts = cuts.parts(of: table([1, 2, 2])) + cuts.parts(of: table([2, 2]))
        #expect(parts.map { values($0.table).count } == [1, 2, 2])
        #expect(parts.map { $0.position?.values } == [[.int(1)], [.int(2)], [.int(2)]])
        #expect(parts.map { $0.position?.isInclusive } == [false, true, true])
    }

    @Test("with a key a table stays whole, and its last row is the place")
    func keyed() throws {
        var cuts = try cuts(key: ["a", "b"])
        let parts = cuts.parts(of: table([1, 2, 2]))
        #expect(parts.count == 1 && parts[0].table?.rowCount == 3)
        #expect(parts[0].position?.values == [.int(2), .int(2)])
        #expect(parts[0].position?.isInclusive == false)
    }

    @Test("rows without a cursor value are handed over without a position")
    func nulls() throws {
        var cuts = try cuts()
        let parts = cuts.parts(of: table([nil, nil]))
        #expect(parts.count == 1 && parts[0].table?.rowCount == 2 && parts[0].position == nil)
    }
}
