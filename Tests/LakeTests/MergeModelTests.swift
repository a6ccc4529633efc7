import Columns
import TestSupport
import Testing

@testable import Lake

/// Merges of random batches, held against a dictionary.
@Suite struct MergeModelTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        var keys: [String]
        var partitioning: Partitioning?
        var seed: UInt64
        var testDescription: String { "\(name), seed \(seed)" }
    }

    static let cases: [Case] = (1...2).flatMap { seed in
        [
            Case(name: "integer key, md5", keys: ["id"], partitioning: .md5(keys: ["id"], count: 5), seed: seed),
            Case(
                name: "text key, one partition", keys: ["code"], partitioning: .md5(keys: ["code"], count: 1),
                seed: seed),
            Case(name: "no partitions", keys: ["id"], partitioning: nil, seed: seed),
            Case(
                name: "composite key, numerical", keys: ["id", "code"], partitioning: .numerical(key: "id", size: 10),
                seed: seed),
            Case(
                name: "composite key, day", keys: ["code", "day"], partitioning: .datetime(key: "day", format: .day),
                seed: seed),
            Case(
                name: "timestamp key, week", keys: ["at"], partitioning: .datetime(key: "at", format: .week), seed: seed
            ),
            Case(
                name: "decimal and bool key", keys: ["price", "flag"], partitioning: .md5(keys: ["flag"], count: 3),
                seed: seed),
            Case(name: "double key", keys: ["ratio"], partitioning: nil, seed: seed),
        ]
    }

    static let schema = TableSchema([
        Field("id", .int64), Field("code", .utf8), Field("day", .date32), Field("at", .timestamp),
        Field("price", .decimal128(precision: 12, scale: 2)), Field("flag", .bool), Field("ratio", .float64),
        Field("version", .int32),
    ])

    /// Rows over few distinct values, so that keys meet; one value in eight is null.
    private func randomRow(_ random: inout TestSupport.SeededGenerator, version: Int) -> [String: Value] {
        let number = Int64.random(in: -20...40, using: &random)
        var row: [String: Value] = [
            "id": .int(number), "code": .string(random.pick(["", "a", "b", "a|b", "None", "é", "🙂", "x/y=z"])),
            "day": .date(Int32.random(in: -3...5, using: &random)),
            "at": .timestamp(Int64.random(in: -5...40, using: &random) * 50_000_000_000),
            "price": .decimal(Decimal128(unscaled: Int128(number), scale: 2)), "flag": .bool(random.oneIn(2)),
            "ratio": .double(random.pick([0.0, -0.0, 1.5, -2.25, 1e300])),
        ]
        for name in Self.schema.names where random.oneIn(8) { row[name] = .null }
        row["version"] = .int(Int64(version))
        return row
    }

    @Test("Any sequence of batches gives what a dictionary gives", arguments: cases)
    func model(_ test: Case) async throws {
        var random = TestSupport.SeededGenerator(seed: test.seed)
        let lake = try TemporaryLake()
        var model: [[Value]: [String: Value]] = [:]
        var version = 0
        for _ in 0..<5 {
            let plan = WritePlan(
                schema: Self.schema, primaryKeys: test.keys, partitioning: test.partitioning, mode: .merge,
                options: .testing)
            // A writer of its own for each sync, several commits in some.
            let writer = try await lake.table.writer(plan)
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                var (inserted, updated) = (0, Set<[Value]>())
                let before = model
                for _ in 0..<Int.random(in: 1...3, using: &random) {
                    let rows = (0..<Int.random(in: 0...60, using: &random)).map { _ in
                        version += 1
                        return randomRow(&random, version: version)
                    }
                    try await writer.append(Table(Self.schema, rows))
                    for row in rows {
                        let key = self.key(row, test.keys)
                        if model[key] == nil { inserted += 1 } else if before[key] != nil { updated.insert(key) }
                        model[key] = row
                    }
                }
                let report = try await writer.commit()
                #expect(report.rowsInserted == inserted)
                #expect(report.rowsUpdated + report.rowsUnchanged == updated.count)
                #expect(report.rowsTotal == model.count)
            }
            #expect(try await lake.rows().counts == Array(model.values).counts)
        }
    }

    /// −0.0 and 0.0 are one key.
    private func key(_ row: [String: Value], _ names: [String]) -> [Value] {
        names.map { if case .double(0)? = row[$0] { .double(0) } else { row[$0] ?? .null } }
    }

    @Test("Only files that hold one of the keys are rewritten")
    func touchedFilesOnly() async throws {
        let lake = try TemporaryLake()
        let schema = TableSchema([Field("id", .int64), Field("value", .utf8)])
        let rows = { (ids: [Int], value: String) in
            Table(schema, ids.map { ["id": .int(Int64($0)), "value": .string(value)] })
        }
        let layout = Partitioning.numerical(key: "id", size: 10)
        try await lake.write(rows(Array(0..<30), "a"), keys: ["id"], partitioning: layout, mode: .merge)
        try await lake.write(rows(Array(30..<40) + Array(100..<105), "a"), keys: ["id"], mode: .merge)
        try await lake.write(rows(Array(105..<110), "a"), keys: ["id"], mode: .merge)
        let before = try #require(try await lake.table.snapshot()).files
        #expect(before.count == 6)
        let report = try await lake.write(rows([3, 4, 107, 500], "b"), keys: ["id"], mode: .merge)
        #expect(report.rowsUpdated == 3 && report.rowsInserted == 1)
        #expect(report.filesRemoved == 2 && report.filesAdded == 3)
        #expect(report.partitionsTouched == ["0", "10", "50"])
        let after = Set(try #require(try await lake.table.snapshot()).files.map(\.path))
        // Partition 10 keeps its file with 100 to 104, though 107 is in the same partition.
        #expect(before.filter { after.contains($0.path) }.count == 4)
    }

    @Test("Rows that come again as they are stored make no version, and one that differs rewrites its file alone")
    func unchangedRows() async throws {
        let lake = try TemporaryLake()
        var random = TestSupport.SeededGenerator(seed: 11)
        let rows = TypedRows.table(0..<200, &random)
        let layout = Partitioning.numerical(key: "id", size: 50)
        try await lake.write(rows, keys: ["id"], partitioning: layout, mode: .merge, properties: ["w": "1"])
        let again = try await lake.write(rows, keys: ["id"], mode: .merge, properties: ["w": "1"])
        #expect(again.version == 0 && again.rowsUnchanged == 200 && again.rowsUpdated == 0 && again.filesAdded == 0)
        let moved = try await lake.write(rows.slice(0..<100), keys: ["id"], mode: .merge, properties: ["w": "2"])
        #expect(moved.version == 1 && moved.rowsUnchanged == 100 && moved.filesAdded == 0)
        for (place, name) in TypedRows.schema.names.enumerated() where name != "id" {
            var changed = rows.rows
            changed[120][name] = changed[120][name] == .null ? TypedRows.some[name] : .null
            let report = try await lake.write(
                Table(TypedRows.schema, changed + TypedRows.table(200 + place..<201 + place, &random).rows),
                keys: ["id"], mode: .merge)
            #expect(report.rowsUnchanged == 199 && report.rowsUpdated == 1 && report.filesRemoved == 1, "\(name)")
            try await lake.write(rows, keys: ["id"], mode: .merge)
        }
    }

    @Test("Keys that a file's bloom filters exclude are inserted without reading its keys")
    func bloomFilters() async throws {
        let lake = try TemporaryLake()
        let schema = TableSchema([Field("id", .int64), Field("code", .utf8)])
        let rows = { (ids: [Int]) in
            Table(schema, ids.map { ["id": .int(Int64($0)), "code": .string("c\($0)")] })
        }
        try await lake.write(rows((0..<400).map { $0 * 2 }), keys: ["id", "code"], mode: .merge)
        let file = try #require(try await lake.table.snapshot()?.files.first)
        let reader = try await DataFileReader.open(lake.storage, table: "shop/orders", file: file)
        for group in 0..<reader.rowGroupCount {
            let present = group * 100
            #expect(try await reader.mayHold(rows([present]), rowGroup: group))
            #expect(try await !reader.mayHold(rows([present + 1, present + 3]), rowGroup: group))
        }
        let null = Table(schema, [["code": .string("c0")]])
        #expect(try await reader.mayHold(null, rowGroup: 0))
        let report = try await lake.write(rows([7, 8, 9]), keys: ["id", "code"], mode: .merge)
        #expect(report.rowsUpdated + report.rowsUnchanged == 1 && report.rowsInserted == 2 && report.rowsTotal == 402)
    }

    @Test("Of a key that is stored twice one row stays, though the rows are equal")
    func storedTwice() async throws {
        let lake = try TemporaryLake()
        let schema = TableSchema([Field("id", .int64)])
        for _ in 0..<2 { try await lake.write(Table(schema, [["id": .int(1)], ["id": .int(2)]])) }
        try await lake.write(Table(schema, [["id": .int(3)], ["id": .int(3)]]))
        let report = try await lake.write(Table(schema, (1...3).map { ["id": .int($0)] }), keys: ["id"], mode: .merge)
        #expect(report.rowsTotal == 3)
        #expect(try await lake.rows().counts == [["id": .int(1)]: 1, ["id": .int(2)]: 1, ["id": .int(3)]: 1])
    }

    @Test("New rows of a writer that goes on are not looked for in the files it has written")
    func rememberedKeys() async throws {
        let lake = try TemporaryLake()
        let schema = TableSchema([Field("id", .utf8)])
        let plan = WritePlan(
            schema: schema, primaryKeys: ["id"], partitioning: .md5(keys: ["id"], count: 2), mode: .merge,
            options: .testing)
        let writer = try await lake.table.writer(plan)
        for batch in 0..<5 {
            let rows = (0..<500).map { ["id": Value.string("k\(($0 * 7_919 + batch * 104_729) % 1_000_003)")] }
            try await writer.append(Table(schema, rows))
            let report = try await writer.commit()
            #expect(report.rowsInserted == 500 && report.filesRemoved == 0)
        }
        #expect(try await lake.rows().count == 2_500)
    }

    @Test("Columns that come later are added, and null in the rows before")
    func newColumns() async throws {
        let lake = try TemporaryLake()
        let narrow = TableSchema([Field("id", .int64), Field("old", .utf8)])
        let wide = TableSchema([Field("id", .int64), Field("new", .float64)])
        let plan = WritePlan(schema: narrow, primaryKeys: ["id"], mode: .merge, options: .testing)
        let writer = try await lake.table.writer(plan)
        try await writer.append(Table(narrow, [["id": .int(1), "old": .string("x")], ["id": .int(2)]]))
        try await writer.append(Table(wide, [["id": .int(3), "new": .double(0.5)]]))
        _ = try await writer.commit()
        try await writer.append(Table(wide, [["id": .int(2), "new": .double(2)]]))
        let report = try await writer.commit()
        #expect(report.rowsUpdated == 1)
        let rows = try await lake.rows()
        #expect(
            rows.counts
                == [
                    ["id": .int(1), "old": .string("x"), "new": .null],
                    ["id": .int(2), "old": .null, "new": .double(2)],
                    ["id": .int(3), "old": .null, "new": .double(0.5)],
                ].counts)
    }

    @Test("A column of another type is refused by name, and the rows before it stay")
    func typeChange() async throws {
        let lake = try TemporaryLake()
        try await lake.write(Table(TableSchema([Field("id", .int64)]), [["id": .int(1)]]))
        let other = TableSchema([Field("id", .utf8)])
        let error = await #expect(throws: LakeError.self) {
            try await lake.write(Table(other, [["id": .string("1")]]))
        }
        #expect(error?.kind == .schemaMismatch)
        #expect(error?.problem.contains("id comes as utf8") == true)
        #expect(try await lake.rows().count == 1)
    }

    @Test("Merging without a key is refused")
    func missingKey() async throws {
        let lake = try TemporaryLake()
        let error = await #expect(throws: LakeError.self) {
            _ = try await lake.table.writer(WritePlan(schema: TableSchema([Field("id", .int64)]), mode: .merge))
        }
        #expect(error?.kind == .misuse)
    }
}
