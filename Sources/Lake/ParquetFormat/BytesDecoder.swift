/// Decodes pages of strings of bytes, of free or of fixed length.
final class BytesDecoder {
    /// The length of each value of a fixed-length column.
    private let fixedLength: Int?
    private let limit: Int
    private let data = RawBuffer()
    private let indices = RawBuffer()
    private let joined = RawBuffer()
    private var dictionary: [Range<Int>]?
    private var dictionaryBytes: [UInt8] = []

    init(fixedLength: Int?, limit: Int) {
        self.fixedLength = fixedLength
        self.limit = min(limit, Int(Int32.max))
    }

    /// All values decoded so far, one behind the other.
    var bytes: [UInt8] { Array(data.bytes) }

    func setDictionary(_ entries: UnsafeRawBufferPointer, _ count: Int) throws {
        var ranges: [Range<Int>] = []
        var position = 0
        for _ in 0..<count {
            let range = try next(entries, &position)
            ranges.append(range)
        }
        dictionary = ranges
        dictionaryBytes = Array(entries) + [UInt8](repeating: 0, count: 32)
    }

    /// Decodes a page; writes the end of each place to `ends`.
    func decode(_ page: DataPage, _ slots: LevelReader.Slots, ends: UnsafeMutablePointer<Int32>) throws {
        switch page.encoding {
        case .plain: try decodePlain(page.values, slots, ends)
        case .plainDictionary, .rleDictionary: try decodeIndices(page.values, slots, ends)
        case .deltaLengthByteArray where fixedLength == nil: try decodeDeltaLengths(page.values, slots, ends)
        case .byteStreamSplit where fixedLength != nil:
            try ByteStreamSplit.join(page.values, count: slots.present, width: fixedLength ?? 1, into: joined)
            try decodePlain(joined.bytes, slots, ends)
        case .deltaByteArray: try decodePrefixes(page.values, slots, ends)
        default: throw page.unsupportedEncoding
        }
    }

    /// The next value of PLAIN encoding.
    @inline(__always)
    private func next(_ bytes: UnsafeRawBufferPointer, _ position: inout Int) throws -> Range<Int> {
        let start: Int
        let length: Int
        if let fixedLength {
            (start, length) = (position, fixedLength)
        } else {
            guard bytes.count - position >= 4 else { throw tooShort }
            length = Int(UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: UInt32.self)))
            start = position + 4
        }
        guard length <= bytes.count - start else { throw tooShort }
        position = start + length
        return start..<position
    }

    private func decodePlain(
        _ bytes: UnsafeRawBufferPointer, _ slots: LevelReader.Slots, _ ends: UnsafeMutablePointer<Int32>
    ) throws {
        try reserve(bytes.count)
        var position = 0
        for index in 0..<slots.count {
            if slots.isPresent(index), let base = bytes.baseAddress {
                let range = try next(bytes, &position)
                copyShort(
                    data.base + data.count, base + range.lowerBound, range.count,
                    slack: bytes.count - range.lowerBound >= 32)
                data.count += range.count
            } else if slots.isPresent(index) {
                throw tooShort
            }
            ends[index] = Int32(truncatingIfNeeded: data.count)
        }
    }

    private func decodeIndices(
        _ bytes: UnsafeRawBufferPointer, _ slots: LevelReader.Slots, _ ends: UnsafeMutablePointer<Int32>
    ) throws {
        indices.count = 0
        indices.reserve(slots.present * 4)
        let source = indices.base.assumingMemoryBound(to: UInt32.self)
        try DictionaryIndices.decode(bytes, slots.present, entryCount: dictionary?.count, into: source)
        let ranges = dictionary ?? []
        try ranges.withUnsafeBufferPointer { ranges in
            var total = 0
            for index in 0..<slots.present { total += ranges[Int(source[index])].count }
            try reserve(total)
            dictionaryBytes.withUnsafeBytes { entries in
                guard let base = entries.baseAddress else { return }
                var next = 0
                for index in 0..<slots.count {
                    if slots.isPresent(index) {
                        let range = ranges[Int(source[next])]
                        next += 1
                        copyShort(data.base + data.count, base + range.lowerBound, range.count, slack: true)
                        data.count += range.count
                    }
                    ends[index] = Int32(truncatingIfNeeded: data.count)
                }
            }
        }
    }

    /// DELTA_LENGTH_BYTE_ARRAY: all lengths, then all bytes.
    private func decodeDeltaLengths(
        _ bytes: UnsafeRawBufferPointer, _ slots: LevelReader.Slots, _ ends: UnsafeMutablePointer<Int32>
    ) throws {
        var decoder = try DeltaDecoder(bytes)
        let lengths = try decoder.decode(slots.present)
        try append(lengths, from: bytes, decoder.position, slots, ends)
    }

    private func append(
        _ lengths: [Int64], from bytes: UnsafeRawBufferPointer, _ start: Int, _ slots: LevelReader.Slots,
        _ ends: UnsafeMutablePointer<Int32>
    ) throws {
        try reserve(bytes.count)
        var position = start
        var next = 0
        for index in 0..<slots.count {
            if slots.isPresent(index) {
                guard lengths[next] >= 0, lengths[next] <= Int64(bytes.count - position) else { throw tooShort }
                let end = position + Int(lengths[next])
                data.append(UnsafeRawBufferPointer(rebasing: bytes[position..<end]))
                position = end
                next += 1
            }
            ends[index] = Int32(truncatingIfNeeded: data.count)
        }
    }

    /// DELTA_BYTE_ARRAY: the length shared with the value before, and the rest in DELTA_LENGTH_BYTE_ARRAY.
    private func decodePrefixes(
        _ bytes: UnsafeRawBufferPointer, _ slots: LevelReader.Slots, _ ends: UnsafeMutablePointer<Int32>
    ) throws {
        var prefixDecoder = try DeltaDecoder(bytes)
        let prefixes = try prefixDecoder.decode(slots.present)
        let rest = UnsafeRawBufferPointer(rebasing: bytes[prefixDecoder.position...])
        var decoder = try DeltaDecoder(rest)
        let lengths = try decoder.decode(slots.present)
        var position = decoder.position
        var last = 0..<0
        var next = 0
        for index in 0..<slots.count {
            if slots.isPresent(index) {
                guard prefixes[next] >= 0, prefixes[next] <= Int64(last.count), lengths[next] >= 0,
                    lengths[next] <= Int64(rest.count - position)
                else { throw tooShort }
                let start = data.count
                let end = position + Int(lengths[next])
                try reserve(Int(prefixes[next]) + end - position)
                data.append(UnsafeRawBufferPointer(start: data.base + last.lowerBound, count: Int(prefixes[next])))
                data.append(UnsafeRawBufferPointer(rebasing: rest[position..<end]))
                if let fixedLength, data.count - start != fixedLength { throw tooShort }
                last = start..<data.count
                position = end
                next += 1
            }
            ends[index] = Int32(truncatingIfNeeded: data.count)
        }
    }

    /// Makes room for `count` bytes and for the overrun of short copies.
    private func reserve(_ count: Int) throws {
        guard data.count + count <= limit else {
            throw ParquetError.limit("the column needs more than \(limit) bytes in memory")
        }
        data.reserve(count + 32)
    }

    private var tooShort: ParquetError { .corrupt("a page ends before its values") }
}

extension LevelReader.Slots {
    /// Whether place `index` of the page holds a value.
    @inline(__always)
    func isPresent(_ index: Int) -> Bool { validity.map { Presence.bit($0, start + index) != 0 } ?? true }
}
