import Columns
import Testing

@testable import Lake

@Suite struct PartitionChooserTests {
    private func batch(_ columns: [(String, Column)]) -> Table {
        Table(
            schema: TableSchema(columns.map { Field($0.0, $0.1.type) }), columns: columns.map(\.1),
            rowCount: columns.first?.1.count ?? 0)
    }

    private func integers(_ values: some Sequence<Int>) -> Column {
        Column(type: .int64, validity: nil, values: .int64(values.map { Int64($0) }))
    }

    private func times(_ values: [Int64]) -> Column {
        Column(type: .timestamp, validity: nil, values: .int64(values))
    }

    @Test("A mode that the source gives is taken with its settings")
    func given() {
        let batch = batch([("id", integers(0..<10)), ("at", times([Int64](repeating: 0, count: 10)))])
        #expect(
            PartitionChooser(hints: .md5(count: 8), primaryKeys: ["id"]).choose(for: batch)
                == .md5(keys: ["id"], count: 8))
        #expect(
            PartitionChooser(hints: .datetime("at", by: .day), primaryKeys: ["id"]).choose(for: batch)
                == .datetime(key: "at", format: .day))
        #expect(
            PartitionChooser(hints: .numerical("id", size: 100), primaryKeys: ["id"]).choose(for: batch)
                == .numerical(key: "id", size: 100))
    }

    @Test("Ranges of numbers are refused to keys of text and of several columns")
    func noNumber() {
        var texts = ColumnBuilder(.utf8)
        texts.append(bytes: "a".utf8)
        let batch = batch([("id", integers(0..<1)), ("name", texts.finish())])
        let byName = PartitionChooser(hints: .numerical("name", size: 5), primaryKeys: ["name"])
        #expect(byName.choose(for: batch) == .md5(keys: ["name"], count: 1))
        let composite = PartitionHints(mode: .numerical, keys: ["id", "name"], size: 5)
        #expect(
            PartitionChooser(hints: composite, primaryKeys: ["id", "name"]).choose(for: batch)
                == .md5(keys: ["id", "name"], count: 1))
    }

    @Test(
        "A size and a count give numerical where one integer key is dense, else md5",
        arguments: [
            (1, true), (5, true), (6, false), (1_000, false),
        ])
    func density(step: Int, isNumerical: Bool) {
        let batch = batch([("id", integers(stride(from: 0, to: 100 * step, by: step)))])
        let chosen = PartitionChooser(hints: PartitionHints(count: 4, size: 1_000), primaryKeys: ["id"]).choose(
            for: batch)
        #expect(chosen == (isNumerical ? .numerical(key: "id", size: 1_000) : .md5(keys: ["id"], count: 4)))
    }

    @Test("A creation time wins over the last resorts", arguments: ["created_at", "inserted_at", "createdAt"])
    func creationTime(name: String) {
        let batch = batch([("id", integers(0..<2)), ("updated_at", times([1, 2])), (name, times([1, 2]))])
        let chosen = PartitionChooser(primaryKeys: ["id"], cursorField: "updated_at").choose(for: batch)
        #expect(chosen == .datetime(key: name, format: .week))
    }

    @Test("A creation time that is always null, or no timestamp, is passed over")
    func uselessCreationTime() {
        let null = batch([("id", integers(0..<2)), ("created_at", .nulls(type: .timestamp, count: 2))])
        #expect(PartitionChooser(primaryKeys: ["id"]).choose(for: null) == .md5(keys: ["id"], count: 1))
        let number = batch([("id", integers(0..<2)), ("created_at", integers(0..<2))])
        #expect(PartitionChooser(primaryKeys: ["id"]).choose(for: number) == .md5(keys: ["id"], count: 1))
    }

    @Test("A date-like cursor field is the last resort but one")
    func cursor() {
        let batch = batch([("id", integers(0..<2)), ("day", times([1, 2]))])
        #expect(
            PartitionChooser(primaryKeys: ["id"], cursorField: "day").choose(for: batch)
                == .datetime(key: "day", format: .week))
        #expect(
            PartitionChooser(primaryKeys: ["id"], cursorField: "id").choose(for: batch) == .md5(keys: ["id"], count: 1))
    }

    @Test("The number of md5 buckets follows from the bytes that are expected")
    func expectedBytes() {
        let batch = batch([("id", integers(0..<1_000))])
        let rows = 60_000_000
        let chosen = PartitionChooser(primaryKeys: ["id"], rowsToSync: rows).choose(for: batch)
        #expect(chosen == .md5(keys: ["id"], count: 3))
    }

    @Test("Without keys and dates there is no layout")
    func nothing() {
        #expect(PartitionChooser().choose(for: batch([("x", integers(0..<3))])) == nil)
    }

    @Test(
        "Statistics of a database give rows of a partition and their number",
        arguments: [
            (1_000 << 20, 1_000_000, 200_000, 5), (10, 5, 104_857_600, 1), (0, 5, nil, nil), (10, 0, nil, nil),
        ] as [(Int, Int, Int64?, Int?)])
    func estimates(bytes: Int, rows: Int, size: Int64?, count: Int?) {
        let estimate = PartitionChooser.estimate(tableBytes: bytes, rows: rows)
        #expect(estimate?.size == size)
        #expect(estimate?.count == count)
    }
}
