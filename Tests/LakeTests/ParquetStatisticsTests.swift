import Columns
import Foundation
import TestSupport
import Testing

@testable import Lake

@Suite struct ParquetStatisticsTests {
    struct Case: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var type: ColumnType
        var values: [Value]
        var min: Value?
        var max: Value?
        var isExact = true
    }

    static let long = String(repeating: "ä", count: 40)

    static let cases = [
        Case(
            testDescription: "integers", type: .int64, values: [.int(3), .null, .int(-7)], min: .int(-7), max: .int(3)),
        Case(
            testDescription: "32-bit integers", type: .int32, values: [.int(-1), .int(1)], min: .int(-1), max: .int(1)),
        Case(testDescription: "only nulls", type: .int64, values: [.null, .null]),
        Case(testDescription: "no rows", type: .utf8, values: []),
        Case(
            testDescription: "booleans", type: .bool, values: [.bool(true), .bool(false)], min: .bool(false),
            max: .bool(true)),
        Case(testDescription: "dates", type: .date32, values: [.date(5), .date(-5)], min: .date(-5), max: .date(5)),
        Case(
            testDescription: "timestamps", type: .timestamp, values: [.timestamp(9), .timestamp(-9)],
            min: .timestamp(-9), max: .timestamp(9)),
        Case(
            testDescription: "zeros of both signs", type: .float64, values: [.double(0), .double(-0.0)],
            min: .double(-0.0), max: .double(0)),
        Case(
            testDescription: "a NaN leaves no bounds", type: .float64, values: [.double(1), .double(.nan), .double(2)]),
        Case(
            testDescription: "infinities", type: .float64, values: [.double(.infinity), .double(-.infinity)],
            min: .double(-.infinity), max: .double(.infinity)),
        Case(
            testDescription: "decimals in 32 bits", type: .decimal128(precision: 9, scale: 2),
            values: [decimal(-1), decimal(100)], min: decimal(-1), max: decimal(100)),
        Case(
            testDescription: "decimals in 64 bits", type: .decimal128(precision: 18, scale: 2),
            values: [decimal(-1), decimal(100)], min: decimal(-1), max: decimal(100)),
        Case(
            testDescription: "wide decimals", type: .decimal128(precision: 38, scale: 2),
            values: [decimal(-1), decimal(100), decimal(-100)], min: decimal(-100), max: decimal(100)),
        Case(
            testDescription: "text in the order of its scalars", type: .utf8,
            values: [.string("b"), .string("é"), .string("a\u{0}"), .string("a"), .string("🦜"), .string("\u{FFFD}")],
            min: .string("a"), max: .string("🦜")),
        Case(
            testDescription: "the empty text is the smallest", type: .utf8, values: [.string("a"), .string("")],
            min: .string(""), max: .string("a")),
        Case(
            testDescription: "long text is cut, and raised where it bounds from above", type: .utf8,
            values: [.string(long), .string(long + "z")], min: .string(String(repeating: "ä", count: 32)),
            max: .string(String(repeating: "ä", count: 31) + "å"), isExact: false),
        Case(
            testDescription: "text of 32 scalars is kept", type: .utf8,
            values: [.string(String(repeating: "🦜", count: 32))], min: .string(String(repeating: "🦜", count: 32)),
            max: .string(String(repeating: "🦜", count: 32))),
        Case(
            testDescription: "text that cannot be raised has no upper bound", type: .utf8,
            values: [.string(String(repeating: "\u{10FFFF}", count: 33))],
            min: .string(String(repeating: "\u{10FFFF}", count: 32)), isExact: false),
        Case(
            testDescription: "the last scalar before the surrogates is raised over them", type: .utf8,
            values: [.string(String(repeating: "a", count: 31) + "\u{D7FF}b")],
            min: .string(String(repeating: "a", count: 31) + "\u{D7FF}"),
            max: .string(String(repeating: "a", count: 31) + "\u{E000}"), isExact: false),
        Case(
            testDescription: "very long text", type: .utf8, values: [.string(String(repeating: "a", count: 100_000))],
            min: .string(String(repeating: "a", count: 32)), max: .string(String(repeating: "a", count: 31) + "b"),
            isExact: false),
        Case(
            testDescription: "bytes without sign", type: .binary, values: [.binary([0x80]), .binary([0x7F, 1])],
            min: .binary([0x7F, 1]), max: .binary([0x80])),
    ]

    private static func decimal(_ unscaled: Int128) -> Value { .decimal(Decimal128(unscaled: unscaled, scale: 2)) }

    @Test("The summary of a file bounds its values", arguments: cases)
    func summary(_ sample: Case) async throws {
        // Once in one row group, once in one for each row.
        for rows in [1000, 1] {
            let table = ParquetSamples.table("c", sample.type, sample.values)
            let options = ParquetOptions(rowGroupRows: rows)
            let (_, summary) = try await ParquetSamples.write(table, options: options)
            let column = try #require(summary.column("c"))
            #expect(Self.isSame(column.min, sample.min), "\(column)")
            #expect(Self.isSame(column.max, sample.max), "\(column)")
            #expect(column.isExact == sample.isExact)
            #expect(column.nullCount == sample.values.count { $0 == .null })
        }
    }

    /// Zeros of different sign are different here.
    private static func isSame(_ left: Value?, _ right: Value?) -> Bool {
        if case .double(let left)? = left, case .double(let right)? = right {
            return left.bitPattern == right.bitPattern
        }
        return left == right
    }

    @Test("Bounds hold for random tables, and the row groups' ones come back", arguments: 0..<20)
    func bounds(seed: Int) async throws {
        let table = ParquetSamples.table(
            rows: 400, nulls: 0.3, distinct: seed % 2 == 0 ? 20 : .max, seed: UInt64(seed))
        let (bytes, summary) = try await ParquetSamples.write(table, options: ParquetOptions(rowGroupRows: 90))
        let reader = try await ParquetReader(source: MemorySource(bytes))
        for (index, column) in table.columns.enumerated() {
            let name = table.schema.names[index]
            let whole = try #require(summary.column(name))
            #expect(whole.nullCount == column.nullCount)
            for row in 0..<table.rowCount where !column.isNull(row) {
                let group = try #require(reader.statistics(ofRowGroup: row / 90, column: name))
                for bounds in [whole, group] {
                    #expect(bounds.min.map { !Self.isLess(column[row], $0) } ?? true, "\(name) \(row) \(bounds)")
                    #expect(bounds.max.map { !Self.isLess($0, column[row]) } ?? true, "\(name) \(row) \(bounds)")
                }
            }
        }
    }

    private static func isLess(_ left: Value, _ right: Value) -> Bool {
        switch (left, right) {
        case (.bool(let left), .bool(let right)): !left && right
        case (.int(let left), .int(let right)), (.timestamp(let left), .timestamp(let right)): left < right
        case (.date(let left), .date(let right)): left < right
        case (.double(let left), .double(let right)): left < right
        case (.decimal(let left), .decimal(let right)): left.unscaled < right.unscaled
        case (.string(let left), .string(let right)): left.utf8.lexicographicallyPrecedes(right.utf8)
        case (.binary(let left), .binary(let right)): left.lexicographicallyPrecedes(right)
        default: true
        }
    }
}

@Suite(.enabled(if: PythonOracle.isExpected, "\(PythonOracle.hint)"))
struct ParquetStatisticsOracleTests {
    @Test("pyarrow reads the statistics, and DuckDB's filters find every row by them")
    func statistics() async throws {
        let folder = try TemporaryFolder("parquet")
        let table = ParquetSamples.table(rows: 3000, nulls: 0.2, seed: 4)
        let (bytes, _) = try await ParquetSamples.write(table, options: ParquetOptions(rowGroupRows: 250))
        let path = try folder.write(bytes, "statistics.parquet")
        let script = """
            import pyarrow as pa, pyarrow.parquet as pq, pyarrow.compute as pc, duckdb, math
            file = pq.ParquetFile(data)
            wrong = []
            for group in range(file.metadata.num_row_groups):
                columns = file.read_row_group(group)
                for index, name in enumerate(columns.column_names):
                    statistics = file.metadata.row_group(group).column(index).statistics
                    values = [v for v in columns[name].to_pylist() if v is not None]
                    if statistics.null_count != columns[name].null_count: wrong.append([group, name, "nulls"])
                    low, high = min(values), max(values)
                    if isinstance(low, (str, bytes)):
                        holds = statistics.min <= low and (not statistics.has_min_max or statistics.max >= high)
                    else:
                        holds = statistics.min == low and statistics.max == high
                    if not holds: wrong.append([group, name, "bounds"])
            arrow = pq.read_table(data)
            connection = duckdb.connect()
            for name in arrow.column_names:
                for value in arrow[name].drop_null().slice(0, 40).to_pylist():
                    if name == "timestamp": continue
                    sql = f'select count(*) from read_parquet(?) where "{name}" = ?'
                    found = connection.execute(sql, [data, value]).fetchone()[0]
                    expected = sum(1 for v in arrow[name].to_pylist() if v == value)
                    if found != expected: wrong.append([name, str(value), f"{found} of {expected}"])
            result = [str(each) for each in wrong]
            """
        let wrong: [String] = try await PythonOracle.run(script, path)
        #expect(wrong == [])
    }
}
