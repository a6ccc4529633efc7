import Columns

/// What the log says about the form of a table's rows, checked against what this version can read and write.
struct TableShape: Sendable {
    let schema: TableSchema
    let isPartitioned: Bool
    let properties: TableProperties

    var partitioning: Partitioning? { isPartitioned ? properties.partitioning : nil }

    /// Reads the form of a table; `path` names it in errors.
    init(_ state: TableState, path: String) throws {
        guard let metadata = state.metadata else { preconditionFailure("TableShape.init: a state without metadata") }
        try Self.checkReader(state.protocolVersion, metadata, path: path)
        guard metadata.partitionColumns.isEmpty || metadata.partitionColumns == [LakePath.partitionColumn] else {
            throw Self.unsupported(
                "it is partitioned by \(metadata.partitionColumns.joined(separator: ", "))", path: path)
        }
        schema = try state.schema ?? DeltaSchema.parse(metadata.schemaString, path: path)
        isPartitioned = !metadata.partitionColumns.isEmpty
        properties = TableProperties(metadata.configuration)
    }

    /// Reader version 1 is plain Parquet files. Versions above it are fine where they only announce what is not used.
    private static func checkReader(_ version: TableProtocol, _ metadata: TableMetadata, path: String) throws {
        let mapping = metadata.configuration["delta.columnMapping.mode"] ?? "none"
        guard mapping == "none" else { throw unsupported("it maps column names (\(mapping))", path: path) }
        guard version.minReaderVersion <= 3 else {
            throw unsupported("it asks for reader version \(version.minReaderVersion)", path: path)
        }
        let harmless: Set<String> = ["columnMapping", "vacuumProtocolCheck"]
        let needed = (version.readerFeatures ?? []).filter { !harmless.contains($0) }
        guard version.minReaderVersion < 3 || needed.isEmpty else {
            throw unsupported("it uses \(needed.joined(separator: ", "))", path: path)
        }
    }

    /// Writer version 2 keeps invariants and append-only tables; both are refused, since no table of ours has them.
    static func checkWriter(_ state: TableState, path: String) throws {
        let version = state.protocolVersion
        let harmless: Set<String> = ["appendOnly", "invariants", "vacuumProtocolCheck"]
        let needed = (version.writerFeatures ?? []).filter { !harmless.contains($0) }
        let isKnown = version.minWriterVersion <= 2 || (version.minWriterVersion == 7 && needed.isEmpty)
        guard isKnown else {
            let what = needed.isEmpty ? "writer version \(version.minWriterVersion)" : needed.joined(separator: ", ")
            throw unsupported("writing to it needs \(what)", path: path)
        }
        guard state.metadata?.configuration["delta.appendOnly"]?.lowercased() != "true" else {
            throw unsupported("it is append-only (delta.appendOnly)", path: path)
        }
        guard state.metadata?.schemaString.containsASCII("delta.invariants") != true else {
            throw unsupported("its columns have invariants", path: path)
        }
    }

    private static func unsupported(_ problem: String, path: String) -> LakeError {
        LakeError(
            .unsupported, "Opening a table", path: path, problem: "\(problem), which is not supported",
            advice: "Turn it off in the engine that turned it on, or sync into another folder.")
    }
}
