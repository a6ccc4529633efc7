import Columns

/// The schema of a table as the log spells it (Delta protocol, "Schema Serialization Format").
enum DeltaSchema {
    /// The text for `schema`, with the partition column at its end where the table has one.
    static func text(_ schema: TableSchema, isPartitioned: Bool) -> String {
        var members = schema.fields.map { member($0.name, name(of: $0.type), isNullable: $0.isNullable) }
        if isPartitioned { members.append(member(LakePath.partitionColumn, "string", isNullable: true)) }
        return JSONValue.object(JSONObject([("fields", .array(members)), ("type", "struct")])).text
    }

    private static func member(_ name: String, _ type: String, isNullable: Bool) -> JSONValue {
        .object(
            JSONObject([
                ("metadata", .object(JSONObject())), ("name", .string(name)), ("nullable", .bool(isNullable)),
                ("type", .string(type)),
            ]))
    }

    /// The columns that `text` names, without the partition column. `path` names the table in errors.
    static func parse(_ text: String, path: String) throws -> TableSchema {
        guard let members = (try? JSONValue(parsing: text))?["fields"]?.array else { throw damaged(path) }
        var schema = TableSchema()
        for member in members where member["name"]?.string != LakePath.partitionColumn {
            guard let name = member["name"]?.string, let isNullable = member["nullable"]?.bool,
                let type = member["type"]
            else { throw damaged(path) }
            guard schema.index(of: name) == nil else { continue }
            schema.append(Field(name, try columnType(type, of: name, path: path), isNullable: isNullable))
        }
        return schema
    }

    private static func damaged(_ path: String) -> LakeError {
        LakeError(
            .corrupt, "Reading the schema of a table", path: path, problem: "schemaString is not a schema",
            advice: "Restore the log from a backup, or reset the table and sync it again.")
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

    /// A primitive type, or anything nested.
    private static func columnType(_ type: JSONValue, of column: String, path: String) throws -> ColumnType {
        guard let name = type.string, let known = columnType(name) else {
            throw LakeError(
                .unsupported, "Reading the schema of a table", path: path,
                problem: "the column \(column) is of the type \(type.string ?? "a nested type")",
                advice: "Another engine added it; drop the column there, or reset the table and sync it again.")
        }
        return known
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
