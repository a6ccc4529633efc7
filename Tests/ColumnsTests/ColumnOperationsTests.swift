import Columns
import TestSupport
import Testing

@Suite struct ColumnOperationsTests {
    static let types: [ColumnType] = [
        .bool, .int32, .int64, .float64, .decimal128(precision: 10, scale: 2), .utf8, .binary, .date32, .timestamp,
    ]

    static func random(_ type: ColumnType, count: Int, nulls: Bool, _ generator: inout SeededGenerator) -> Column {
        var builder = ColumnBuilder(type)
        for _ in 0..<count {
            if nulls, generator.oneIn(4) {
                builder.appendNull()
                continue
            }
            let number = Int64.random(in: -100...100, using: &generator)
            switch type {
            case .bool: builder.append(bool: number > 0)
            case .float64: builder.append(double: Double(number) / 4)
            case .decimal128: builder.append(unscaled: Int128(number))
            case .utf8, .binary: builder.append(string: String(repeating: "é", count: Int(number.magnitude) % 7))
            default: builder.append(int: number)
            }
        }
        return builder.finish()
    }

    @Test("Taking, slicing and joining do what they do to boxed values", arguments: types, [false, true])
    func agreesWithBoxed(_ type: ColumnType, _ nulls: Bool) {
        var generator = SeededGenerator(seed: 7)
        for count in [0, 1, 7, 8, 9, 64, 200] {
            let column = Self.random(type, count: count, nulls: nulls, &generator)
            let boxed = column.boxed
            let indices = (0..<(count * 2)).map { _ in Int.random(in: 0..<max(count, 1), using: &generator) }
            #expect(column.take(indices).boxed == indices.map { boxed[$0] })
            #expect(column.take(indices.map { Int32($0) }).boxed == indices.map { boxed[$0] })
            for _ in 0..<8 {
                let start = Int.random(in: 0...count, using: &generator)
                let range = start..<Int.random(in: start...count, using: &generator)
                let rest = column.slice(range.upperBound..<count)
                #expect(column.slice(range).boxed == Array(boxed[range]))
                let joined = Column.concatenated([column.slice(0..<start), column.slice(range), rest])
                #expect(joined.boxed == boxed)
                #expect(joined.nullCount == column.nullCount)
                #expect(joined.type == type)
            }
        }
    }

    @Test("A column without nulls keeps no validity")
    func trimmedValidity() {
        var builder = ColumnBuilder(.int64)
        builder.append(int: 1)
        builder.appendNull()
        builder.append(int: 3)
        let column = builder.finish()
        #expect(column.slice(0..<1).validity == nil)
        #expect(column.take([0, 2]).validity == nil)
        #expect(column.take([1]).boxed == [.null])
    }

    @Test("A column of nulls has only nulls", arguments: types)
    func nulls(_ type: ColumnType) {
        let column = Column.nulls(type: type, count: 5)
        #expect(column.type == type)
        #expect(column.boxed == Array(repeating: .null, count: 5))
        #expect(Column.nulls(type: type, count: 0).boxed.isEmpty)
    }

    @Test("Tables are taken, sliced, joined and narrowed by their rows")
    func tables() throws {
        let table = try table(#"[{"a":1,"b":"x"},{"a":2,"b":"y"},{"a":3,"b":null}]"#)
        #expect(table.take([2, 0]).boxed == [table.row(2), table.row(0)])
        #expect(table.slice(1..<3).boxed == [table.row(1), table.row(2)])
        #expect(Table.concatenated([table.slice(0..<1), table.slice(1..<3)]).boxed == table.boxed)
        #expect(table.selecting(["b", "none"]).schema.names == ["b"])
    }

    @Test("Bits joined and cut at any place stay in order")
    func bitmaps() {
        var generator = SeededGenerator(seed: 3)
        for _ in 0..<200 {
            let bits = (0..<Int.random(in: 0..<40, using: &generator)).map { _ in generator.oneIn(2) }
            let more = (0..<Int.random(in: 0..<40, using: &generator)).map { _ in generator.oneIn(2) }
            var left = Bitmap()
            for bit in bits { left.append(bit) }
            var right = Bitmap()
            for bit in more { right.append(bit) }
            left.append(contentsOf: right)
            left.append(repeating: true, count: 5)
            left.append(repeating: false, count: 11)
            let expected = bits + more + Array(repeating: true, count: 5) + Array(repeating: false, count: 11)
            #expect((0..<left.count).map { left[$0] } == expected)
            #expect(left.setCount == expected.count { $0 })
            let start = Int.random(in: 0...expected.count, using: &generator)
            let cut = left.slice(start..<expected.count)
            #expect((0..<cut.count).map { cut[$0] } == Array(expected[start...]))
        }
    }
}
