import Columns

/// Merges the incoming rows of one partition with its files, and rewrites only files that hold one of the keys.
///
/// Files are passed over, cheapest test first: by the smallest and largest keys in the log, by a filter that the writer
/// remembers, and by reading the key columns alone. Memory is one row group of one file at a time beside the buffer.
struct PartitionMerge {
    let target: DataFileTarget
    let gather: RowGather
    let index: KeyIndex
    /// Rows are copied to the file writer in pieces of this many.
    let pieceRows: Int

    /// What became of the partition.
    struct Outcome {
        var added: [DataFile] = []
        var removed: [DataFile] = []
        var updated = 0
        var inserted = 0
    }

    /// A file with stored rows that are replaced.
    private struct Hit {
        var file: DataFile
        var reader: DataFileReader
        /// For each row group, the rows that stay; nil where all do.
        var kept: [[Int32]?]
    }

    nonisolated(nonsending) func run(
        partition: String?, files: [DataFile], cache: inout KeyFilterCache
    ) async throws -> Outcome {
        var isMatched = [Bool](repeating: false, count: index.rows.count)
        var hits: [Hit] = []
        let keySchema = TableSchema(target.primaryKeys.compactMap { target.schema[$0] })
        let ranges = KeyRanges(RowGather(schema: keySchema, tables: gather.tables).table(index.rows[...]))
        for file in files where ranges.mayMeet(cache.bounds(of: file, keys: keySchema)) {
            if let filter = cache[file], !index.touches(filter) { continue }
            if let hit = try await examine(file, keySchema, &isMatched, &cache) { hits.append(hit) }
        }
        var outcome = Outcome()
        outcome.updated = isMatched.count { $0 }
        outcome.inserted = index.rows.count - outcome.updated
        outcome.removed = hits.map(\.file)
        outcome.added = try await write(hits, partition: partition)
        remember(outcome, hasSurvivors: !hits.isEmpty, in: &cache)
        return outcome
    }

    /// Reads the keys of a file, and tells which of its rows are replaced; nil when none is.
    nonisolated(nonsending) private func examine(
        _ file: DataFile, _ keySchema: TableSchema, _ isMatched: inout [Bool], _ cache: inout KeyFilterCache
    ) async throws -> Hit? {
        let reader = try await DataFileReader.open(target.storage, table: target.table, file: file)
        var hit = Hit(file: file, reader: reader, kept: [])
        var filter = cache[file] == nil ? cache.makeFilter(keyCount: file.rowCount) : nil
        for group in 0..<reader.rowGroupCount {
            let table = try await reader.read(group, schema: keySchema)
            let keys = EncodedKeys(table.columns, rowCount: table.rowCount)
            hit.kept.append(keptRows(keys, &isMatched))
            for hash in keys.hashes { filter?.insert(hash) }
        }
        guard hit.kept.contains(where: { $0 != nil }) else {
            if let filter { cache.remember(filter, for: file) }
            return nil
        }
        return hit
    }

    /// The rows of a row group whose keys do not come in; nil where that is all of them.
    private func keptRows(_ keys: EncodedKeys, _ isMatched: inout [Bool]) -> [Int32]? {
        var kept: [Int32]?
        for row in 0..<keys.count {
            if let place = index.place(of: keys, row) {
                isMatched[place] = true
                if kept == nil {
                    kept = Array(0..<Int32(row))
                    kept?.reserveCapacity(keys.count)
                }
            } else {
                kept?.append(Int32(row))
            }
        }
        return kept
    }

    /// Writes what stays of the files, and the incoming rows behind it.
    nonisolated(nonsending) private func write(_ hits: [Hit], partition: String?) async throws -> [DataFile] {
        let writer = PartitionFileWriter(target, partition: partition)
        do {
            for hit in hits { try await copyKept(hit, to: writer) }
            try await writeRows(to: writer)
            return try await writer.finish()
        } catch {
            await writer.abandon()
            throw error
        }
    }

    nonisolated(nonsending) private func copyKept(_ hit: Hit, to writer: PartitionFileWriter) async throws {
        for (group, kept) in hit.kept.enumerated() where kept?.isEmpty != true {
            let table = try await hit.reader.read(group, schema: target.schema)
            try await writer.write(kept.map { table.take($0) } ?? table)
        }
    }

    nonisolated(nonsending) private func writeRows(to writer: PartitionFileWriter) async throws {
        var next = 0
        while next < index.rows.count {
            let end = min(index.rows.count, next + pieceRows)
            try await writer.write(gather.table(index.rows[next..<end]))
            next = end
        }
    }

    /// Remembers the keys of files that hold nothing but the incoming rows.
    private func remember(_ outcome: Outcome, hasSurvivors: Bool, in cache: inout KeyFilterCache) {
        guard !hasSurvivors, var filter = cache.makeFilter(keyCount: index.rows.count) else { return }
        index.fill(&filter)
        for file in outcome.added { cache.remember(filter, for: file) }
    }
}
