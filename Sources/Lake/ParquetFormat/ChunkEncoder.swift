import Columns

/// What became of one column of one row group.
struct EncodedChunk {
    var bytes: [UInt8]
    var metadata: ColumnChunkMetadata
    var range: ValueRange
    var nullCount: Int
    var filter: BloomFilter?
}

/// How a column is written.
struct ColumnPlan {
    let path: [String]
    let type: ColumnType
    let isNullable: Bool
    let hasBloomFilter: Bool

    var typeLength: Int32? {
        guard case .decimal128(let precision, _) = type, type.physicalType == .fixedLengthByteArray else { return nil }
        return Int32(ColumnType.decimalWidth(precision: precision))
    }
}

/// Encodes the columns of row groups, one after the other, into pages. Its memory is reused for all of them.
final class ChunkEncoder {
    private let options: ParquetOptions
    let pages: PageWriter
    let validity = RawBuffer()
    let values = RawBuffer()
    let body = RawBuffer()
    let dictionary = DictionaryBuilder()

    init(_ options: ParquetOptions) {
        self.options = options
        pages = PageWriter(options)
    }

    /// Encodes a column that begins at byte `offset` of the file.
    func encode(_ column: ColumnSlices, _ plan: ColumnPlan, at offset: Int) throws -> EncodedChunk {
        pages.begin()
        let nullCount = column.gatherValidity(into: validity)
        guard nullCount == 0 || plan.isNullable else {
            throw ParquetError.misuse("\(nullCount) nulls in a column that may hold none")
        }
        var range: ValueRange
        var filter: BloomFilter?
        switch column.type {
        case .utf8, .binary: (range, filter) = try encodeStrings(column, plan)
        case .bool:
            try BooleanValues.gather(column, validity: validity, into: values)
            range = RangeFinder.range(values.base, values.count, column.type, width: 1)
            try writePages(column.rowCount, plan, rowsPerPage: options.pageBytes, encoding: .plain) { present in
                BooleanValues.pack(self.values, present, to: self.body)
            }
        default: (range, filter) = try encodeFixed(column, plan)
        }
        return finish(plan, rows: column.rowCount, nullCount, range, filter, at: offset)
    }

    /// Puts the pages and what was found out about the values together.
    func finish(
        _ plan: ColumnPlan, rows: Int, _ nullCount: Int, _ range: ValueRange, _ filter: BloomFilter?, at offset: Int
    ) -> EncodedChunk {
        var metadata = pages.metadata(at: offset)
        metadata.type = plan.type.physicalType
        metadata.path = plan.path
        metadata.valueCount = Int64(rows)
        metadata.statistics = range.statistics(
            nullCount: nullCount, physical: metadata.type, length: plan.typeLength, isText: plan.type == .utf8)
        return EncodedChunk(
            bytes: Array(pages.output.bytes), metadata: metadata, range: range, nullCount: nullCount, filter: filter)
    }

    // MARK: Values of fixed width

    private func encodeFixed(_ column: ColumnSlices, _ plan: ColumnPlan) throws -> (ValueRange, BloomFilter?) {
        let width = try FixedValues.gather(column, validity: validity, into: values)
        let isSmall = width == 4 || width == 8
        if isSmall, dictionary.build(fixed: values, width: width) {
            try writeDictionaryPages(column.rowCount, plan)
            return (
                RangeFinder.range(dictionary.entries.base, dictionary.entryCount, column.type, width: width),
                fixedFilter(dictionary.entries, width, plan)
            )
        }
        let rows = max(1, options.pageBytes / width)
        try writePages(column.rowCount, plan, rowsPerPage: rows, encoding: .plain) { present in
            self.body.append(
                UnsafeRawBufferPointer(
                    start: self.values.base + present.lowerBound * width, count: present.count * width))
        }
        return (
            RangeFinder.range(values.base, values.count / width, column.type, width: width),
            fixedFilter(values, width, plan)
        )
    }

    private func fixedFilter(_ values: RawBuffer, _ width: Int, _ plan: ColumnPlan) -> BloomFilter? {
        guard plan.hasBloomFilter else { return nil }
        let count = values.count / width
        var filter = BloomFilter(distinctCount: count, falsePositives: options.bloomFilterFalsePositives)
        for index in 0..<count {
            filter.insert(XXHash64.hash(UnsafeRawBufferPointer(start: values.base + index * width, count: width)))
        }
        return filter
    }

    // MARK: Strings of bytes

    private func encodeStrings(_ column: ColumnSlices, _ plan: ColumnPlan) throws -> (ValueRange, BloomFilter?) {
        var finder = StringRangeFinder()
        if try dictionary.build(column, validity: validity) {
            try writeDictionaryPages(column.rowCount, plan)
            var filter = stringFilter(dictionary.entryCount, plan)
            // The entries' memory has slack behind it.
            dictionary.forEachString { entry in
                finder.add(entry, slack: true)
                filter?.insert(XXHash64.hash(entry))
            }
            return (finder.range(isText: column.type == .utf8), filter)
        }
        var filter = stringFilter(column.rowCount, plan)
        let range = try writePlainStrings(column, plan, &filter)
        return (range, filter)
    }

    private func stringFilter(_ count: Int, _ plan: ColumnPlan) -> BloomFilter? {
        plan.hasBloomFilter
            ? BloomFilter(distinctCount: count, falsePositives: options.bloomFilterFalsePositives) : nil
    }

    /// Gathers the strings in PLAIN encoding and cuts pages of them where they are full.
    private func writePlainStrings(
        _ column: ColumnSlices, _ plan: ColumnPlan, _ filter: inout BloomFilter?
    ) throws -> ValueRange {
        var range = ValueRange()
        var firstRow = 0
        values.count = 0
        try column.forEach { slice, row in
            guard case .bytes(let strings) = slice.column.values else {
                throw ParquetError.misuse("a column of type \(column.type) holds values of another layout")
            }
            try strings.data.withUnsafeBytes { data in
                try strings.offsets.withUnsafeBufferPointer { offsets in
                    var finder = StringRangeFinder()
                    var next = slice.range.lowerBound
                    while next < slice.range.upperBound {
                        let present = Presence(validity, row + next - slice.range.lowerBound)
                        next = appendPlain(data, offsets, next..<slice.range.upperBound, present, &finder, &filter)
                        guard values.count >= options.pageBytes else { break }
                        let lastRow = row + next - slice.range.lowerBound
                        try writePlainPage(firstRow..<lastRow, plan)
                        firstRow = lastRow
                    }
                    range.formUnion(finder.range(isText: column.type == .utf8))
                }
            }
        }
        if firstRow < column.rowCount { try writePlainPage(firstRow..<column.rowCount, plan) }
        return range
    }

    /// Appends strings until the page is full; gives the row behind the last one.
    private func appendPlain(
        _ data: UnsafeRawBufferPointer, _ offsets: UnsafeBufferPointer<Int32>, _ range: Range<Int>,
        _ present: Presence, _ finder: inout StringRangeFinder, _ filter: inout BloomFilter?
    ) -> Int {
        for index in range {
            if let bits = present.bits, Presence.bit(bits, present.start + index - range.lowerBound) == 0 { continue }
            let start = Int(offsets[index])
            let count = Int(offsets[index + 1]) - start
            let source = data.baseAddress.map { $0 + start } ?? UnsafeRawPointer(values.base)
            values.reserve(count + 4 + 32)
            let target = values.base + values.count
            target.storeBytes(of: UInt32(truncatingIfNeeded: count).littleEndian, as: UInt32.self)
            copyShort(target + 4, source, count, slack: data.count - start >= 32)
            values.count += count + 4
            let value = UnsafeRawBufferPointer(start: source, count: count)
            finder.add(value, slack: data.count - start >= 8)
            filter?.insert(XXHash64.hash(value))
            if values.count >= options.pageBytes { return index + 1 }
        }
        return range.upperBound
    }

    private func writePlainPage(_ rows: Range<Int>, _ plan: ColumnPlan) throws {
        body.count = 0
        if plan.isNullable { LevelWriter.appendDefinition(validity, rows, to: body) }
        body.append(values.bytes)
        values.count = 0
        try pages.data(body, valueCount: rows.count, encoding: .plain)
    }

    // MARK: Pages

    private func writeDictionaryPages(_ rows: Int, _ plan: ColumnPlan) throws {
        try pages.dictionary(dictionary.entries, entryCount: dictionary.entryCount)
        try writePages(
            rows, plan, rowsPerPage: options.pageBytes, encoding: .rleDictionary, append: appendIndices)
    }

    /// Appends the numbers of the values of `range`, with their width in front.
    func appendIndices(_ range: Range<Int>) {
        let width = dictionary.indexWidth
        body.append(UInt8(width))
        let start = dictionary.indices.base.assumingMemoryBound(to: UInt32.self) + range.lowerBound
        HybridEncoder.encode(UnsafeBufferPointer(start: start, count: range.count), width: width, to: body)
    }

    /// Writes pages of so many rows; `append` appends the values of a range, counted among those that are present.
    private func writePages(
        _ rows: Int, _ plan: ColumnPlan, rowsPerPage: Int, encoding: PageEncoding, append: (Range<Int>) -> Void
    ) throws {
        var firstRow = 0
        var firstValue = 0
        while firstRow < rows {
            let page = firstRow..<min(rows, firstRow + rowsPerPage)
            body.count = 0
            if plan.isNullable { LevelWriter.appendDefinition(validity, page, to: body) }
            let valueCount = LevelWriter.presentCount(validity, page)
            append(firstValue..<firstValue + valueCount)
            try pages.data(body, valueCount: page.count, encoding: encoding)
            firstRow = page.upperBound
            firstValue += valueCount
        }
    }
}
