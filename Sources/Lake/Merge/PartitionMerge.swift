import Columns

/// Merges the incoming rows of one partition with its files, and rewrites only files that hold one of the keys.
///
/// Files are passed over, cheapest test first: by the smallest and largest keys in the log, by a filter that the writer
/// remembers, by the Parquet file's own bloom filters, and by reading the key columns alone. A file whose rows come in
/// just as they are stored is left alone: rows that are read again (a lookback, a repeated attempt) cost no new version.
/// Memory is one row group of one file at a time beside the buffer.
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
        var unchanged = 0
    }

    /// A file with stored rows that are replaced.
    private struct Hit {
        var file: DataFile
        var reader: DataFileReader
        /// For each row group, the rows that stay; nil where all do.
        var kept: [[Int32]?]
        /// For each row group, the rows that go, with the places of the incoming ones.
        var matches: [[Match]] = []
    }

    /// A stored row and the incoming one of the same key.
    private struct Match {
        var row: Int32
        var place: Int32
    }

    /// What is known of the incoming keys so far.
    private struct Progress {
        /// Keys that are stored.
        var isMatched: [Bool]
        /// Keys whose stored row is the incoming one: in a file that is left alone, and once the others are written, in
        /// those too.
        var isSettled: [Bool]
    }

    nonisolated(nonsending) func run(
        partition: String?, files: [DataFile], cache: inout KeyFilterCache
    ) async throws -> Outcome {
        let none = [Bool](repeating: false, count: index.rows.count)
        var progress = Progress(isMatched: none, isSettled: none)
        var hits: [Hit] = []
        let keySchema = TableSchema(target.primaryKeys.compactMap { target.schema[$0] })
        let incoming = RowGather(schema: keySchema, tables: gather.tables).table(index.rows[...])
        let ranges = KeyRanges(incoming)
        for file in files where ranges.mayMeet(cache.bounds(of: file, keys: keySchema)) {
            if let filter = cache[file], !index.touches(filter) { continue }
            guard let hit = try await examine(file, incoming, &progress, &cache) else { continue }
            if try await isUnchanged(hit, progress) { settle(hit, &progress) } else { hits.append(hit) }
        }
        return try await write(hits, progress, partition: partition, cache: &cache)
    }

    nonisolated(nonsending) private func write(
        _ hits: [Hit], _ progress: Progress, partition: String?, cache: inout KeyFilterCache
    ) async throws -> Outcome {
        let rows = index.rows.indices.filter { !progress.isSettled[$0] }.map { index.rows[$0] }
        var progress = progress
        var outcome = Outcome()
        outcome.removed = hits.map(\.file)
        outcome.added = try await write(hits, rows, &progress, partition: partition)
        outcome.unchanged = progress.isSettled.count { $0 }
        outcome.inserted = progress.isMatched.count { !$0 }
        outcome.updated = index.rows.count - outcome.inserted - outcome.unchanged
        remember(outcome, hasSurvivors: !hits.isEmpty, in: &cache)
        return outcome
    }

    /// Reads the keys of a file, and tells which of its rows are replaced; nil when none is.
    nonisolated(nonsending) private func examine(
        _ file: DataFile, _ incoming: Table, _ progress: inout Progress, _ cache: inout KeyFilterCache
    ) async throws -> Hit? {
        let reader = try await DataFileReader.open(target.storage, table: target.table, file: file)
        var hit = Hit(file: file, reader: reader, kept: [])
        var filter = cache[file] == nil ? cache.makeFilter(keyCount: file.rowCount) : nil
        for group in 0..<reader.rowGroupCount {
            guard try await mayMeet(reader, group, incoming) else {
                hit.kept.append(nil)
                hit.matches.append([])
                filter = nil
                continue
            }
            let table = try await reader.read(group, schema: incoming.schema)
            let keys = EncodedKeys(table.columns, rowCount: table.rowCount)
            let (kept, matches) = divide(keys, &progress)
            hit.kept.append(kept)
            hit.matches.append(matches)
            for hash in keys.hashes { filter?.insert(hash) }
        }
        guard hit.kept.contains(where: { $0 != nil }) else {
            if let filter { cache.remember(filter, for: file) }
            return nil
        }
        return hit
    }

    /// Whether a row group may hold one of the keys. With many keys one of them passes by chance, and reading the stored
    /// ones is cheaper than asking.
    nonisolated(nonsending) private func mayMeet(
        _ reader: DataFileReader, _ group: Int, _ incoming: Table
    ) async throws -> Bool {
        guard incoming.rowCount * 8 < reader.rowCount(ofRowGroup: group) else { return true }
        return try await reader.mayHold(incoming, rowGroup: group)
    }

    /// The rows of a row group whose keys do not come in (nil where that is all of them), and the others.
    private func divide(_ keys: EncodedKeys, _ progress: inout Progress) -> ([Int32]?, [Match]) {
        var kept: [Int32]?
        var matches: [Match] = []
        for row in 0..<keys.count {
            if let place = index.place(of: keys, row) {
                progress.isMatched[place] = true
                matches.append(Match(row: Int32(row), place: Int32(place)))
                if kept == nil {
                    kept = Array(0..<Int32(row))
                    kept?.reserveCapacity(keys.count)
                }
            } else {
                kept?.append(Int32(row))
            }
        }
        return (kept, matches)
    }

    // MARK: Rows that are stored already

    /// Whether all rows of the file that come in are stored just so. Reads column by column, times first: a row that was
    /// updated mostly tells by one of them, and the rest is not read.
    nonisolated(nonsending) private func isUnchanged(_ hit: Hit, _ progress: Progress) async throws -> Bool {
        // Of a key that is stored twice, one row has to go.
        var seen = progress.isSettled
        for match in hit.matches.joined() {
            if seen[Int(match.place)] { return false }
            seen[Int(match.place)] = true
        }
        for field in comparedFields {
            for (group, matches) in hit.matches.enumerated() where !matches.isEmpty {
                let stored = try await hit.reader.read(group, schema: TableSchema([field])).columns[0]
                guard matches.allSatisfy({ equals(stored, $0, field.name) }) else { return false }
            }
        }
        return true
    }

    /// The columns beside the key, times first.
    private var comparedFields: [Field] {
        let fields = target.schema.fields.filter { !target.primaryKeys.contains($0.name) }
        let isTime = { (field: Field) in field.type == .timestamp || field.type == .date32 }
        return fields.filter(isTime) + fields.filter { !isTime($0) }
    }

    private func equals(_ stored: Column, _ match: Match, _ name: String) -> Bool {
        let reference = index.rows[Int(match.place)]
        let incoming = gather.tables[Int(reference.table)].column(name)
        return stored.equals(Int(match.row), incoming, Int(reference.row))
    }

    private func settle(_ hit: Hit, _ progress: inout Progress) {
        for match in hit.matches.joined() { progress.isSettled[Int(match.place)] = true }
    }

    // MARK: Writing

    /// Writes what stays of the files, and the incoming rows behind it.
    nonisolated(nonsending) private func write(
        _ hits: [Hit], _ rows: [RowReference], _ progress: inout Progress, partition: String?
    ) async throws -> [DataFile] {
        let writer = PartitionFileWriter(target, partition: partition)
        do {
            for hit in hits { try await copyKept(hit, to: writer, &progress) }
            try await write(rows, to: writer)
            return try await writer.finish()
        } catch {
            await writer.abandon()
            throw error
        }
    }

    /// Copies the rows that stay, and notes which of the others are stored just as they come in.
    nonisolated(nonsending) private func copyKept(
        _ hit: Hit, to writer: PartitionFileWriter, _ progress: inout Progress
    ) async throws {
        let compared = comparedFields
        for (group, kept) in hit.kept.enumerated() {
            let table = try await hit.reader.read(group, schema: target.schema)
            let columns = compared.map { (name: $0.name, stored: table.column($0.name)) }
            for match in hit.matches[group] {
                guard columns.allSatisfy({ name, stored in stored.map { equals($0, match, name) } ?? true }) else {
                    continue
                }
                progress.isSettled[Int(match.place)] = true
            }
            if kept?.isEmpty != true { try await writer.write(kept.map { table.take($0) } ?? table) }
        }
    }

    nonisolated(nonsending) private func write(_ rows: [RowReference], to writer: PartitionFileWriter) async throws {
        for start in stride(from: 0, to: rows.count, by: pieceRows) {
            try await writer.write(gather.table(rows[start..<min(rows.count, start + pieceRows)]))
        }
    }

    /// Remembers the keys of files that hold nothing but the incoming rows.
    private func remember(_ outcome: Outcome, hasSurvivors: Bool, in cache: inout KeyFilterCache) {
        guard !hasSurvivors, var filter = cache.makeFilter(keyCount: index.rows.count) else { return }
        index.fill(&filter)
        for file in outcome.added { cache.remember(filter, for: file) }
    }
}

extension Column {
    /// Whether the value at `row` is the one at `other` of a column of the same type; one that is nil is null throughout.
    fileprivate func equals(_ row: Int, _ column: Column?, _ other: Int) -> Bool {
        guard let column, !column.isNull(other) else { return isNull(row) }
        guard !isNull(row) else { return false }
        switch (values, column.values) {
        case (.bool(let left), .bool(let right)): return left[row] == right[other]
        case (.int32(let left), .int32(let right)): return left[row] == right[other]
        case (.int64(let left), .int64(let right)): return left[row] == right[other]
        case (.float64(let left), .float64(let right)): return left[row].bitPattern == right[other].bitPattern
        case (.decimal128(let left), .decimal128(let right)): return left[row] == right[other]
        case (.bytes(let left), .bytes(let right)):
            return left.data[left.range(row)].elementsEqual(right.data[right.range(other)])
        default: return false
        }
    }
}
