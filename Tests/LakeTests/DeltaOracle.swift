import Columns
import Foundation
import TestSupport

@testable import Lake

/// Reads tables of the lake with other people's engines, value by value.
enum DeltaOracle {
    /// A row as text by column, the same from every engine; nil is null.
    typealias Row = [String: String?]

    struct Request: Encodable {
        var path: String
        /// The data files, absolute.
        var files: [String]
        var columns: [String]
    }

    /// The rows that delta-rs, Polars, pyarrow and DuckDB read.
    static func read(_ lake: TemporaryLake, _ snapshot: TableSnapshot) async throws -> [String: [Row]] {
        let request = Request(
            path: lake.path, files: snapshot.files.map { "\(lake.path)/\($0.path)" }, columns: snapshot.schema.names)
        return try await PythonOracle.run(helpers + readers, request)
    }

    /// What turns Python values into the text that `text(of:)` makes of ours.
    static let helpers = """
        import datetime, decimal, struct
        import pyarrow as pa
        EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
        def text(v):
            if v is None: return None
            if isinstance(v, bool): return 'true' if v else 'false'
            if isinstance(v, int): return str(v)
            if isinstance(v, float): return struct.pack('>d', v).hex()
            if isinstance(v, decimal.Decimal): return format(v, 'f')
            if isinstance(v, (bytes, bytearray)): return bytes(v).hex()
            if isinstance(v, datetime.datetime):
                d = (v if v.tzinfo else v.replace(tzinfo=datetime.timezone.utc)) - EPOCH
                return str((d.days * 86400 + d.seconds) * 1000000 + d.microseconds)
            if isinstance(v, datetime.date): return v.isoformat()
            return v
        def rows(table):
            return [{k: text(v) for k, v in row.items()} for row in table.to_pylist()]

        """

    private static let readers = """
        import deltalake, duckdb, polars
        import pyarrow.parquet as pq
        result = {}
        table = deltalake.DeltaTable(data['path']).to_pyarrow_table()
        result['delta-rs'] = rows(table.select(data['columns']))
        frame = polars.scan_delta(data['path']).select(data['columns']).collect()
        result['polars'] = rows(frame.to_arrow())
        result['pyarrow'] = [r for f in data['files'] for r in rows(pq.ParquetFile(f).read().select(data['columns']))]
        names = ', '.join('"' + c + '"' for c in data['columns'])
        result['duckdb'] = []
        for f in data['files']:
            query = duckdb.connect().execute("set timezone='UTC'; select " + names + " from read_parquet('" + f + "', hive_partitioning=false)")
            result['duckdb'] += rows(query.to_arrow_table())

        """

    static func text(of value: Value) -> String? {
        switch value {
        case .null: nil
        case .bool(let value): value ? "true" : "false"
        case .int(let value), .timestamp(let value): String(value)
        case .double(let value): hex(withUnsafeBytes(of: value.bitPattern.bigEndian, Array.init))
        case .decimal(let value): value.description
        case .string(let value): value
        case .binary(let value): hex(value)
        case .date(let value): TimestampText.date(days: value)
        }
    }

    static func row(_ values: [String: Value]) -> Row { values.mapValues { text(of: $0) } }

    private static func hex(_ bytes: [UInt8]) -> String {
        bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }
}

extension [DeltaOracle.Row] {
    var counts: [DeltaOracle.Row: Int] { reduce(into: [:]) { $0[$1, default: 0] += 1 } }
}

/// Rows of every type, with nulls and the ends of each type's range.
enum TypedRows {
    static let schema = TableSchema([
        Field("id", .int64), Field("flag", .bool), Field("small", .int32), Field("big", .int64),
        Field("ratio", .float64), Field("price", .decimal128(precision: 9, scale: 2)),
        Field("huge", .decimal128(precision: 38, scale: 10)), Field("text", .utf8), Field("blob", .binary),
        Field("day", .date32), Field("at", .timestamp),
    ])

    /// A value of each type.
    static let some: [String: Value] = [
        "flag": .bool(true), "small": .int(9), "big": .int(9), "ratio": .double(9),
        "price": .decimal(Decimal128(unscaled: 9, scale: 2)), "huge": .decimal(Decimal128(unscaled: 9, scale: 10)),
        "text": .string("nine"), "blob": .binary([9]), "day": .date(9), "at": .timestamp(9),
    ]

    static func row(_ id: Int64, _ random: inout TestSupport.SeededGenerator) -> [String: Value] {
        var row: [String: Value] = [
            "flag": .bool(random.oneIn(2)),
            "small": .int(random.pick([Int64(Int32.min), Int64(Int32.max), 0, -1, 77])),
            "big": .int(random.pick([Int64.min, .max, 0, (1 << 53) + 1, -5])),
            "ratio": .double(random.pick([0, -0.0, 0.1, -1e300, .leastNonzeroMagnitude, .infinity])),
            "price": .decimal(
                Decimal128(unscaled: Int128(Int.random(in: -999_999_999...999_999_999, using: &random)), scale: 2)),
            "huge": .decimal(
                Decimal128(
                    unscaled: random.pick([0, 1, -1]) * 12_345_678_901_234_567_890_123_456_789_012_345_678, scale: 10)),
            "text": .string(
                random.pick([
                    "", "a", "é", "日本語", "🙂", "line\nbreak", "nul\u{0}", String(repeating: "long ", count: 40),
                ])),
            "blob": .binary(random.pick([[], [0], [0xFF, 0x00, 0x80], Array(repeating: 7, count: 100)])),
            "day": .date(random.pick([-719_162, 2_932_896, 0, -1, 19_782])),
            "at": .timestamp(
                random.pick([0, -1, 1_709_208_000_123_456, 253_402_300_799_999_999, -62_135_596_800_000_000])),
        ]
        for name in schema.names where random.oneIn(7) { row[name] = .null }
        row["id"] = .int(id)
        return row
    }

    static func table(_ ids: some Sequence<Int>, _ random: inout TestSupport.SeededGenerator) -> Table {
        Table(schema, ids.map { row(Int64($0), &random) })
    }
}
