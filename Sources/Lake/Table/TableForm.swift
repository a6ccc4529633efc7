import Columns

/// The form of the table after a commit: stored columns and those that come in, layout, keys and properties.
struct TableForm: Hashable, Sendable {
    private(set) var schema: TableSchema
    let partitioning: Partitioning?
    let primaryKeys: [String]
    let properties: TableProperties
    /// How messages name the table.
    private let path: String

    /// Joins what the plan wants with what the table has; the stored layout wins over the planned one.
    init(plan: WritePlan, state: TableState?, table: LakeTable) throws {
        path = "\(table.storage.location)/\(table.folder)"
        if let state {
            try TableShape.checkWriter(state, path: path)
            let shape = try TableShape(state, path: path)
            guard !shape.isPartitioned || shape.partitioning != nil else { throw Self.foreignLayout(path) }
            // Upstream columns may always hold nulls, whatever another engine has declared.
            schema = TableSchema(shape.schema.fields.map { Field($0.name, $0.type) })
            partitioning = shape.partitioning
            properties = shape.properties
            primaryKeys = plan.primaryKeys.isEmpty ? shape.properties.primaryKeys : plan.primaryKeys
        } else {
            schema = TableSchema()
            partitioning = plan.partitioning
            properties = TableProperties()
            primaryKeys = plan.primaryKeys
        }
        try add(plan.schema)
        guard plan.mode == .append || !primaryKeys.isEmpty else { throw Self.missingKeys(path) }
    }

    /// The form with the columns of incoming tables.
    func adding(_ schemas: [TableSchema]) throws -> TableForm {
        var form = self
        for schema in schemas { try form.add(schema) }
        return form
    }

    /// Properties with those of a commit, and with what the table must remember of its form.
    func properties(with own: [String: String]) -> TableProperties {
        var result = properties
        result.merge(own)
        result.primaryKeys = primaryKeys
        result.partitioning = partitioning
        return result
    }

    private mutating func add(_ incoming: TableSchema) throws {
        // The usual case, once for each batch.
        if incoming.fields.allSatisfy({ schema[$0.name]?.type == $0.type }) { return }
        for field in incoming.fields {
            guard field.name != LakePath.partitionColumn, !field.name.isEmpty else { throw reserved(field.name) }
            if let stored = schema[field.name] {
                guard stored.type == field.type else { throw mismatch(field, stored) }
            } else {
                // Rows that were there before, or come later, may lack it.
                schema.append(Field(field.name, field.type, isNullable: true))
            }
        }
    }

    private func mismatch(_ field: Field, _ stored: Field) -> LakeError {
        LakeError(
            .schemaMismatch, "Adding rows to a table", path: path,
            problem: "the column \(field.name) comes as \(field.type), and the table has it as \(stored.type)",
            advice: "Convert it to the stored type, or reset the table with a full refresh.")
    }

    private func reserved(_ name: String) -> LakeError {
        LakeError(
            .schemaMismatch, "Adding rows to a table", path: path,
            problem: "a column is called \(name.isEmpty ? "nothing" : name), which is the name of the partition column",
            advice: "Give the column another name.")
    }

    private static func missingKeys(_ path: String) -> LakeError {
        LakeError(
            .misuse, "Opening a table for merging", path: path, problem: "no primary key is known",
            advice: "Name the columns that identify a row, or append.")
    }

    private static func foreignLayout(_ path: String) -> LakeError {
        LakeError(
            .unsupported, "Opening a table for writing", path: path,
            problem: "it is partitioned by \(LakePath.partitionColumn), but its properties do not say how",
            advice: "Another program made or changed it; sync into another folder, or reset the table.")
    }
}
