import Columns

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The schema of a table as the log spells it (Delta protocol, "Schema Serialization Format").
enum DeltaSchema {
    private struct Structure: Codable {
        var type = "struct"
        var fields: [Member]
    }

    private struct Member: Codable {
        var name: String
        var type: TypeName
        var nullable: Bool
        var metadata: [String: LenientText]?
    }

    /// A primitive type, or anything nested.
    private enum TypeName: Codable {
        case primitive(String)
        case nested

        init(from decoder: any Decoder) throws {
            let name = try? decoder.singleValueContainer().decode(String.self)
            self = name.map { .primitive($0) } ?? .nested
        }

        func encode(to encoder: any Encoder) throws {
            guard case .primitive(let name) = self else { return }
            var container = encoder.singleValueContainer()
            try container.encode(name)
        }
    }

    /// The text for `schema`, with the partition column at its end where the table has one.
    static func text(_ schema: TableSchema, isPartitioned: Bool) throws -> String {
        var members = schema.fields.map {
            Member(name: $0.name, type: .primitive(name(of: $0.type)), nullable: $0.isNullable, metadata: [:])
        }
        if isPartitioned {
            members.append(
                Member(name: LakePath.partitionColumn, type: .primitive("string"), nullable: true, metadata: [:]))
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(Structure(fields: members)), as: UTF8.self)
    }

    /// The columns that `text` names, without the partition column. `path` names the table in errors.
    static func parse(_ text: String, path: String) throws -> TableSchema {
        guard let structure = try? JSONDecoder().decode(Structure.self, from: Data(text.utf8)) else {
            throw LakeError(
                .corrupt, "Reading the schema of a table", path: path, problem: "schemaString is not a schema",
                advice: "Restore the log from a backup, or reset the table and sync it again.")
        }
        var schema = TableSchema()
        for member in structure.fields where member.name != LakePath.partitionColumn {
            guard schema.index(of: member.name) == nil else { continue }
            schema.append(Field(member.name, try type(of: member, path: path), isNullable: member.nullable))
        }
        return schema
    }

    private static func name(of type: ColumnType) -> String {
        switch type {
        case .bool: "boolean"
        case .int32: "integer"
        case .int64: "long"
        case .float64: "double"
        case .decimal128(let precision, let scale): "decimal(\(precision),\(scale))"
        case .utf8: "string"
        case .binary: "binary"
        case .date32: "date"
        case .timestamp: "timestamp"
        }
    }

    private static func type(of member: Member, path: String) throws -> ColumnType {
        guard case .primitive(let name) = member.type, let type = columnType(name) else {
            let spelling = if case .primitive(let name) = member.type { name } else { "a nested type" }
            throw LakeError(
                .unsupported, "Reading the schema of a table", path: path,
                problem: "the column \(member.name) is of the type \(spelling)",
                advice: "Another engine added it; drop the column there, or reset the table and sync it again.")
        }
        return type
    }

    private static func columnType(_ name: String) -> ColumnType? {
        switch name {
        case "boolean": .bool
        case "integer": .int32
        case "long": .int64
        case "double": .float64
        case "string": .utf8
        case "binary": .binary
        case "date": .date32
        case "timestamp": .timestamp
        default: decimal(name)
        }
    }

    private static func decimal(_ name: String) -> ColumnType? {
        guard name.hasPrefix("decimal("), name.hasSuffix(")") else { return nil }
        let numbers = name.dropFirst(8).dropLast().split(separator: ",").map {
            Int($0.filter { $0 != " " })
        }
        guard numbers.count == 2, let precision = numbers[0], let scale = numbers[1],
            (1...38).contains(precision), (0...precision).contains(scale)
        else { return nil }
        return .decimal128(precision: precision, scale: scale)
    }
}
