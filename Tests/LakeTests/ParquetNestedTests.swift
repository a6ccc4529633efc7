import Columns
import TestSupport
import Testing

@testable import Lake

/// A nested value in a form that JSON and Python know: scalars as text, maps as lists of pairs.
private indirect enum Spelled: Codable, Hashable {
    case null
    case text(String)
    case list([Spelled])
    case object([String: Spelled])

    init(_ value: NestedValue) {
        switch value {
        case .null: self = .null
        case .scalar(let scalar): self = ParquetSamples.spelled(scalar).map(Spelled.text) ?? .null
        case .structure(let fields): self = .object(fields.mapValues(Spelled.init))
        case .list(let elements): self = .list(elements.map(Spelled.init))
        case .map(let entries): self = .list(entries.map { .list([Spelled($0.key), Spelled($0.value)]) })
        }
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let text = try? container.decode(String.self) {
            self = .text(text)
        } else if let list = try? container.decode([Spelled].self) {
            self = .list(list)
        } else {
            self = .object(try container.decode([String: Spelled].self))
        }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .null: try container.encodeNil()
        case .text(let text): try container.encode(text)
        case .list(let list): try container.encode(list)
        case .object(let object): try container.encode(object)
        }
    }
}

private enum NestedSamples {
    /// The shapes of a Delta checkpoint, and deeper ones.
    static let schema: [NestedField] = [
        NestedField(
            "add",
            .structure([
                NestedField("path", .scalar(.utf8)),
                NestedField("partitionValues", .map(key: .utf8, value: .scalar(.utf8))),
                NestedField("size", .scalar(.int64)),
                NestedField("dataChange", .scalar(.bool)),
                NestedField("deletionVector", .structure([NestedField("offset", .scalar(.int32))])),
            ])),
        NestedField(
            "metaData",
            .structure([
                NestedField("partitionColumns", .list(.scalar(.utf8))),
                NestedField("created", .scalar(.timestamp)),
            ])),
        NestedField("matrix", .list(.list(.scalar(.int64)))),
        NestedField(
            "deep",
            .map(
                key: .int64,
                value: .structure([
                    NestedField("names", .list(.structure([NestedField("text", .scalar(.utf8), isNullable: false)]))),
                    NestedField("more", .map(key: .utf8, value: .list(.scalar(.bool)))),
                ]))),
        NestedField("flat", .scalar(.int64)),
        NestedField("required", .scalar(.utf8), isNullable: false),
    ]

    static func rows(_ count: Int, seed: UInt64) -> [NestedValue] {
        var generator = SeededGenerator(seed: seed)
        return (0..<count).map { _ in
            .structure(
                Dictionary(uniqueKeysWithValues: schema.map { ($0.name, value($0.type, $0.isNullable, &generator)) }))
        }
    }

    static func value(_ type: NestedType, _ isNullable: Bool, _ generator: inout SeededGenerator) -> NestedValue {
        if isNullable && Int.random(in: 0..<4, using: &generator) == 0 { return .null }
        let count = Int.random(in: 0...3, using: &generator)
        switch type {
        case .scalar(let type): return .scalar(ParquetSamples.value(type, &generator))
        case .structure(let fields):
            return .structure(
                Dictionary(uniqueKeysWithValues: fields.map { ($0.name, value($0.type, $0.isNullable, &generator)) }))
        case .list(let element): return .list((0..<count).map { _ in value(element, true, &generator) })
        case .map(let key, let element):
            return .map(
                (0..<count).map { index in
                    let key: Value = key == .utf8 ? .string("key\(index)") : .int(Int64(index))
                    return NestedEntry(key: .scalar(key), value: value(element, true, &generator))
                })
        }
    }

    static func write(_ rows: [NestedValue], options: ParquetOptions = ParquetOptions()) async throws -> [UInt8] {
        let sink = MemorySink()
        let writer = try NestedParquetWriter(schema: schema, options: options, to: sink)
        try await writer.write(rows)
        let size = try await writer.finish()
        let bytes = await sink.bytes
        #expect(size == bytes.count)
        return bytes
    }

    static func read(_ source: any RandomAccessSource, columns: [String]? = nil) async throws -> [NestedValue] {
        let reader = try await ParquetReader(source: source)
        var rows: [NestedValue] = []
        for index in 0..<reader.rowGroupCount {
            rows += try await reader.readNestedRowGroup(index, columns: columns)
        }
        return rows
    }

    /// Python: spells rows of an Arrow table as ``Spelled`` does.
    static let python = """
        import datetime, pyarrow as pa, pyarrow.parquet as pq

        def spell(value, kind):
            if value is None: return None
            if pa.types.is_struct(kind): return {f.name: spell(value[f.name], f.type) for f in kind}
            if pa.types.is_map(kind): return [[spell(k, kind.key_type), spell(v, kind.item_type)] for k, v in value]
            if pa.types.is_list(kind) or pa.types.is_large_list(kind): return [spell(v, kind.value_type) for v in value]
            if pa.types.is_boolean(kind): return "true" if value else "false"
            if pa.types.is_timestamp(kind):
                epoch = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
                return str((value - epoch) // datetime.timedelta(microseconds=1))
            return str(value)

        def rows(table):
            return [{f.name: spell(row[f.name], f.type) for f in table.schema} for row in table.to_pylist()]

        """
}

@Suite struct ParquetNestedTests {
    @Test("What is written is what is read", arguments: [1, 10, 700])
    func roundTrip(rowGroupRows: Int) async throws {
        let rows = NestedSamples.rows(700, seed: UInt64(rowGroupRows))
        let bytes = try await NestedSamples.write(rows, options: ParquetOptions(rowGroupRows: rowGroupRows))
        let source = MemorySource(bytes)
        #expect(try await NestedSamples.read(source) == rows)
        #expect(try await ParquetReader(source: source).nestedSchema() == NestedSamples.schema)
        let projected = try await NestedSamples.read(source, columns: ["matrix"])
        #expect(projected == rows.map { .structure(["matrix": $0["matrix"]]) })
    }

    @Test("No rows are a file as well")
    func noRows() async throws {
        let bytes = try await NestedSamples.write([])
        #expect(try await NestedSamples.read(MemorySource(bytes)).isEmpty)
    }

    @Test(
        "Rows that do not fit the schema are refused, with the place",
        arguments: [
            (NestedValue.structure(["required": .null]), "row.required"),
            (.structure(["required": .string("a"), "flat": .string("b")]), "row.flat"),
            (.structure(["required": .string("a"), "unknown": .int(1)]), "row"),
            (.structure(["required": .string("a"), "matrix": .list([.int(1)])]), "row.matrix"),
            (.structure(["required": .string("a"), "add": .list([])]), "row.add"),
        ])
    func misfits(row: NestedValue, place: String) async throws {
        let error = await #expect(throws: ParquetError.self) { try await NestedSamples.write([row]) }
        #expect(error?.column == place)
    }

    @Test("A nested column is no column of a table: reading it as one is refused, the others can be read")
    func flatReading() async throws {
        let rows = NestedSamples.rows(20, seed: 3)
        let reader = try await ParquetReader(source: MemorySource(try await NestedSamples.write(rows)))
        #expect(reader.schema.names == ["flat", "required"])
        #expect(Set(reader.unreadableColumns.keys) == ["add", "metaData", "matrix", "deep"])
        let table = try await reader.readRowGroup(0, columns: ["flat"])
        #expect(
            (0..<20).allSatisfy {
                table.columns[0][$0] == .null || table.columns[0][$0] == .int(rows[$0]["flat"].int ?? 0)
            })
        let error = await #expect(throws: ParquetError.self) { try await reader.readRowGroup(0) }
        #expect(error?.kind == .unsupported)
    }
}

@Suite(.enabled(if: PythonOracle.isExpected, "\(PythonOracle.hint)"))
struct ParquetNestedOracleTests {
    @Test("pyarrow and DuckDB read every structure, map and list back")
    func readBack() async throws {
        let folder = try TemporaryFolder("parquet")
        let rows = NestedSamples.rows(500, seed: 11)
        let options = ParquetOptions(rowGroupRows: 120)
        let path = try folder.write(try await NestedSamples.write(rows, options: options), "nested.parquet")
        let script =
            NestedSamples.python + """
                import duckdb, polars
                table = pq.read_table(data)
                table.validate(full=True)
                duck = duckdb.sql(f"select * from read_parquet('{data}')").to_arrow_table()
                frame = polars.read_parquet(data)
                result = {"pyarrow": rows(table), "duckdb": rows(duck)}
                assert frame.height == table.num_rows
                assert frame["matrix"].to_list() == table["matrix"].to_pylist()
                """
        let read: [String: [Spelled]] = try await PythonOracle.run(script, path)
        #expect(read["pyarrow"] == rows.map(Spelled.init))
        #expect(read["duckdb"] == rows.map(Spelled.init))
    }

    @Test("What pyarrow writes is read, in pages of both versions", arguments: ["1.0", "2.0"])
    func foreign(pageVersion: String) async throws {
        let folder = try TemporaryFolder("parquet")
        let path = folder.path("foreign.parquet")
        let script =
            NestedSamples.python + """
                table = pq.read_table(data["from"])
                pq.write_table(table, data["to"], data_page_version=data["page"], row_group_size=77, compression="snappy")
                result = rows(pq.read_table(data["to"]))
                """
        let own = try folder.write(try await NestedSamples.write(NestedSamples.rows(400, seed: 5)), "own.parquet")
        let expected: [Spelled] = try await PythonOracle.run(script, ["from": own, "to": path, "page": pageVersion])
        #expect(try await NestedSamples.read(LocalSource(path: path)).map(Spelled.init) == expected)
    }

    @Test("A checkpoint of delta-rs is read")
    func deltaCheckpoint() async throws {
        let folder = try TemporaryFolder("parquet")
        let script =
            NestedSamples.python + """
                import glob, deltalake
                for day in range(5):
                    table = pa.table({"id": pa.array([day, day + 1]), "day": [f"d{day}", "d0"], "text": ["a", None]})
                    deltalake.write_deltalake(data, table, mode="append", partition_by=["day"])
                delta = deltalake.DeltaTable(data)
                delta.delete("id = 3")
                delta.create_checkpoint()
                result = rows(pq.read_table(glob.glob(data + "/_delta_log/*.checkpoint.parquet")[0]))
                """
        let lake = folder.path("lake")
        let expected: [Spelled] = try await PythonOracle.run(script, lake)
        let path = "\(lake)/_delta_log/00000000000000000005.checkpoint.parquet"
        let rows = try await NestedSamples.read(LocalSource(path: path))
        #expect(rows.map(Spelled.init) == expected)
        #expect(rows.contains { !$0["add"]["partitionValues"].isNull })
    }
}
