import Columns

/// Copies chosen rows of several tables into one, once: from where they lie to where the file writer takes them.
struct RowGather {
    /// The columns of the result. A table that lacks one gives nulls.
    let schema: TableSchema
    let tables: [Table]
    /// For each table, where the columns of ``schema`` lie in it.
    private let places: [[Int?]]

    init(schema: TableSchema, tables: [Table]) {
        self.schema = schema
        self.tables = tables
        places = tables.map { table in schema.names.map { table.schema.index(of: $0) } }
    }

    /// The rows called for, in that order.
    func table(_ rows: ArraySlice<RowReference>) -> Table {
        let columns = schema.fields.indices.map { column($0, rows) }
        return Table(schema: schema, columns: columns, rowCount: rows.count)
    }

    private func column(_ index: Int, _ rows: ArraySlice<RowReference>) -> Column {
        let type = schema.fields[index].type
        let sources = places.enumerated().map { table, places in places[index].map { tables[table].columns[$0] } }
        return Column(type: type, validity: validity(sources, rows), values: values(type, sources, rows))
    }

    private func values(_ type: ColumnType, _ sources: [Column?], _ rows: ArraySlice<RowReference>) -> Column.Values {
        switch type {
        case .bool: .bool(bits(sources, rows))
        case .int32, .date32:
            .int32(fixed(sources, rows, zero: 0) { if case .int32(let array) = $0 { array } else { nil } })
        case .int64, .timestamp:
            .int64(fixed(sources, rows, zero: 0) { if case .int64(let array) = $0 { array } else { nil } })
        case .float64:
            .float64(fixed(sources, rows, zero: 0) { if case .float64(let array) = $0 { array } else { nil } })
        case .decimal128:
            .decimal128(fixed(sources, rows, zero: 0) { if case .decimal128(let array) = $0 { array } else { nil } })
        case .utf8, .binary: .bytes(strings(sources, rows))
        }
    }

    /// Calls `body` for each run of rows that come from the same table.
    private func runs(
        _ rows: ArraySlice<RowReference>, _ body: (Int, UnsafeBufferPointer<RowReference>) -> Void
    ) {
        rows.withUnsafeBufferPointer { rows in
            var start = 0
            while start < rows.count {
                let table = rows[start].table
                var end = start + 1
                while end < rows.count, rows[end].table == table { end += 1 }
                body(Int(table), UnsafeBufferPointer(rebasing: rows[start..<end]))
                start = end
            }
        }
    }

    // The rows of a partition lie scattered over all tables, so nearly each value is a cache miss. The loops below do
    // nothing but load and store, so that many misses are under way at once. Rows lie within their tables: the buffer
    // made the references from the tables themselves.

    private func fixed<Element>(
        _ sources: [Column?], _ rows: ArraySlice<RowReference>, zero: Element, _ array: (Column.Values) -> [Element]?
    ) -> [Element] {
        [Element](unsafeUninitializedCapacity: rows.count) { target, count in
            runs(rows) { table, run in
                let part = UnsafeMutableBufferPointer(rebasing: target[count..<count + run.count])
                count += run.count
                guard let source = sources[table].flatMap({ array($0.values) }) else {
                    return part.initialize(repeating: zero)
                }
                source.withUnsafeBufferPointer { source in
                    for index in run.indices { part.initializeElement(at: index, to: source[Int(run[index].row)]) }
                }
            }
        }
    }

    private func bits(_ sources: [Column?], _ rows: ArraySlice<RowReference>) -> Bitmap {
        var result = Bitmap()
        result.reserveCapacity(rows.count)
        runs(rows) { table, run in
            if case .bool(let source)? = sources[table]?.values {
                for reference in run { result.append(source[Int(reference.row)]) }
            } else {
                result.append(repeating: false, count: run.count)
            }
        }
        return result
    }

    private func validity(_ sources: [Column?], _ rows: ArraySlice<RowReference>) -> Bitmap? {
        guard sources.contains(where: { $0 == nil || $0?.validity != nil }) else { return nil }
        var result = Bitmap()
        result.reserveCapacity(rows.count)
        var hasNull = false
        runs(rows) { table, run in
            guard let source = sources[table] else {
                result.append(repeating: false, count: run.count)
                hasNull = true
                return
            }
            guard let present = source.validity else { return result.append(repeating: true, count: run.count) }
            for reference in run {
                let isPresent = present[Int(reference.row)]
                result.append(isPresent)
                hasNull = hasNull || !isPresent
            }
        }
        return hasNull ? result : nil
    }

    private func strings(_ sources: [Column?], _ rows: ArraySlice<RowReference>) -> Column.ByteStrings {
        var total: Int32 = 0
        let offsets = [Int32](unsafeUninitializedCapacity: rows.count + 1) { target, count in
            target.initializeElement(at: 0, to: 0)
            count = 1
            runs(rows) { table, run in
                let part = UnsafeMutableBufferPointer(rebasing: target[count..<count + run.count])
                count += run.count
                guard case .bytes(let source)? = sources[table]?.values else {
                    return part.initialize(repeating: total)
                }
                source.offsets.withUnsafeBufferPointer { offsets in
                    for index in run.indices {
                        let row = Int(run[index].row)
                        total += offsets[row + 1] - offsets[row]
                        part.initializeElement(at: index, to: total)
                    }
                }
            }
        }
        return Column.ByteStrings(offsets: offsets, data: data(sources, rows, count: Int(total)))
    }

    private func data(_ sources: [Column?], _ rows: ArraySlice<RowReference>, count: Int) -> [UInt8] {
        // An array of no capacity is one that all threads share, and filling it writes its count: the thread sanitizer minds.
        if count == 0 { return [] }
        // `count` is the sum of the very lengths that are copied here, so the copies end where the buffer does.
        return [UInt8](unsafeUninitializedCapacity: count) { target, written in
            guard let target = target.baseAddress else { return }
            runs(rows) { table, run in
                guard case .bytes(let source)? = sources[table]?.values else { return }
                source.data.withUnsafeBufferPointer { data in
                    guard let data = data.baseAddress else { return }
                    source.offsets.withUnsafeBufferPointer { offsets in
                        for reference in run {
                            let start = Int(offsets[Int(reference.row)])
                            let length = Int(offsets[Int(reference.row) + 1]) - start
                            (target + written).initialize(from: data + start, count: length)
                            written += length
                        }
                    }
                }
            }
        }
    }
}
