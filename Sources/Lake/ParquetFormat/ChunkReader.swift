import Columns

/// Decodes one column of one row group.
struct ChunkReader {
    /// The values in their physical type. A nested column holds only values that are there, a flat one all rows.
    enum Physical {
        case bool(Bitmap)
        case int32([Int32])
        case int64([Int64])
        case int96([Int96])
        case float([Float])
        case double([Double])
        case bytes(Column.ByteStrings)
    }

    private let input: ChunkInput
    private let pages: PageReader
    let levels: LevelReader

    init(_ input: ChunkInput, _ decompressor: PageDecompressor) {
        self.input = input
        pages = PageReader(input, decompressor)
        levels = LevelReader(input.leaf, rows: Int(input.metadata.valueCount))
    }

    /// Decodes the chunk into a column of our model.
    func read(as interpretation: ColumnInterpretation) throws -> Column {
        let physical = try readPhysical()
        let validity = levels.validityBytes.map { Bitmap(bytes: $0, count: levels.rowCount) }
        return try interpretation.column(physical, validity: validity)
    }

    private var capacity: Int { Int(input.metadata.valueCount) }

    private func readPhysical() throws -> Physical {
        switch input.leaf.element.type {
        case .boolean: .bool(try readBooleans())
        case .int32: .int32(try readFixed(zero: 0))
        case .int64: .int64(try readFixed(zero: 0))
        case .int96: .int96(try readFixed(zero: Int96()))
        case .float: .float(try readFixed(zero: 0))
        case .double: .double(try readFixed(zero: 0))
        case .byteArray: .bytes(try readBytes(fixedLength: nil))
        case .fixedLengthByteArray:
            if let length = input.leaf.element.typeLength, length > 0 {
                .bytes(try readBytes(fixedLength: Int(length)))
            } else {
                throw ParquetError.corrupt("a fixed-length column without a length")
            }
        case nil: throw ParquetError.corrupt("the schema has no type for the column")
        }
    }

    private func readFixed<Element: BitwiseCopyable>(zero: Element) throws -> [Element] {
        try checkSize(of: MemoryLayout<Element>.stride)
        let decoder = FixedDecoder(zero: zero)
        return try [Element](unsafeUninitializedCapacity: capacity) { buffer, count in
            try pages.forEachPage(dictionary: decoder.setDictionary) { page in
                let slots = try levels.read(page)
                // `count` never passes the capacity: pages are counted against the chunk's number of values.
                if let base = buffer.baseAddress { try decoder.decode(page, slots, into: base + count) }
                count += slots.count
            }
        }
    }

    private func readBytes(fixedLength: Int?) throws -> Column.ByteStrings {
        try checkSize(of: 4)
        let decoder = BytesDecoder(fixedLength: fixedLength, limit: input.limits.columnBytes)
        let offsets = try [Int32](unsafeUninitializedCapacity: capacity + 1) { buffer, count in
            guard let base = buffer.baseAddress else { return }
            base[0] = 0
            count = 1
            try pages.forEachPage(dictionary: decoder.setDictionary) { page in
                let slots = try levels.read(page)
                try decoder.decode(page, slots, ends: base + count)
                count += slots.count
            }
        }
        return Column.ByteStrings(offsets: offsets, data: decoder.bytes)
    }

    private func readBooleans() throws -> Bitmap {
        var bytes: [UInt8] = []
        var count = 0
        bytes.reserveCapacity((capacity + 7) / 8)
        try pages.forEachPage(dictionary: { _, _ in throw ParquetError.corrupt("a dictionary of booleans") }) { page in
            let slots = try levels.read(page)
            let dense = try BooleanDecoder.decode(page, slots.present)
            bytes += [UInt8](repeating: 0, count: (count + slots.count + 7) / 8 - bytes.count)
            var next = 0
            for index in 0..<slots.count where slots.isPresent(index) {
                if dense[next >> 3] >> UInt8(next & 7) & 1 != 0 {
                    bytes[(count + index) >> 3] |= 1 << UInt8((count + index) & 7)
                }
                next += 1
            }
            count += slots.count
        }
        return Bitmap(bytes: bytes, count: count)
    }

    private func checkSize(of width: Int) throws {
        guard capacity <= input.limits.columnBytes / width else {
            throw ParquetError.limit("the column needs more than \(input.limits.columnBytes) bytes in memory")
        }
    }
}

/// Decodes booleans: eight to a byte, or runs.
enum BooleanDecoder {
    /// The first `count` booleans of a page as bits.
    static func decode(_ page: DataPage, _ count: Int) throws -> [UInt8] {
        let size = (count + 7) / 8
        switch page.encoding {
        case .plain:
            guard size <= page.values.count else { throw ParquetError.corrupt("a page ends before its values") }
            return Array(page.values.prefix(size))
        case .rle:
            guard page.values.count >= 4 else { throw ParquetError.corrupt("a page ends before its values") }
            let length = Int(UInt32(littleEndian: page.values.loadUnaligned(as: UInt32.self)))
            guard length <= page.values.count - 4 else { throw ParquetError.corrupt("booleans longer than their page") }
            var decoder = try HybridDecoder(
                UnsafeRawBufferPointer(rebasing: page.values[4..<4 + length]), width: 1)
            var bits = [UInt8](repeating: 0, count: size)
            try bits.withUnsafeMutableBufferPointer { buffer in
                if let base = buffer.baseAddress { try decoder.decodeBits(count, into: base, at: 0) }
            }
            return bits
        default: throw page.unsupportedEncoding
        }
    }
}
