/// Decodes the levels of a column, page after page.
///
/// A flat column has one bit a row, its validity; a column inside structs, maps and lists keeps its levels as numbers.
final class LevelReader {
    private let leaf: LeafColumn
    /// Validity of a flat, nullable column; bits that are not yet read are zero.
    private let bits = RawBuffer()
    private let scratch = RawBuffer()
    private(set) var rowCount = 0
    private(set) var nullCount = 0
    /// Levels of a nested column, one of each for each value or gap.
    private(set) var repetition: [UInt32] = []
    private(set) var definition: [UInt32] = []

    /// Where the values of a page go.
    struct Slots {
        /// The number of places that the page fills: all its rows for a flat column, else only values.
        var count: Int
        /// The number of values that are stored.
        var present: Int
        /// Validity of the places, beginning at bit `start`; nil when all are filled.
        var validity: UnsafePointer<UInt8>?
        var start: Int
    }

    init(_ leaf: LeafColumn, rows: Int) {
        self.leaf = leaf
        guard leaf.isFlat, leaf.maximumDefinition > 0 else { return }
        let size = (rows + 7) / 8
        bits.reserve(size)
        bits.base.initializeMemory(as: UInt8.self, repeating: 0, count: size)
        bits.count = size
    }

    func read(_ page: DataPage) throws -> Slots {
        guard leaf.isFlat else { return try readNested(page) }
        defer { rowCount += page.valueCount }
        guard leaf.maximumDefinition > 0 else {
            return Slots(count: page.valueCount, present: page.valueCount, validity: nil, start: rowCount)
        }
        let target = bits.base.assumingMemoryBound(to: UInt8.self)
        var decoder = try HybridDecoder(page.definition ?? UnsafeRawBufferPointer(start: nil, count: 0), width: 1)
        try decoder.decodeBits(page.valueCount, into: target, at: rowCount)
        let present = BitCopy.count(target, rowCount..<rowCount + page.valueCount)
        nullCount += page.valueCount - present
        return Slots(
            count: page.valueCount, present: present,
            validity: present == page.valueCount ? nil : UnsafePointer(target), start: rowCount)
    }

    private func readNested(_ page: DataPage) throws -> Slots {
        repetition += try levels(page.repetition, leaf.maximumRepetition, page.valueCount)
        let new = try levels(page.definition, leaf.maximumDefinition, page.valueCount)
        definition += new
        let present = new.count { $0 == leaf.maximumDefinition }
        rowCount += page.valueCount
        return Slots(count: present, present: present, validity: nil, start: 0)
    }

    private func levels(_ bytes: UnsafeRawBufferPointer?, _ maximum: Int, _ count: Int) throws -> [UInt32] {
        guard maximum > 0, let bytes else { return [UInt32](repeating: 0, count: count) }
        var decoder = try HybridDecoder(bytes, width: HybridEncoder.bitWidth(of: maximum))
        let levels = try [UInt32](unsafeUninitializedCapacity: count) { buffer, initialized in
            if let base = buffer.baseAddress { try decoder.decode(count, into: base) }
            initialized = count
        }
        guard levels.allSatisfy({ $0 <= maximum }) else {
            throw ParquetError.corrupt("a level above \(maximum), the highest of its column")
        }
        return levels
    }

    /// The validity of all rows of a flat column as packed bytes; nil without nulls.
    var validityBytes: [UInt8]? { nullCount == 0 ? nil : Array(bits.bytes.prefix((rowCount + 7) / 8)) }
}
