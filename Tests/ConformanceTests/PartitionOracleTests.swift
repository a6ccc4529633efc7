import Columns
import Conformance
import Foundation
import Testing

@Suite struct PartitionOracleTests {
    private struct Vector: Decodable {
        struct Key: Decodable {
            var type: String
            var value: Scalar?
        }

        enum Scalar: Decodable {
            case text(String)
            case bool(Bool)

            init(from decoder: any Decoder) throws {
                let container = try decoder.singleValueContainer()
                if let bool = try? container.decode(Bool.self) {
                    self = .bool(bool)
                } else {
                    self = .text(try container.decode(String.self))
                }
            }
        }

        var mode: PartitionMode
        var keys: [Key]
        var count: Int?
        var size: Int64?
        var format: PartitionFormat?
        var bucket: String

        var partitioning: Partitioning {
            switch mode {
            case .md5: .md5(keys: keys.indices.map { "k\($0)" }, count: count ?? 1)
            case .numerical: .numerical(key: "k0", size: size ?? 1)
            case .datetime: .datetime(key: "k0", format: format ?? .week)
            }
        }

        func row() throws -> [String: Value] {
            var row: [String: Value] = [:]
            for (index, key) in keys.enumerated() { row["k\(index)"] = try Self.value(of: key) }
            return row
        }

        static func value(of key: Key) throws -> Value {
            guard let value = key.value else { return .null }
            guard case .text(let text) = value else {
                if case .bool(let bool) = value { return .bool(bool) }
                return .null
            }
            return switch key.type {
            case "int64": .int(try #require(Int64(text)))
            case "string": .string(text)
            case "float64": .double(try #require(Double(text)))
            case "timestamp_us": .timestamp(try #require(TimestampParser.microseconds(text)))
            case "date32": .date(try #require(TimestampParser.days(text)))
            default: .decimal(try #require(Decimal128(text)))
            }
        }
    }

    @Test("the plain second algorithm gives what the Python original gives, for every vector")
    func vectors() throws {
        let file = Material.root.appending(path: "Tests/LakeTests/Corpora/partition-vectors/vectors.json")
        let vectors = try JSONDecoder().decode([Vector].self, from: Data(contentsOf: file))
        #expect(vectors.count == 773)
        for (index, vector) in vectors.enumerated() {
            let partition = PartitionOracle.partition(of: try vector.row(), by: vector.partitioning)
            #expect(partition == vector.bucket, "vector \(index): \(vector)")
        }
    }
}
