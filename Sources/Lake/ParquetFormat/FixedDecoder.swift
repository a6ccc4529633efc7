/// The twelve bytes of an INT96: nanoseconds of the day, and the Julian day.
struct Int96: BitwiseCopyable {
    var low: UInt32 = 0
    var middle: UInt32 = 0
    var day: UInt32 = 0
}

/// Decodes pages of values of fixed width into memory that the caller gives.
final class FixedDecoder<Element: BitwiseCopyable> {
    private let zero: Element
    private var dictionary: [Element]?
    private let indices = RawBuffer()
    private let dense = RawBuffer()
    private let width = MemoryLayout<Element>.size

    init(zero: Element) { self.zero = zero }

    /// Takes the entries of the dictionary, in PLAIN encoding.
    func setDictionary(_ entries: UnsafeRawBufferPointer, _ count: Int) throws {
        guard count <= entries.count / width else { throw ParquetError.corrupt("a dictionary longer than its page") }
        dictionary = (0..<count).map { entries.loadUnaligned(fromByteOffset: $0 * width, as: Element.self) }
    }

    /// Decodes the values of a page into `slots.count` places from `target` on.
    func decode(
        _ page: DataPage, _ slots: LevelReader.Slots, into target: UnsafeMutablePointer<Element>
    ) throws {
        switch page.encoding {
        case .plain:
            guard slots.present <= page.values.count / width else {
                throw ParquetError.corrupt("a page ends before its values")
            }
            guard let base = page.values.baseAddress else { return try fill(target, slots) }
            spread(base, slots, target)
        case .plainDictionary, .rleDictionary:
            try decodeIndices(page, slots.present)
            try gather(slots, target)
        case .deltaBinaryPacked where Element.self == Int32.self || Element.self == Int64.self:
            try decodeDeltas(page, slots, target)
        case .byteStreamSplit:
            try ByteStreamSplit.join(page.values, count: slots.present, width: width, into: dense)
            spread(dense.base, slots, target)
        default: throw page.unsupportedEncoding
        }
    }

    private func fill(_ target: UnsafeMutablePointer<Element>, _ slots: LevelReader.Slots) throws {
        guard slots.present == 0 else { throw ParquetError.corrupt("a page ends before its values") }
        target.update(repeating: zero, count: slots.count)
    }

    private func decodeIndices(_ page: DataPage, _ count: Int) throws {
        indices.count = 0
        indices.reserve(count * 4)
        try DictionaryIndices.decode(
            page.values, count, entryCount: dictionary?.count, into: indices.base.assumingMemoryBound(to: UInt32.self))
    }

    private func gather(_ slots: LevelReader.Slots, _ target: UnsafeMutablePointer<Element>) throws {
        let source = indices.base.assumingMemoryBound(to: UInt32.self)
        try (dictionary ?? []).withUnsafeBufferPointer { entries in
            guard let entries = entries.baseAddress else { return try fill(target, slots) }
            // All indices were checked to lie inside of the dictionary.
            guard slots.validity != nil else {
                for index in 0..<slots.count { target[index] = entries[Int(source[index])] }
                return
            }
            dense.count = 0
            dense.reserve(slots.present * width)
            let values = dense.base.assumingMemoryBound(to: Element.self)
            for index in 0..<slots.present { values[index] = entries[Int(source[index])] }
            spread(dense.base, slots, target)
        }
    }

    private func decodeDeltas(
        _ page: DataPage, _ slots: LevelReader.Slots, _ target: UnsafeMutablePointer<Element>
    ) throws {
        var decoder = try DeltaDecoder(page.values)
        let values = try decoder.decode(slots.present)
        dense.count = 0
        dense.reserve(slots.present * width)
        // Values wrap around in the width of their type (Encodings.md, "Delta Encoding").
        for (index, value) in values.enumerated() {
            if width == 4 {
                dense.base.storeBytes(of: Int32(truncatingIfNeeded: value), toByteOffset: index * 4, as: Int32.self)
            } else {
                dense.base.storeBytes(of: value, toByteOffset: index * 8, as: Int64.self)
            }
        }
        spread(dense.base, slots, target)
    }

    /// Puts stored values into the places that validity marks, and zeros into the others.
    private func spread(
        _ source: UnsafeRawPointer, _ slots: LevelReader.Slots, _ target: UnsafeMutablePointer<Element>
    ) {
        guard let bits = slots.validity else {
            UnsafeMutableRawPointer(target).copyMemory(from: source, byteCount: slots.count * width)
            return
        }
        // One value behind the last may be loaded: the memory has slack for it.
        var next = source
        for index in 0..<slots.count {
            let isPresent = Presence.bit(bits, slots.start + index)
            let value = next.loadUnaligned(as: Element.self)
            target[index] = isPresent != 0 ? value : zero
            next += isPresent * width
        }
    }
}

/// Indices into a dictionary: a byte with their width, then the hybrid encoding.
enum DictionaryIndices {
    /// Decodes `count` indices and checks that all lie inside of the dictionary.
    static func decode(
        _ bytes: UnsafeRawBufferPointer, _ count: Int, entryCount: Int?, into target: UnsafeMutablePointer<UInt32>
    ) throws {
        // A page of nulls may name the encoding without there being a dictionary.
        if count == 0 { return }
        guard let entryCount else { throw ParquetError.corrupt("a page refers to a dictionary that is not there") }
        guard let width = bytes.first else { throw ParquetError.corrupt("a page ends before its values") }
        var decoder = try HybridDecoder(UnsafeRawBufferPointer(rebasing: bytes[1...]), width: Int(width))
        try decoder.decode(count, into: target)
        var largest: UInt32 = 0
        for index in 0..<count { largest = max(largest, target[index]) }
        guard Int(largest) < entryCount else {
            throw ParquetError.corrupt("an index of \(largest) into a dictionary of \(entryCount) entries")
        }
    }
}

/// BYTE_STREAM_SPLIT: the first bytes of all values, then the second ones, and so on.
enum ByteStreamSplit {
    static func join(_ bytes: UnsafeRawBufferPointer, count: Int, width: Int, into target: RawBuffer) throws {
        guard count <= bytes.count / width else { throw ParquetError.corrupt("a page ends before its values") }
        target.count = 0
        target.reserve(count * width)
        for stream in 0..<width {
            for index in 0..<count {
                target.base.storeBytes(
                    of: bytes[stream * count + index], toByteOffset: index * width + stream, as: UInt8.self)
            }
        }
        target.count = count * width
    }
}

extension DataPage {
    var unsupportedEncoding: ParquetError {
        let name = encoding.map { "\($0)" } ?? "of an unknown code"
        return .unsupported("the encoding \(name) is not read; rewrite the file with dictionary or plain encoding")
    }
}
