import Columns
import Foundation
import Testing

@testable import Lake

/// A row of the corpus: typed key values, and the partition that the Python original gives them.
struct PartitionVector: Decodable, Sendable {
    struct Key: Decodable, Sendable {
        var type: String
        var value: Scalar?
    }

    enum Scalar: Decodable, Sendable {
        case text(String)
        case bool(Bool)

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            self =
                if let bool = try? container.decode(Bool.self) { .bool(bool) } else {
                    .text(try container.decode(String.self))
                }
        }
    }

    var mode: PartitionMode
    var keys: [Key]
    var count: Int?
    var size: Int64?
    var format: PartitionFormat?
    var bucket: String

    static func all() throws -> [PartitionVector] {
        let file = try #require(
            Bundle.module.url(forResource: "vectors", withExtension: "json", subdirectory: "Corpora/partition-vectors"))
        return try JSONDecoder().decode([PartitionVector].self, from: Data(contentsOf: file))
    }

    var partitioning: Partitioning {
        switch mode {
        case .md5: .md5(keys: keys.indices.map { "k\($0)" }, count: count ?? 1)
        case .numerical: .numerical(key: "k0", size: size ?? 1)
        case .datetime: .datetime(key: "k0", format: format ?? .week)
        }
    }

    /// A table of one row.
    func table() throws -> Table {
        let columns = try keys.map { try $0.column() }
        let fields = columns.enumerated().map { Field("k\($0)", $1.type) }
        return Table(schema: TableSchema(fields), columns: columns, rowCount: 1)
    }
}

extension PartitionVector.Key {
    func column() throws -> Column {
        guard let value else { return .nulls(type: .utf8, count: 1) }
        if case .bool(let bool) = value { return built(.bool) { $0.append(bool: bool) } }
        guard case .text(let text) = value else { throw CocoaError(.coderInvalidValue) }
        switch type {
        case "int64":
            let number = try #require(Int64(text))
            return built(.int64) { $0.append(int: number) }
        case "string": return built(.utf8) { $0.append(string: text) }
        case "float64":
            let number = try #require(Double(text))
            return built(.float64) { $0.append(double: number) }
        case "timestamp_us":
            let number = try #require(TimestampParser.microseconds(text))
            return built(.timestamp) { $0.append(int: number) }
        case "date32":
            let number = try #require(TimestampParser.days(text))
            return built(.date32) { $0.append(int: Int64(number)) }
        default:
            let number = try #require(Decimal128(text))
            return built(.decimal128(precision: 38, scale: number.scale)) { $0.append(unscaled: number.unscaled) }
        }
    }

    private func built(_ type: ColumnType, _ fill: (inout ColumnBuilder) -> Void) -> Column {
        var builder = ColumnBuilder(type)
        fill(&builder)
        return builder.finish()
    }
}

@Suite struct PartitionVectorTests {
    @Test("All 773 vectors of the Python original give the same partition")
    func vectors() throws {
        let vectors = try PartitionVector.all()
        #expect(vectors.count == 773)
        for vector in vectors {
            let assignment = Partitioner(vector.partitioning).assign(try vector.table())
            #expect(assignment.rows == [0])
            #expect(assignment.names == [vector.bucket], "\(vector)")
        }
    }

    @Test("A batch of many rows gives each row the partition that it gets alone")
    func batches() throws {
        let vectors = try PartitionVector.all().filter { $0.mode == .md5 && $0.keys.count == 1 && $0.count == 16 }
        let integers = vectors.filter { $0.keys[0].type == "int64" }
        let columns = try integers.map { try $0.keys[0].column() }
        let table = Table(
            schema: TableSchema([Field("k0", .int64)]), columns: [.concatenated(columns)], rowCount: columns.count)
        let assignment = Partitioner(.md5(keys: ["k0"], count: 16)).assign(table)
        #expect(assignment.rows.map { assignment.names[Int($0)] } == integers.map(\.bucket))
        #expect(Set(assignment.names).count == assignment.names.count)
    }

    @Test(
        "A key column that the batch lacks gives the fallback partition",
        arguments: [
            (Partitioning.numerical(key: "x", size: 5), "null"), (.datetime(key: "x", format: .day), "1970-01"),
            (.md5(keys: ["x"], count: 7), "5"),
        ])
    func missingColumn(partitioning: Partitioning, bucket: String) throws {
        let table = Table(schema: TableSchema(), columns: [], rowCount: 2)
        let assignment = Partitioner(partitioning).assign(table)
        let null = Partitioner(.md5(keys: ["x"], count: 7)).assign(
            Table(schema: TableSchema([Field("x", .utf8)]), columns: [.nulls(type: .utf8, count: 2)], rowCount: 2))
        if case .md5 = partitioning {
            #expect(assignment.names == null.names)
        } else {
            #expect(assignment.names == [bucket])
        }
        #expect(assignment.rows == [0, 0])
    }

    @Test("Whole numbers count the unit that the layout says")
    func epochs() throws {
        let column = Column(type: .int64, validity: nil, values: .int64([1_767_225_600_000, -1, 0]))
        let table = Table(schema: TableSchema([Field("at", .int64)]), columns: [column], rowCount: 3)
        let layout = Partitioning.datetime(key: "at", format: .day, epoch: .milliseconds)
        let assignment = Partitioner(layout).assign(table)
        #expect(assignment.rows.map { assignment.names[Int($0)] } == ["2026-01-01", "1969-12-31", "1970-01-01"])
        let chosen = PartitionChooser(hints: .datetime("at", by: .day, format: .milliseconds)).choose(for: table)
        #expect(chosen == layout)
    }

    @Test("A batch without rows has no partitions")
    func empty() {
        let table = Table(schema: TableSchema(), columns: [], rowCount: 0)
        for partitioning: Partitioning in [
            .md5(keys: ["x"], count: 3), .md5(keys: [], count: 1), .numerical(key: "x", size: 1),
        ] {
            let assignment = Partitioner(partitioning).assign(table)
            #expect(assignment.names.isEmpty && assignment.rows.isEmpty)
        }
    }

    @Test(
        "Binary and small decimal keys are spelled as Python spells them",
        arguments: [
            (Value.binary([0x00, 0x61, 0x27, 0x5C, 0xFF]), #"b"\x00a'\\\xff""#),
            (.binary(Array("it".utf8)), "b'it'"),
            (.decimal(Decimal128(unscaled: 1, scale: 7)), "1E-7"),
            (.decimal(Decimal128(unscaled: -123, scale: 9)), "-1.23E-7"),
            (.decimal(Decimal128(unscaled: 123, scale: 8)), "0.00000123"),
            (.decimal(Decimal128(unscaled: 0, scale: 2)), "0.00"),
        ])
    func spelling(value: Value, text: String) {
        switch value {
        case .binary(let bytes): #expect(PythonBytes.text(bytes) == text)
        case .decimal(let decimal):
            #expect(PythonDecimal.text(unscaled: decimal.unscaled, scale: decimal.scale) == text)
        default: Issue.record("an unexpected kind")
        }
    }
}
