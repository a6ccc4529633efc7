import Columns
import Testing

@Suite struct SchemaEvolutionTests {
    /// A cast of one column from what a batch holds to what the table stores.
    struct Cast: CustomTestStringConvertible, Sendable {
        let name: String
        let incoming: ColumnType
        let values: [Value]
        let stored: ColumnType
        let expected: [Value]

        var testDescription: String { name }

        init(_ name: String, _ incoming: ColumnType, _ values: [Value], _ stored: ColumnType, _ expected: [Value]) {
            (self.name, self.incoming, self.values, self.stored, self.expected) = (
                name, incoming, values, stored, expected
            )
        }
    }

    static func decimal(_ text: String) -> Value { Decimal128(text).map { .decimal($0) } ?? .null }

    static let casts: [Cast] = [
        Cast("the same type", .int64, [.int(1), .null], .int64, [.int(1), .null]),
        Cast(
            "integers to floats", .int64, [.int(1), .null, .int(1 << 53)], .float64,
            [.double(1), .null, .double(9_007_199_254_740_992)]),
        Cast(
            "whole floats to integers", .float64, [.double(2), .null, .double(-1e15)], .int64,
            [.int(2), .null, .int(-1_000_000_000_000_000)]),
        Cast("small integers to wide ones", .int32, [.int(7)], .int64, [.int(7)]),
        Cast("wide integers that fit to small ones", .int64, [.int(7)], .int32, [.int(7)]),
        Cast("whole decimals to integers", .decimal128(precision: 6, scale: 2), [decimal("12.00")], .int64, [.int(12)]),
        Cast("integers to decimals", .int64, [.int(12)], .decimal128(precision: 6, scale: 2), [decimal("12.00")]),
        Cast(
            "floats to decimals, half to even", .float64, [.double(0.125), .double(0.375), .null],
            .decimal128(precision: 6, scale: 2),
            [decimal("0.12"), decimal("0.38"), .null]),
        Cast(
            "decimals of another scale", .decimal128(precision: 10, scale: 4), [decimal("1.2350"), decimal("1.2450")],
            .decimal128(precision: 6, scale: 2), [decimal("1.24"), decimal("1.24")]),
        Cast(
            "decimals that doubles spell to floats", .decimal128(precision: 6, scale: 2),
            [decimal("12.50"), decimal("0.10")], .float64,
            [.double(12.5), .double(0.1)]),
        Cast(
            "text to times", .utf8, [.string("2024-01-02T00:00:00+01:00"), .string("x"), .null], .timestamp,
            [.timestamp(1_704_150_000_000_000), .null, .null]),
        Cast("text to dates", .utf8, [.string("1970-01-02"), .string("")], .date32, [.date(1), .null]),
        Cast("dates to timestamps", .date32, [.date(1)], .timestamp, [.timestamp(86_400_000_000)]),
        Cast("midnights to dates", .timestamp, [.timestamp(86_400_000_000)], .date32, [.date(1)]),
        Cast(
            "anything to text", .float64, [.double(1), .null, .double(1e16)], .utf8,
            [.string("1.0"), .null, .string("1e+16")]),
        Cast("booleans to text", .bool, [.bool(true)], .utf8, [.string("true")]),
        Cast("times to text", .timestamp, [.timestamp(1)], .utf8, [.string("1970-01-01T00:00:00.000001Z")]),
        Cast("nulls to anything", .utf8, [.null, .null], .bool, [.null, .null]),
    ]

    static func single(_ name: String, _ type: ColumnType, _ values: [Value]) -> Table {
        var builder = ColumnBuilder(type)
        for value in values {
            switch value {
            case .null: builder.appendNull()
            case .bool(let flag): builder.append(bool: flag)
            case .int(let number): builder.append(int: number)
            case .double(let number): builder.append(double: number)
            case .decimal(let number):
                guard case .decimal128(_, let scale) = type else { continue }
                builder.append(unscaled: number.rescaled(to: scale)?.unscaled ?? 0)
            case .string(let text): builder.append(string: text)
            case .binary(let bytes): builder.append(bytes: bytes)
            case .date(let days): builder.append(int: Int64(days))
            case .timestamp(let microseconds): builder.append(int: microseconds)
            }
        }
        return Table(schema: TableSchema([Field(name, type)]), columns: [builder.finish()], rowCount: values.count)
    }

    @Test("A lossless cast brings a column to its stored type", arguments: casts)
    func reachesStoredType(_ cast: Cast) throws {
        let stored = TableSchema([Field("v", cast.stored)])
        let outcome = try SchemaEvolution.reconcile(Self.single("v", cast.incoming, cast.values), with: stored)
        #expect(outcome.schema == stored)
        #expect(outcome.table.columns[0].type == cast.stored)
        #expect(outcome.table.columns[0].boxed == cast.expected)
        #expect(outcome.added.isEmpty)
        #expect(
            try Self.single("v", cast.incoming, cast.values).columns[0].cast(to: cast.stored).boxed == cast.expected)
    }

    static let refusals: [(Cast, ColumnTypeChanged.Kind)] = [
        (Cast("text in numbers", .utf8, [.null, .string("1")], .int64, []), .incompatible),
        (
            Cast("fractions in integers", .float64, [.double(1), .double(1.5)], .int64, []),
            .needsWidening(to: .float64)
        ),
        (
            Cast("wide integers in small ones", .int64, [.int(1), .int(1 << 31)], .int32, []),
            .needsWidening(to: .int64)
        ),
        (
            Cast("integers that no double holds", .int64, [.int(1), .int(1 << 53 + 1)], .float64, []),
            .needsWidening(to: .decimal128(precision: 34, scale: 15))
        ),
        (
            Cast(
                "a decimal that no double holds", .decimal128(precision: 20, scale: 0),
                [.null, decimal("12345678901234567891")], .float64, []),
            .needsWidening(to: .decimal128(precision: 20, scale: 0))
        ),
        (
            Cast(
                "more integer digits than stored", .int64, [.int(1), .int(12_345)], .decimal128(precision: 6, scale: 2),
                []),
            .needsWidening(to: .decimal128(precision: 7, scale: 2))
        ),
        (
            Cast(
                "decimals in integers", .decimal128(precision: 20, scale: 0), [.null, decimal("12345678901234567891")],
                .int64, []),
            .needsWidening(to: .decimal128(precision: 20, scale: 0))
        ),
        (Cast("integers in timestamps", .int64, [.null, .int(1)], .timestamp, []), .incompatible),
        (Cast("timestamps in integers", .timestamp, [.null, .timestamp(1)], .int64, []), .incompatible),
        (Cast("times in dates", .timestamp, [.timestamp(0), .timestamp(1)], .date32, []), .incompatible),
        (Cast("numbers in booleans", .int64, [.null, .int(1)], .bool, []), .incompatible),
        (Cast("booleans in numbers", .bool, [.null, .bool(true)], .int64, []), .incompatible),
        (Cast("text in binary", .utf8, [.null, .string("x")], .binary, []), .incompatible),
        (Cast("binary in text", .binary, [.null, .binary([1])], .utf8, []), .incompatible),
    ]

    @Test("A cast that would lose something is an error", arguments: refusals)
    func refuses(_ cast: Cast, _ kind: ColumnTypeChanged.Kind) throws {
        let error = #expect(throws: ColumnTypeChanged.self) {
            try SchemaEvolution.reconcile(
                Self.single("v", cast.incoming, cast.values), with: TableSchema([Field("v", cast.stored)]))
        }
        #expect(
            error == ColumnTypeChanged(column: "v", stored: cast.stored, incoming: cast.incoming, row: 1, kind: kind))
        #expect(error?.description.contains("Reset the table with a full refresh") == true)
    }

    @Test("New columns are added at the end, and missing ones are null")
    func columns() throws {
        let stored = TableSchema([Field("id", .int64), Field("gone", .utf8), Field("must", .int64, isNullable: false)])
        let outcome = try SchemaEvolution.reconcile(try table(#"[{"new":true,"id":1,"later":null}]"#), with: stored)
        #expect(outcome.schema.names == ["id", "gone", "must", "new"])
        #expect(outcome.added == [Field("new", .bool)])
        #expect(outcome.table.boxed == [["id": .int(1), "gone": .null, "must": .int(0), "new": .bool(true)]])
    }

    @Test("A column without any value waits for its first one")
    func undetermined() throws {
        let first = try SchemaEvolution.reconcile(try table(#"[{"id":1,"note":null}]"#), with: nil)
        #expect(first.schema.names == ["id"])
        let second = try SchemaEvolution.reconcile(try table(#"[{"id":2,"note":5}]"#), with: first.schema)
        #expect(second.schema["note"]?.type == .int64)
        let kept = try SchemaEvolution.reconcile(
            try table(#"[{"id":1,"note":null}]"#), with: nil, keepsUndetermined: true)
        #expect(kept.schema["note"]?.type == .utf8)
    }

    @Test("The cursor column must not become text")
    func cursor() throws {
        let numbers = TableSchema([Field("v", .int64)])
        let times = TableSchema([Field("v", .timestamp)])
        for (stored, values) in [(numbers, [Value.string("7")]), (times, [.string("soon")])] {
            let error = #expect(throws: ColumnTypeChanged.self) {
                try SchemaEvolution.reconcile(Self.single("v", .utf8, values), with: stored, cursor: "v")
            }
            #expect(error?.kind == .cursorBecameText)
        }
        let parsed = Self.single("v", .utf8, [.string("2024-01-02")])
        #expect(try SchemaEvolution.reconcile(parsed, with: times, cursor: "v").table.columns[0].type == .timestamp)
    }

    @Test("Batches split anywhere give the same table", arguments: 1...6)
    func splits(_ size: Int) throws {
        let rows = [
            #"{"id":1,"v":1.5}"#, #"{"id":2,"v":2}"#, #"{"id":3}"#, #"{"id":4,"v":3,"w":"x"}"#, #"{"id":5,"w":1}"#,
            #"{"id":6,"w":null}"#,
        ]
        var stored: TableSchema?
        var boxed: [[String: Value]] = []
        for start in stride(from: 0, to: rows.count, by: size) {
            let batch = "[" + rows[start..<min(start + size, rows.count)].joined(separator: ",") + "]"
            let outcome = try SchemaEvolution.reconcile(try table(batch), with: stored)
            stored = outcome.schema
            boxed += outcome.table.boxed
        }
        #expect(stored?.names == ["id", "v", "w"])
        #expect(boxed.map { $0["v"] ?? .null } == [.double(1.5), .double(2), .null, .double(3), .null, .null])
        #expect(boxed.map { $0["w"] ?? .null } == [.null, .null, .null, .string("x"), .string("1"), .null])
    }
}
