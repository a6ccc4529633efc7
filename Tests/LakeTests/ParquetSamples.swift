import Columns
import Foundation
import TestSupport

@testable import Lake

/// Tables of every column type for the tests of the Parquet layer.
enum ParquetSamples {
    static let types: [(name: String, type: ColumnType)] = [
        ("bool", .bool), ("int32", .int32), ("int64", .int64), ("float64", .float64),
        ("decimal_9_2", .decimal128(precision: 9, scale: 2)), ("decimal_18_6", .decimal128(precision: 18, scale: 6)),
        ("decimal_38_10", .decimal128(precision: 38, scale: 10)),
        ("decimal_20_0", .decimal128(precision: 20, scale: 0)),
        ("utf8", .utf8), ("binary", .binary), ("date32", .date32), ("timestamp", .timestamp),
    ]

    /// A table with a column of each type. `distinct` bounds the different values, so that dictionaries pay.
    static func table(
        rows: Int, nulls: Double, distinct: Int = .max, isNullable: Bool = true, seed: UInt64 = 1
    ) -> Table {
        var generator = SeededGenerator(seed: seed)
        let schema = TableSchema(types.map { Field($0.name, $0.type, isNullable: isNullable) })
        let columns = types.map { _, type in
            var builder = ColumnBuilder(type)
            let values = (0..<min(distinct, rows)).map { _ in value(type, &generator) }
            for row in 0..<rows {
                if Double.random(in: 0..<1, using: &generator) < nulls {
                    builder.appendNull()
                } else {
                    let index = distinct >= rows ? row : Int.random(in: 0..<distinct, using: &generator)
                    append(values[index], to: &builder)
                }
            }
            return builder.finish()
        }
        return Table(schema: schema, columns: columns, rowCount: rows)
    }

    /// A value of the type; often one of those that are easily got wrong.
    static func value(_ type: ColumnType, _ generator: inout SeededGenerator) -> Value {
        let isEdge = Int.random(in: 0..<5, using: &generator) == 0
        switch type {
        case .bool: return .bool(Bool.random(using: &generator))
        case .int32:
            let edges: [Int32] = [0, -1, 1, .min, .max]
            return .int(
                Int64(isEdge ? edges.randomElement(using: &generator)! : .random(in: .min ... .max, using: &generator)))
        case .int64:
            let edges: [Int64] = [0, -1, .min, .max, 1 << 53 + 1]
            return .int(
                isEdge ? edges.randomElement(using: &generator)! : .random(in: .min ... .max, using: &generator))
        case .float64:
            let edges = [0, -0.0, .infinity, -.infinity, .greatestFiniteMagnitude, .leastNonzeroMagnitude, 0.1]
            return .double(
                isEdge ? edges.randomElement(using: &generator)! : .random(in: -1e9...1e9, using: &generator))
        case .decimal128(let precision, let scale):
            var limit: Int128 = 1
            for _ in 0..<precision { limit *= 10 }
            let random = Int128(truncatingIfNeeded: generator.next()) << 64 | Int128(generator.next())
            let unscaled = isEdge ? (Bool.random(using: &generator) ? limit - 1 : 1 - limit) : random % limit
            return .decimal(Decimal128(unscaled: unscaled, scale: scale))
        case .utf8:
            let edges = ["", "é", "日本語", "🦜🦜", "a\u{0}b", "\u{10FFFF}", String(repeating: "x", count: 300), "\"\\\n"]
            if isEdge { return .string(edges.randomElement(using: &generator)!) }
            return .string(String(generator.next(), radix: Int.random(in: 2...36, using: &generator)))
        case .binary:
            return .binary(
                (0..<Int.random(in: 0...40, using: &generator)).map { _ in UInt8(truncatingIfNeeded: generator.next()) }
            )
        case .date32: return .date(.random(in: -700_000...2_900_000, using: &generator))
        case .timestamp:
            return .timestamp(.random(in: -60_000_000_000_000_000...250_000_000_000_000_000, using: &generator))
        }
    }

    static func append(_ value: Value, to builder: inout ColumnBuilder) {
        switch value {
        case .null: builder.appendNull()
        case .bool(let value): builder.append(bool: value)
        case .int(let value), .timestamp(let value): builder.append(int: value)
        case .date(let value): builder.append(int: Int64(value))
        case .double(let value): builder.append(double: value)
        case .decimal(let value): builder.append(unscaled: value.unscaled)
        case .string(let value): builder.append(string: value)
        case .binary(let value): builder.append(bytes: value)
        }
    }

    /// A table of one column.
    static func table(_ name: String, _ type: ColumnType, _ values: [Value]) -> Table {
        var builder = ColumnBuilder(type)
        for value in values { append(value, to: &builder) }
        return Table(
            schema: TableSchema([Field(name, type)]), columns: [builder.finish()], rowCount: values.count)
    }

    /// Writes a table, in as many calls as `pieces`, to bytes.
    static func write(
        _ table: Table, options: ParquetOptions = ParquetOptions()
    ) async throws -> (bytes: [UInt8], summary: ParquetFileSummary) {
        let sink = MemorySink()
        let writer = ParquetWriter(schema: table.schema, options: options, to: sink)
        try await writer.write(table)
        let summary = try await writer.finish()
        return (await sink.bytes, summary)
    }

    /// All values of a file, column by column, in a spelling that is the same in Swift and Python.
    static func read(_ source: any RandomAccessSource) async throws -> [String: [String?]] {
        let reader = try await ParquetReader(source: source)
        var result: [String: [String?]] = Dictionary(uniqueKeysWithValues: reader.schema.names.map { ($0, []) })
        for index in 0..<reader.rowGroupCount {
            let table = try await reader.readRowGroup(index)
            result.merge(spelled(table)) { $0 + $1 }
        }
        return result
    }

    /// All values of a table, column by column.
    static func spelled(_ table: Table) -> [String: [String?]] {
        Dictionary(
            uniqueKeysWithValues: zip(table.schema.names, table.columns).map { name, column in
                (name, (0..<table.rowCount).map { spelled(column[$0]) })
            })
    }

    static func spelled(_ value: Value) -> String? {
        switch value {
        case .null: nil
        case .bool(let value): value ? "true" : "false"
        case .int(let value), .timestamp(let value): String(value)
        case .date(let value): String(value)
        case .double(let value): hex(withUnsafeBytes(of: value.bitPattern.bigEndian, Array.init))
        case .decimal(let value): value.description
        case .string(let value): value
        case .binary(let value): hex(value)
        }
    }

    private static func hex(_ bytes: [UInt8]) -> String {
        bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }

    /// Python: spells an Arrow table as ``spelled(_:)`` does.
    static let python = """
        import struct, pyarrow as pa, pyarrow.parquet as pq

        def spelled(table):
            return {name: spelled_column(table.column(name)) for name in table.column_names}

        def spelled_column(column):
            kind = column.type
            if pa.types.is_timestamp(kind): column = column.cast(pa.timestamp("us", kind.tz))
            if pa.types.is_timestamp(kind): return [None if v is None else str(v) for v in column.cast(pa.int64()).to_pylist()]
            if pa.types.is_date32(kind): return [None if v is None else str(v) for v in column.cast(pa.int32()).to_pylist()]
            def one(v):
                if v is None: return None
                if pa.types.is_boolean(kind): return "true" if v else "false"
                if pa.types.is_floating(kind): return struct.pack(">d", v).hex()
                if pa.types.is_decimal(kind): return format(v, "f")
                if isinstance(v, bytes): return v.hex()
                return str(v)
            return [one(v) for v in column.to_pylist()]

        """
}

extension TemporaryFolder {
    /// The path of a file inside it.
    func path(_ name: String) -> String { file(name).path }

    /// Writes a file and gives its path.
    func write(_ bytes: [UInt8], _ name: String) throws -> String {
        try Data(bytes).write(to: file(name))
        return path(name)
    }
}
