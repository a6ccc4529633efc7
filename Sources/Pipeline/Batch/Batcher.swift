import Columns
import Tributary

/// Makes batches of the items of a source: at most so many rows and so many bytes each, whichever is first.
///
/// Rows, lists of rows and JSON pages gather in one builder, in the order of their coming; a page with more rows than a
/// batch may have is split. Tables pass through, split where they are too large; what has gathered goes before them. A
/// resume token stays with the batch that holds the last row of its item, so that it cannot run ahead of a row.
struct Batcher {
    private let builder: TableBuilder
    private let maximumRows: Int
    private let maximumBytes: Int
    /// The newest token among the rows that wait in the builder.
    private var position: Batch.Position?
    private var bytesRead = 0

    init(maximumRows: Int, maximumBytes: Int, hints: [String: ColumnType], primaryKeys: [String]) {
        var options = TableBuilder.Options()
        options.maximumRows = max(1, maximumRows)
        options.maximumBytes = max(1, maximumBytes)
        options.hints = hints
        // A cursor that no row has must be seen to lack, whatever its type would be; what lacks for good is added later.
        options.addsHinted = false
        options.primaryKeys = primaryKeys
        self.maximumRows = options.maximumRows
        self.maximumBytes = options.maximumBytes
        builder = TableBuilder(options)
    }

    /// Rows that wait for a batch to fill.
    var waitingRows: Int { builder.rowCount }

    /// Takes an item with the position behind it, and gives the batches that are full.
    ///
    /// - Throws: `SourceError` of kind `unexpectedAnswer` for a page that is not JSON or has no rows where they should
    ///   be. The item is then taken not at all.
    mutating func take(_ item: Item?, resume: ResumeToken?) throws -> [Batch] {
        switch item {
        case nil: return takePosition(resume)
        case .table(let table): return flush() + split(table, resume)
        case .row(let row): try gather(rows: [row])
        case .rows(let rows): try gather(rows: rows)
        case .json(let page): try gather(page)
        }
        return cut(resume)
    }

    /// All that waits, as a last and smaller batch.
    mutating func flush() -> [Batch] {
        guard let table = builder.takeTable() else { return [] }
        defer { (position, bytesRead) = (nil, 0) }
        return [Batch(table: table, position: position, bytesRead: bytesRead)]
    }

    private mutating func takePosition(_ token: ResumeToken?) -> [Batch] {
        guard let token else { return [] }
        let place = Batch.Position(token: token, rows: builder.rowCount)
        guard place.rows > 0 else { return [Batch(position: place)] }
        position = place
        return []
    }

    private mutating func gather(rows: [Row]) throws {
        let before = builder.byteCount
        try describing { for row in rows { try builder.append(row) } }
        bytesRead += max(0, builder.byteCount - before)
    }

    private mutating func gather(_ item: JSONItem) throws {
        try describing {
            try builder.append(page: item.page, rows: item.rows, constants: item.constants, lifting: item.lifting)
        }
        bytesRead += item.page.count
    }

    /// Takes full tables out of the builder. The token that waited belongs to the first of them; the new one to where
    /// its item ended.
    private mutating func cut(_ token: ResumeToken?) -> [Batch] {
        var batches = builder.takeFullTables().map { Batch(table: $0) }
        if !batches.isEmpty {
            batches[0].position = position
            batches[0].bytesRead = bytesRead
            (position, bytesRead) = (nil, 0)
        }
        guard let token else { return batches }
        let rest = builder.rowCount
        if rest == 0, let last = batches.indices.last {
            batches[last].position = Batch.Position(token: token, rows: batches[last].rowCount)
        } else if rest == 0 {
            batches.append(Batch(position: Batch.Position(token: token, rows: 0)))
        } else {
            position = Batch.Position(token: token, rows: rest)
        }
        return batches
    }

    private func split(_ table: Table, _ token: ResumeToken?) -> [Batch] {
        var batches: [Batch] = []
        let step = rowsPerBatch(table)
        var start = 0
        while start < table.rowCount {
            let end = min(start + step, table.rowCount)
            let part = table.slice(start..<end)
            batches.append(Batch(table: part, bytesRead: part.byteCount))
            start = end
        }
        guard let token else { return batches }
        if batches.isEmpty { batches.append(Batch()) }
        let last = batches.count - 1
        batches[last].position = Batch.Position(token: token, rows: batches[last].rowCount)
        return batches
    }

    /// As many rows as fit both limits when all are of average size; at least one.
    private func rowsPerBatch(_ table: Table) -> Int {
        let average = max(1, table.byteCount / max(1, table.rowCount))
        return max(1, min(maximumRows, maximumBytes / average))
    }

    private func describing(_ body: () throws -> Void) throws {
        do {
            try body()
        } catch let error as JSONError {
            throw SourceError(.unexpectedAnswer, "Reading a page of rows: \(error)")
        } catch let error as TableBuildError {
            throw SourceError(.unexpectedAnswer, "\(error)")
        }
    }
}
