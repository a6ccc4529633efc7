import Columns
import TestSupport
import Testing

@testable import Lake

@Suite struct ParquetBloomFilterTests {
    @Test(
        "The hash is xxHash's, by its published vectors",
        arguments: [
            ("", 0xEF46_DB37_51D8_E999), ("a", 0xD24E_C4F1_A98C_6E5B), ("as", 0x1C33_0FB2_D66B_E179),
            ("asdf", 0x4158_72F5_99CE_A71E),
            ("Call me Ishmael. Some years ago--never mind how long precisely-", 0x02A2_E854_70D6_FD96),
        ] as [(String, UInt64)])
    func hash(text: String, expected: UInt64) {
        #expect(Array(text.utf8).withUnsafeBytes(XXHash64.hash) == expected)
    }

    @Test(
        "Every value is found, and about one of a hundred absent ones passes",
        arguments: ParquetSamples.types.map(\.name))
    func membership(name: String) async throws {
        guard name != "bool" else { return }
        let table = ParquetSamples.table(rows: 1200, nulls: 0.1, seed: 21)
        let absent = ParquetSamples.table(rows: 1200, nulls: 0, seed: 22)
        let options = ParquetOptions(rowGroupRows: 400, bloomFilterColumns: [name])
        let reader = try await ParquetReader(
            source: MemorySource(try await ParquetSamples.write(table, options: options).bytes))
        let column = try #require(table.column(name))
        let present = Set((0..<1200).map { column[$0] })
        for row in 0..<1200 where !column.isNull(row) {
            let found = try await reader.mightContain(column[row], column: name, rowGroup: row / 400)
            #expect(found, "\(column[row])")
        }
        let other = try #require(absent.column(name))
        var passed = 0
        let strangers = (0..<1200).map { other[$0] }.filter { !present.contains($0) }
        for value in strangers where try await reader.mightContain(value, column: name, rowGroup: 0) { passed += 1 }
        #expect(passed * 100 <= strangers.count * 3)
    }

    @Test("A column without filter may contain anything")
    func withoutFilter() async throws {
        let (bytes, _) = try await ParquetSamples.write(ParquetSamples.table("id", .int64, [.int(1)]))
        let reader = try await ParquetReader(source: MemorySource(bytes))
        #expect(try await reader.mightContain(.int(2), column: "id", rowGroup: 0))
    }
}

@Suite(.enabled(if: PythonOracle.isExpected, "\(PythonOracle.hint)"))
struct ParquetBloomFilterOracleTests {
    @Test("DuckDB passes over the row groups that the filter excludes, and finds what is there")
    func duckDB() async throws {
        let folder = try TemporaryFolder("parquet")
        let values = (0..<4000).map { Value.string("key-\($0 &* 7919 % 4000)-\($0)") }
        let table = ParquetSamples.table("key", .utf8, values)
        let options = ParquetOptions(rowGroupRows: 500, bloomFilterColumns: ["key"])
        let path = try folder.write(try await ParquetSamples.write(table, options: options).bytes, "bloom.parquet")
        let script = """
            import duckdb
            keys = data["keys"]
            connection = duckdb.connect()
            probe = "select bloom_filter_excludes from parquet_bloom_probe(?, 'key', ?)"
            present = [connection.execute(probe, [data["path"], key]).fetchall() for key in keys[::97]]
            absent = [connection.execute(probe, [data["path"], key + "x"]).fetchall() for key in keys[::97]]
            count = sum(connection.execute("select count(*) from read_parquet(?) where key = ?", [data["path"], key]).fetchone()[0]
                        for key in keys[::97])
            result = [len(keys[::97]), count, sum(not row[0] for rows in present for row in rows),
                      sum(row[0] for rows in absent for row in rows), sum(len(rows) for rows in absent)]
            """
        struct Input: Encodable {
            var path: String
            var keys: [String]
        }
        let keys = values.compactMap(ParquetSamples.spelled)
        let result: [Int] = try await PythonOracle.run(script, Input(path: path, keys: keys))
        #expect(result[1] == result[0])
        #expect(result[2] >= result[0])
        #expect(result[3] * 100 >= result[4] * 95)
    }
}
