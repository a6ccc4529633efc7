import Columns
import TestSupport
import Testing

@testable import Lake

@Suite(.enabled(if: PythonOracle.isExpected, "\(PythonOracle.hint)"))
struct ParquetWriterOracleTests {
    struct Case: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var rows: Int
        var nulls = 0.3
        var distinct = Int.max
        var isNullable = true
        var rowGroupRows = 128 << 10
        var compression = ParquetCompression.zstd(level: 1)
    }

    static let cases = [
        Case(testDescription: "no rows", rows: 0),
        Case(testDescription: "one row", rows: 1, nulls: 0),
        Case(testDescription: "one row of nulls", rows: 1, nulls: 1),
        Case(testDescription: "nulls here and there", rows: 3000),
        Case(testDescription: "nothing but nulls", rows: 500, nulls: 1),
        Case(testDescription: "nullable columns without nulls", rows: 500, nulls: 0),
        Case(testDescription: "required columns", rows: 500, nulls: 0, isNullable: false),
        Case(testDescription: "few different values", rows: 4000, distinct: 7),
        Case(testDescription: "dictionaries of hundreds", rows: 9000, distinct: 300),
        Case(testDescription: "one value again and again", rows: 2000, nulls: 0, distinct: 1),
        Case(testDescription: "many row groups", rows: 2500, rowGroupRows: 101),
        Case(testDescription: "not compressed", rows: 1500, distinct: 200, compression: .uncompressed),
        Case(testDescription: "compressed hard", rows: 1500, compression: .zstd(level: 19)),
    ]

    static let script =
        ParquetSamples.python + """
            import duckdb, polars
            path = data["path"]
            table = pq.read_table(path, page_checksum_verification=True)
            table.validate(full=True)
            result = {
                "pyarrow": spelled(table),
                "duckdb": spelled(duckdb.sql(f"select * from read_parquet('{path}')").to_arrow_table()),
                "polars": spelled(polars.read_parquet(path).to_arrow()),
            }
            """

    @Test("pyarrow, DuckDB and Polars read every value back", arguments: cases)
    func readBack(_ sample: Case) async throws {
        let folder = try TemporaryFolder("parquet")
        let table = ParquetSamples.table(
            rows: sample.rows, nulls: sample.nulls, distinct: sample.distinct, isNullable: sample.isNullable)
        var options = ParquetOptions(compression: sample.compression, rowGroupRows: sample.rowGroupRows)
        options.pageBytes = 16 << 10
        let (bytes, summary) = try await ParquetSamples.write(table, options: options)
        #expect(summary.rowCount == sample.rows)
        #expect(summary.byteCount == bytes.count)
        #expect(summary.rowGroupCount == (sample.rows + sample.rowGroupRows - 1) / sample.rowGroupRows)
        let path = try folder.write(bytes, "sample.parquet")
        let read: [String: [String: [String?]]] = try await PythonOracle.run(Self.script, ["path": path])
        let expected = ParquetSamples.spelled(table)
        for (reader, columns) in read {
            for (name, values) in expected { #expect(columns[name] == values, "\(reader), column \(name)") }
            #expect(columns.count == expected.count)
        }
        #expect(read.count == 3)
        #expect(try await ParquetSamples.read(LocalSource(path: path)) == expected)
    }

    @Test("The types that other readers see are ours")
    func types() async throws {
        let folder = try TemporaryFolder("parquet")
        let (bytes, _) = try await ParquetSamples.write(ParquetSamples.table(rows: 3, nulls: 0.5))
        let path = try folder.write(bytes, "types.parquet")
        let read: [String: String] = try await PythonOracle.run(
            """
            import pyarrow.parquet as pq
            result = {field.name: str(field.type) for field in pq.read_schema(data["path"])}
            """, ["path": path])
        let expected = Dictionary(
            uniqueKeysWithValues: ParquetSamples.types.map { ($0.name, Self.arrowName($0.type)) })
        #expect(read == expected)
    }

    private static func arrowName(_ type: ColumnType) -> String {
        switch type {
        case .float64: "double"
        case .utf8: "string"
        case .date32: "date32[day]"
        default: type.description
        }
    }

    @Test("Values longer than a page, and pages cut inside of slices, are read back")
    func longValues() async throws {
        let folder = try TemporaryFolder("parquet")
        let values: [Value] = (0..<400).map { index in
            index % 7 == 0 ? .null : .string(String(repeating: "\(index)·", count: index % 50 == 1 ? 9000 : 37))
        }
        var options = ParquetOptions()
        options.pageBytes = 1000
        let sink = MemorySink()
        let schema = TableSchema([Field("text", .utf8)])
        let writer = ParquetWriter(schema: schema, options: options, to: sink)
        for start in stride(from: 0, to: 400, by: 33) {
            try await writer.write(ParquetSamples.table("text", .utf8, Array(values[start..<min(400, start + 33)])))
        }
        _ = try await writer.finish()
        let path = try folder.write(await sink.bytes, "long.parquet")
        let read: [String: [String: [String?]]] = try await PythonOracle.run(Self.script, ["path": path])
        let expected = values.map(ParquetSamples.spelled)
        for (reader, columns) in read { #expect(columns["text"] == expected, "\(reader)") }
        #expect(try await ParquetSamples.read(LocalSource(path: path))["text"] == expected)
    }
}

@Suite struct ParquetWriterTests {
    @Test("A table of another schema, a null where none may be and a second finish are refused")
    func misuse() async throws {
        let writer = ParquetWriter(
            schema: TableSchema([Field("id", .int64, isNullable: false)]), to: MemorySink())
        await #expect(throws: ParquetError.self) {
            try await writer.write(ParquetSamples.table("name", .int64, [.int(1)]))
        }
        await #expect(throws: ParquetError.self) {
            try await writer.write(ParquetSamples.table("id", .utf8, [.string("1")]))
        }
        try await writer.write(ParquetSamples.table("id", .int64, [.null]))
        let error = await #expect(throws: ParquetError.self) { try await writer.finish() }
        #expect(error?.column == "id")
        await #expect(throws: ParquetError.self) { try await writer.finish() }
    }

    @Test("A decimal with more digits than its column is refused", arguments: [9, 18, 38])
    func longDecimal(precision: Int) async throws {
        var limit: Int128 = 1
        for _ in 0..<precision { limit *= 10 }
        let value = Value.decimal(Decimal128(unscaled: limit, scale: 0))
        let table = ParquetSamples.table("amount", .decimal128(precision: precision, scale: 0), [value])
        await #expect(throws: ParquetError.self) { try await ParquetSamples.write(table) }
    }

    @Test("A row group is written as soon as it is full, so no more than one is held")
    func streaming() async throws {
        let sink = MemorySink()
        let table = ParquetSamples.table(rows: 100, nulls: 0)
        let writer = ParquetWriter(schema: table.schema, options: ParquetOptions(rowGroupRows: 150), to: sink)
        try await writer.write(table)
        #expect(await sink.bytes.isEmpty)
        try await writer.write(table)
        let afterFirst = await sink.bytes.count
        #expect(afterFirst > 0 && afterFirst == writer.byteCount)
        #expect(try await writer.finish().rowGroupCount == 2)
    }

    @Test("A row group is closed by its bytes, not by its rows alone")
    func rowGroupBytes() async throws {
        let values = (0..<100).map { _ in Value.string(String(repeating: "x", count: 1000)) }
        let table = ParquetSamples.table("text", .utf8, values)
        let (bytes, summary) = try await ParquetSamples.write(table, options: ParquetOptions(rowGroupBytes: 10_000))
        #expect((9...12).contains(summary.rowGroupCount))
        #expect(try await ParquetSamples.read(MemorySource(bytes))["text"]?.count == 100)
    }

    @Test("A table without columns is a file without columns")
    func noColumns() async throws {
        let table = Table(schema: TableSchema(), columns: [], rowCount: 0)
        let (bytes, summary) = try await ParquetSamples.write(table)
        #expect(summary.rowCount == 0)
        #expect(try await ParquetReader(source: MemorySource(bytes)).schema.count == 0)
    }
}
