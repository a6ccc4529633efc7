import Columns

/// Reads one data file of a table, in the columns that the table has now.
struct DataFileReader: Sendable {
    private let reader: ParquetReader
    private let partition: String?
    private let path: String

    static func open(_ storage: any LakeStorage, table: String, file: DataFile) async throws -> DataFileReader {
        let path = "\(table)/\(file.path)"
        let shown = "\(storage.location)/\(path)"
        return try await explaining(shown) {
            let source = try await storage.open(path)
            return DataFileReader(
                reader: try await ParquetReader(source: source), partition: file.partition, path: shown)
        }
    }

    var rowCount: Int { reader.rowCount }
    var rowGroupCount: Int { reader.rowGroupCount }

    func rowCount(ofRowGroup index: Int) -> Int { reader.rowCount(ofRowGroup: index) }

    /// The rows of a row group in the columns of `schema`. A column that the file lacks is null: it was added later.
    func read(_ index: Int, schema: TableSchema) async throws -> Table {
        let names = schema.names.filter { reader.schema.index(of: $0) != nil && $0 != LakePath.partitionColumn }
        let stored = try await Self.explaining(path) { try await reader.readRowGroup(index, columns: names) }
        let rowCount = reader.rowCount(ofRowGroup: index)
        let columns = try schema.fields.map { field in
            try column(field, in: stored, rowCount: rowCount)
        }
        return Table(schema: schema, columns: columns, rowCount: rowCount)
    }

    /// Whether a row group may hold one of the rows of `keys`, by the bloom filters of its columns.
    ///
    /// Only our own filters are asked, and only for types of which equal values have equal bytes in every file.
    func mayHold(_ keys: Table, rowGroup index: Int) async throws -> Bool {
        guard reader.createdBy?.hasPrefix("tributary ") == true else { return true }
        var filters: [(column: Column, filter: ColumnFilter)] = []
        for (field, column) in zip(keys.schema.fields, keys.columns) where field.type.isFiltered {
            guard reader.schema[field.name]?.type == field.type else { continue }
            let filter = try await Self.explaining(path) {
                try await reader.filter(ofColumn: field.name, rowGroup: index)
            }
            if let filter { filters.append((column, filter)) }
        }
        return (0..<keys.rowCount).contains { row in
            filters.allSatisfy { $0.filter.mightContain($0.column[row]) }
        }
    }

    private func column(_ field: Field, in stored: Table, rowCount: Int) throws -> Column {
        if field.name == LakePath.partitionColumn { return partitionColumn(rowCount: rowCount) }
        guard let column = stored.column(field.name) else {
            if let reason = reader.unreadableColumns[field.name] {
                throw unreadable(field.name, reason)
            }
            return .nulls(type: field.type, count: rowCount)
        }
        guard column.type == field.type else {
            throw unreadable(field.name, "it is stored as \(column.type), and the table has it as \(field.type)")
        }
        return column
    }

    private func partitionColumn(rowCount: Int) -> Column {
        guard let partition else { return .nulls(type: .utf8, count: rowCount) }
        var builder = ColumnBuilder(.utf8)
        for _ in 0..<rowCount { builder.append(string: partition) }
        return builder.finish()
    }

    private func unreadable(_ column: String, _ reason: String) -> LakeError {
        LakeError(
            .unsupported, "Reading the column \(column)", path: path, problem: reason,
            advice: "Another engine wrote the file; rewrite it there with the table's types, or reset the table.")
    }

    /// Runs `body` and says of a ``ParquetError`` which file it is, and what to do.
    private static func explaining<Result>(
        _ path: String, _ body: () async throws -> Result
    ) async throws -> Result {
        do {
            return try await body()
        } catch let error as ParquetError {
            throw LakeError(error, path: path)
        }
    }
}

extension ColumnType {
    /// Whether key columns of this type get a bloom filter. Numbers that are equal in two spellings (−0.0) do not.
    var isFiltered: Bool {
        switch self {
        case .utf8, .int32, .int64, .date32, .timestamp: true
        default: false
        }
    }
}

extension LakeError {
    /// A ``ParquetError`` of a file of the lake, with what to do about it.
    init(_ error: ParquetError, path: String) {
        let place = error.column.map { " (column \($0))" } ?? ""
        let kind: Kind =
            switch error.kind {
            case .unsupported: .unsupported
            case .io: .io
            case .misuse: .misuse
            default: .corrupt
            }
        self.init(
            kind, "Working on a Parquet file", path: path, problem: error.message + place,
            advice: kind == .unsupported
                ? "Rewrite the file with an engine that reads it, or reset the table and sync it again."
                : "Restore the file from a backup, or reset the table and sync it again.")
    }
}
