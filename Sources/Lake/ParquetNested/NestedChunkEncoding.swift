import Columns

extension ChunkEncoder {
    /// Encodes a column with its levels, in one data page: row groups with structure are small.
    func encode(_ leaf: NestedShredder.Leaf, _ column: LeafColumn, at offset: Int) throws -> EncodedChunk {
        var builder = leaf.values
        let values = builder.finish()
        var slices = ColumnSlices(type: leaf.type)
        slices.append(values, 0..<values.count)
        pages.begin()
        validity.count = 0
        body.count = 0
        if column.maximumRepetition > 0 {
            LevelWriter.append(leaf.repetition, maximum: column.maximumRepetition, to: body)
        }
        if column.maximumDefinition > 0 {
            LevelWriter.append(leaf.definition, maximum: column.maximumDefinition, to: body)
        }
        let range = try appendNestedValues(slices, valueCount: leaf.definition.count)
        let plan = ColumnPlan(path: column.path, type: leaf.type, isNullable: true, hasBloomFilter: false)
        let rows = leaf.definition.count
        return finish(plan, rows: rows, rows - values.count, range, nil, at: offset)
    }

    private func appendNestedValues(_ column: ColumnSlices, valueCount: Int) throws -> ValueRange {
        var width = 1
        switch column.type {
        case .utf8, .binary: return try appendNestedStrings(column, valueCount: valueCount)
        case .bool:
            try BooleanValues.gather(column, validity: validity, into: values)
            BooleanValues.pack(values, 0..<values.count, to: body)
        default:
            width = try FixedValues.gather(column, validity: validity, into: values)
            body.append(values.bytes)
        }
        try pages.data(body, valueCount: valueCount, encoding: .plain)
        return RangeFinder.range(values.base, values.count / width, column.type, width: width)
    }

    private func appendNestedStrings(_ column: ColumnSlices, valueCount: Int) throws -> ValueRange {
        var finder = StringRangeFinder()
        if try dictionary.build(column, validity: validity) {
            try pages.dictionary(dictionary.entries, entryCount: dictionary.entryCount)
            appendIndices(0..<column.rowCount)
            try pages.data(body, valueCount: valueCount, encoding: .rleDictionary)
            dictionary.forEachString { finder.add($0, slack: true) }
            return finder.range(isText: column.type == .utf8)
        }
        var range = ValueRange()
        column.forEach { slice, _ in
            guard case .bytes(let strings) = slice.column.values else { return }
            strings.data.withUnsafeBytes { data in
                for index in slice.range {
                    let value = UnsafeRawBufferPointer(rebasing: data[strings.range(index)])
                    body.append(littleEndian: UInt32(value.count))
                    body.append(value)
                    finder.add(value, slack: false)
                }
                range = finder.range(isText: column.type == .utf8)
            }
        }
        try pages.data(body, valueCount: valueCount, encoding: .plain)
        return range
    }
}
