import Columns
import TestSupport
import Testing

@testable import Lake

/// Files that the default writers of others make.
@Suite(.enabled(if: PythonOracle.isExpected, "\(PythonOracle.hint)"))
struct ParquetForeignFileTests {
    /// Python that writes `table` to `path`, and how it is called in messages.
    struct Writer: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var code: String
    }

    static let writers = [
        Writer(testDescription: "pyarrow", code: "pq.write_table(table, path)"),
        Writer(testDescription: "pyarrow, zstd", code: "pq.write_table(table, path, compression='zstd')"),
        Writer(testDescription: "pyarrow, not compressed", code: "pq.write_table(table, path, compression='none')"),
        Writer(
            testDescription: "pyarrow, no dictionary, checksums",
            code: "pq.write_table(table, path, use_dictionary=False, write_page_checksum=True)"),
        Writer(
            testDescription: "pyarrow, small pages and row groups",
            code: "pq.write_table(table, path, data_page_size=500, write_batch_size=50, row_group_size=700)"),
        Writer(
            testDescription: "pyarrow, pages of version 2",
            code: "pq.write_table(table, path, data_page_version='2.0', data_page_size=4000, write_batch_size=100)"),
        Writer(
            testDescription: "pyarrow, version 1.0",
            code: "pq.write_table(table, path, version='1.0', coerce_timestamps='us')"),
        Writer(
            testDescription: "pyarrow, decimals as integers",
            code: "pq.write_table(table, path, store_decimal_as_integer=True)"),
        Writer(
            testDescription: "pyarrow, delta encodings",
            code: """
                pq.write_table(table, path, use_dictionary=False, column_encoding={
                    "int32": "DELTA_BINARY_PACKED", "int64": "DELTA_BINARY_PACKED", "timestamp": "DELTA_BINARY_PACKED",
                    "utf8": "DELTA_BYTE_ARRAY", "binary": "DELTA_LENGTH_BYTE_ARRAY"})
                """),
        Writer(
            testDescription: "pyarrow, bytes of numbers split",
            code: """
                pq.write_table(table, path, use_dictionary=False, column_encoding={
                    name: "BYTE_STREAM_SPLIT" for name in ["int32", "int64", "float64", "date32", "decimal_38_10"]})
                """),
        Writer(
            testDescription: "pyarrow, old timestamps (INT96)",
            code: """
                import pyarrow.compute as pc
                near = pc.if_else(pc.less(pc.abs(table["timestamp"].cast(pa.int64())), 9 * 10**15),
                                  table["timestamp"].cast(pa.int64()), 12345)
                table = table.set_column(table.schema.get_field_index("timestamp"), "timestamp",
                                         near.cast(pa.timestamp("us", "UTC")))
                pq.write_table(table, path, use_deprecated_int96_timestamps=True)
                """),
        Writer(testDescription: "polars", code: "polars.from_arrow(table).write_parquet(path)"),
        Writer(
            testDescription: "polars, snappy, row groups",
            code: "polars.from_arrow(table).write_parquet(path, compression='snappy', row_group_size=500)"),
        Writer(testDescription: "duckdb", code: "duckdb.sql(f\"copy source to '{path}' (format parquet)\")"),
        Writer(
            testDescription: "duckdb, zstd",
            code: "duckdb.sql(f\"copy source to '{path}' (format parquet, compression zstd, row_group_size 2048)\")"),
        Writer(
            testDescription: "duckdb, version 2",
            code: """
                duckdb.sql(f"copy source to '{path}' (format parquet, parquet_version v2)")
                return spelled(duckdb.sql(f"select * from read_parquet('{path}')").to_arrow_table())
                """),
        Writer(
            testDescription: "delta-rs",
            code: """
                deltalake.write_deltalake(path + ".delta", table)
                import glob, shutil
                files = glob.glob(path + ".delta/*.parquet")
                if files: shutil.copy(files[0], path)
                else: pq.write_table(table, path)
                """),
    ]

    static let frame =
        ParquetSamples.python + """
            IMPORTS

            def write(sample, path):
                source = table = pq.read_table(sample)
            CODE
                return spelled(pq.read_table(path))

            result = [write(pair["sample"], pair["path"]) for pair in data]
            """

    @Test("Every value is read", arguments: writers)
    func values(writer: Writer) async throws {
        let folder = try TemporaryFolder("parquet")
        var pairs: [[String: String]] = []
        for (rows, nulls, distinct) in [(3000, 0.2, Int.max), (3000, 0.0, 40), (0, 0, 1)] {
            let table = ParquetSamples.table(rows: rows, nulls: nulls, distinct: distinct, seed: 9)
            let sample = try folder.write(try await ParquetSamples.write(table).bytes, "sample-\(distinct).parquet")
            pairs.append(["sample": sample, "path": folder.path("foreign-\(distinct).parquet")])
        }
        let code = writer.code.split(separator: "\n").map { "    " + $0 }.joined(separator: "\n")
        let modules = ["duckdb", "polars", "deltalake"].filter(writer.code.contains).map { "import \($0)" }
        let script = Self.frame.replacing("CODE", with: code)
            .replacing("IMPORTS", with: modules.joined(separator: "\n"))
        let expected: [[String: [String?]]] = try await PythonOracle.run(script, pairs)
        for (pair, columns) in zip(pairs, expected) {
            let path = pair["path"] ?? ""
            let read = try await ParquetSamples.read(LocalSource(path: path))
            #expect(Set(read.keys) == Set(columns.keys))
            for (name, values) in columns { #expect(read[name] == values, "column \(name) of \(path)") }
        }
    }

    @Test("Types that our model lacks are widened, or refused with the column's name")
    func otherTypes() async throws {
        let folder = try TemporaryFolder("parquet")
        let path = folder.path("types.parquet")
        let script = """
            import datetime, decimal, pyarrow as pa, pyarrow.parquet as pq
            when = datetime.datetime(2024, 2, 29, 12, 30, 15, 250000)
            table = pa.table({
                "int8": pa.array([-128, None], pa.int8()), "int16": pa.array([-32768, 1], pa.int16()),
                "uint8": pa.array([255, 0], pa.uint8()), "uint16": pa.array([65535, 0], pa.uint16()),
                "uint32": pa.array([2**32 - 1, None], pa.uint32()), "uint64": pa.array([2**64 - 1, 7], pa.uint64()),
                "float32": pa.array([1.5, None], pa.float32()), "large": pa.array(["a", None], pa.large_string()),
                "millis": pa.array([when, None], pa.timestamp("ms")), "nanos": pa.array([when, None], pa.timestamp("ns")),
                "naive": pa.array([when, None], pa.timestamp("us")), "fixed": pa.array([b"abc", None], pa.binary(3)),
                "category": pa.array(["x", "y"]).dictionary_encode(),
                "time": pa.array([1, 2], pa.time64("us")), "half": pa.array([1, 2]).cast(pa.float16()),
                "list": [[1], []],
            })
            pq.write_table(table, data)
            result = 0
            """
        let _: Int = try await PythonOracle.run(script, path)
        let reader = try await ParquetReader(source: LocalSource(path: path))
        let table = try await reader.readRowGroup(0, columns: reader.schema.names)
        let micros: Int64 = 1_709_209_815_250_000
        let expected: [String: Value] = [
            "int8": .int(-128), "int16": .int(-32768), "uint8": .int(255), "uint16": .int(65535),
            "uint32": .int(4_294_967_295), "uint64": .decimal(Decimal128(unscaled: Int128(UInt64.max), scale: 0)),
            "float32": .double(1.5), "large": .string("a"), "millis": .timestamp(micros), "nanos": .timestamp(micros),
            "naive": .timestamp(micros), "fixed": .binary(Array("abc".utf8)), "category": .string("x"),
        ]
        #expect(table.row(0) == expected)
        #expect(Set(reader.unreadableColumns.keys) == ["time", "half", "list"])
        let error = await #expect(throws: ParquetError.self) { try await reader.readRowGroup(0, columns: ["time"]) }
        #expect(error?.column == "time" && error?.file == path && error?.kind == .unsupported)
    }

    @Test("Nanoseconds that microseconds cannot hold, compressions and encodings that are left out, are clear errors")
    func refusals() async throws {
        let folder = try TemporaryFolder("parquet")
        let script = """
            import pyarrow as pa, pyarrow.parquet as pq
            pq.write_table(pa.table({"t": pa.array([1], pa.timestamp("ns"))}), data + "/nanos")
            pq.write_table(pa.table({"t": [1, 2]}), data + "/brotli", compression="brotli")
            pq.write_table(pa.table({"t": [1.5, 2.5]}), data + "/gzip", compression="gzip")
            result = 0
            """
        let _: Int = try await PythonOracle.run(script, folder.path)
        for (name, words) in [("nanos", "nanoseconds"), ("brotli", "brotli"), ("gzip", "gzip")] {
            let reader = try await ParquetReader(source: LocalSource(path: folder.path(name)))
            let error = await #expect(throws: ParquetError.self) { try await reader.readRowGroup(0) }
            #expect(error?.kind == .unsupported && error?.column == "t")
            #expect(error?.message.contains(words) ?? false, "\(name)")
        }
    }
}

@Suite struct ParquetReaderTests {
    @Test("Columns are read in the order in which they are named")
    func projection() async throws {
        let sample = ParquetSamples.table(rows: 100, nulls: 0.1)
        let (bytes, _) = try await ParquetSamples.write(sample)
        let reader = try await ParquetReader(source: MemorySource(bytes))
        let table = try await reader.readRowGroup(0, columns: ["utf8", "int64"])
        #expect(table.schema.names == ["utf8", "int64"])
        #expect(ParquetSamples.spelled(table)["utf8"] == ParquetSamples.spelled(sample)["utf8"])
        let none = try await reader.readRowGroup(0, columns: [])
        #expect(none.rowCount == 100 && none.columns.isEmpty)
        let error = await #expect(throws: ParquetError.self) { try await reader.readRowGroup(0, columns: ["gone"]) }
        #expect(error?.column == "gone")
    }

    @Test("Columns that lie together are fetched in one read")
    func fetching() async throws {
        let sample = ParquetSamples.table(rows: 500, nulls: 0.1)
        let source = CountingSource(MemorySource(try await ParquetSamples.write(sample).bytes))
        let reader = try await ParquetReader(source: source)
        #expect(await source.counter.ranges.count == 1)
        let table = try await reader.readRowGroup(0)
        #expect(await source.counter.ranges.count == 2)
        #expect(ParquetSamples.spelled(table) == ParquetSamples.spelled(sample))
    }

    @Test("Schema and metadata of the file come back")
    func metadata() async throws {
        var options = ParquetOptions()
        options.keyValueMetadata = ["origin": "tests", "empty": ""]
        let sample = ParquetSamples.table(rows: 10, nulls: 0, isNullable: false)
        let reader = try await ParquetReader(
            source: MemorySource(try await ParquetSamples.write(sample, options: options).bytes))
        #expect(reader.schema == sample.schema)
        #expect(reader.keyValueMetadata == ["origin": "tests", "empty": ""])
        #expect(reader.createdBy?.hasPrefix("tributary version ") ?? false)
        #expect(reader.rowCount == 10 && reader.rowGroupCount == 1)
    }

    @Test("Random tables come back as they were", arguments: 0..<40)
    func roundTrip(seed: Int) async throws {
        var generator = SeededGenerator(seed: UInt64(seed))
        let table = ParquetSamples.table(
            rows: .random(in: 0...2000, using: &generator), nulls: .random(in: 0...1, using: &generator),
            distinct: [1, 3, 20, 500, .max].randomElement(using: &generator) ?? 1, seed: UInt64(seed))
        var options = ParquetOptions(
            compression: Bool.random(using: &generator) ? .uncompressed : .zstd(level: 3),
            rowGroupBytes: .random(in: 1000...1_000_000, using: &generator),
            rowGroupRows: .random(in: 1...3000, using: &generator))
        options.pageBytes = .random(in: 64...100_000, using: &generator)
        options.pageChecksums = Bool.random(using: &generator)
        let (bytes, _) = try await ParquetSamples.write(table, options: options)
        #expect(try await ParquetSamples.read(MemorySource(bytes)) == ParquetSamples.spelled(table), "seed \(seed)")
    }
}

/// Notes what is read of another source.
private struct CountingSource: RandomAccessSource {
    actor Counter {
        private(set) var ranges: [Range<Int>] = []
        func note(_ range: Range<Int>) { ranges.append(range) }
    }

    let counter = Counter()
    private let base: MemorySource

    init(_ base: MemorySource) { self.base = base }

    var name: String { base.name }
    var size: Int { base.size }

    func read(_ range: Range<Int>) async throws -> [UInt8] {
        await counter.note(range)
        return try base.read(range)
    }
}
