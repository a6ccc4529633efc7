import Columns
import TestSupport
import Testing

@testable import Lake

/// Every column type in every partition mode, read back value by value by four engines.
@Suite(.enabled(if: PythonOracle.isExpected, "\(PythonOracle.hint)")) struct DeltaReadBackTests {
    static let layouts: [Partitioning?] =
        [
            nil, .md5(keys: ["id"], count: 1), .md5(keys: ["id"], count: 4),
            .md5(keys: ["text", "price", "ratio", "at", "day", "flag", "blob"], count: 3),
            .numerical(key: "id", size: 40),
        ] + PartitionFormat.allCases.map { .datetime(key: "at", format: $0) }
        + [.datetime(key: "day", format: .day), .datetime(key: "id", format: .day, epoch: .milliseconds)]

    @Test(
        "A table that was written, appended to, merged and compacted is read alike by all engines", arguments: layouts)
    func readBack(layout: Partitioning?) async throws {
        var random = TestSupport.SeededGenerator(seed: 7)
        let lake = try TemporaryLake()
        // The partition of a row never changes: a row that comes again keeps the values that its partition is made of.
        let first = TypedRows.table(0..<120, &random)
        try await lake.write(first, keys: ["id"], partitioning: layout, properties: ["watermark": "119"])
        try await lake.write(TypedRows.table(120..<150, &random), mode: .append)
        let again = first.rows[60..<110].map { row in row.merging(["small": .int(4_711)]) { $1 } }
        let incoming = Table(TypedRows.schema, again + TypedRows.table(150..<170, &random).rows)
        let report = try await lake.write(incoming, keys: ["id"], mode: .merge)
        #expect(report.rowsUpdated == 50 && report.rowsInserted == 20)
        try await check(lake)
        _ = try await lake.table.compact(options: .testing)
        try await check(lake)
    }

    private func check(_ lake: TemporaryLake) async throws {
        let snapshot = try #require(try await lake.table.snapshot())
        let ours = try await snapshot.rows()
        #expect(ours.count == 170 && snapshot.rowCount == 170)
        #expect(ours.filter { $0["small"] == .int(4_711) }.count == 50)
        let expected = ours.map { DeltaOracle.row($0) }.counts
        for (engine, rows) in try await DeltaOracle.read(lake, snapshot) {
            #expect(rows.counts == expected, "\(engine) reads other rows")
        }
    }

    @Test("What is read back is what was written")
    func valuesAreKept() async throws {
        var random = TestSupport.SeededGenerator(seed: 3)
        let lake = try TemporaryLake()
        let table = TypedRows.table(0..<300, &random)
        try await lake.write(table, partitioning: .md5(keys: ["id"], count: 3))
        let ours = try await lake.rows()
        #expect(ours.map { DeltaOracle.row($0) }.counts == table.rows.map { DeltaOracle.row($0) }.counts)
    }
}
