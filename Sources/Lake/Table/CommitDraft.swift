import Columns

/// The files of a commit that is not made yet: written, and seen by nobody.
struct CommitDraft: Sendable {
    private(set) var added: [DataFile] = []
    private(set) var removed: [DataFile] = []
    private(set) var inserted = 0
    private(set) var updated = 0
    private(set) var unchanged = 0
    /// What the rows were merged against: for each touched partition, the paths of its files. Empty when appending.
    private var merged: [String?: Set<String>] = [:]
    private let form: TableForm

    private init(form: TableForm) { self.form = form }

    /// Whether the table's files stay as they are.
    var changesNothing: Bool { added.isEmpty && removed.isEmpty }

    /// Writes the files for the waiting rows.
    nonisolated(nonsending) static func prepare(
        _ rows: RowBuffer, _ form: TableForm, _ state: TableState?, _ target: DataFileTarget,
        cache: inout KeyFilterCache
    ) async throws -> CommitDraft {
        var draft = CommitDraft(form: form)
        do {
            let gather = RowGather(schema: form.schema, tables: rows.tables)
            let files = rows.keyColumns.isEmpty ? [:] : Dictionary(grouping: state?.sortedFiles ?? [], by: \.partition)
            for partition in rows.partitionNames {
                guard let references = rows.partitions[partition] else { continue }
                if rows.keyColumns.isEmpty {
                    try await draft.append(references, partition, gather, target, rows)
                } else {
                    let merge = PartitionMerge(
                        target: target, gather: gather, index: KeyIndex(references, keys: rows.keys),
                        pieceRows: pieceRows(rows, target.options))
                    let outcome = try await merge.run(
                        partition: partition, files: files[partition] ?? [], cache: &cache)
                    draft.add(outcome)
                    draft.merged[partition] = Set((files[partition] ?? []).map(\.path))
                }
            }
            return draft
        } catch {
            await draft.delete(from: target.storage, table: target.table)
            throw error
        }
    }

    /// Whether the files are still right for a table that others have changed meanwhile.
    func isValid(for state: TableState?, _ form: TableForm) -> Bool {
        guard form.partitioning == self.form.partitioning, form.primaryKeys == self.form.primaryKeys else {
            return false
        }
        guard !merged.isEmpty else { return true }
        var now: [String?: Set<String>] = [:]
        for file in state?.files.values.map({ $0 }) ?? [] where merged[file.partition] != nil {
            now[file.partition, default: []].insert(file.path)
        }
        return merged.allSatisfy { partition, paths in now[partition, default: []] == paths }
    }

    /// Deletes the files, which no commit names.
    func abandon(in table: LakeTable) async { await delete(from: table.storage, table: table.folder) }

    func fill(_ report: inout CommitReport) {
        report.rowsInserted = inserted
        report.rowsUpdated = updated
        report.rowsUnchanged = unchanged
        report.filesAdded = added.count
        report.filesRemoved = removed.count
        report.bytesWritten = added.reduce(0) { $0 + $1.byteCount }
        report.partitionsTouched = Set(added.compactMap(\.partition))
    }

    private nonisolated(nonsending) mutating func append(
        _ references: [RowReference], _ partition: String?, _ gather: RowGather, _ target: DataFileTarget,
        _ rows: RowBuffer
    ) async throws {
        let writer = PartitionFileWriter(target, partition: partition)
        let piece = Self.pieceRows(rows, target.options)
        do {
            for start in stride(from: 0, to: references.count, by: piece) {
                let end = min(references.count, start + piece)
                try await writer.write(gather.table(references[start..<end]))
            }
            added += try await writer.finish()
            inserted += references.count
        } catch {
            await writer.abandon()
            throw error
        }
    }

    private mutating func add(_ outcome: PartitionMerge.Outcome) {
        added += outcome.added
        removed += outcome.removed
        inserted += outcome.inserted
        updated += outcome.updated
        unchanged += outcome.unchanged
    }

    private func delete(from storage: any LakeStorage, table: String) async {
        // What cannot be deleted stays as an orphan, and a vacuum takes it.
        for file in added { try? await storage.delete("\(table)/\(file.path)") }
    }

    /// Rows of about half a row group, by the average size of the waiting ones.
    private static func pieceRows(_ rows: RowBuffer, _ options: LakeOptions) -> Int {
        let perRow = max(1, rows.byteCount / max(1, rows.rowCount))
        return max(1, min(options.rowGroupRows, options.rowGroupBytes / 2 / perRow))
    }
}
