import Columns

/// Gives equal values one number: the dictionary of a column chunk, and the number of each value that is present.
///
/// Open addressing over memory of its own; a dictionary that does not pay is given up after the first thousands of
/// values, so that columns of unique values cost little.
final class DictionaryBuilder {
    /// The entries in PLAIN encoding.
    let entries = RawBuffer()
    private(set) var entryCount = 0
    /// One number (UInt32) for each value.
    let indices = RawBuffer()
    private(set) var valueCount = 0
    /// A slot holds the upper half of the hash and the number of the entry plus one; 0 is free.
    private var slots: [UInt64] = []
    private var entryStarts: [UInt32] = []

    private static let maximumEntryBytes = 1 << 20
    private static let sample = 1024

    private func reset(values: Int) {
        (entries.count, indices.count, entryCount, valueCount) = (0, 0, 0, 0)
        indices.reserve(values * 4)
        entryStarts.removeAll(keepingCapacity: true)
        if slots.count == 2048 {
            slots.withUnsafeMutableBufferPointer { $0.update(repeating: 0) }
        } else {
            slots = [UInt64](repeating: 0, count: 2048)
        }
    }

    /// Whether so many values are different that a dictionary will not pay.
    private var isHopeless: Bool {
        valueCount % Self.sample == 0 && valueCount >= Self.sample && entryCount > valueCount / 2
            || entries.count > Self.maximumEntryBytes
    }

    var indexWidth: Int { max(1, HybridEncoder.bitWidth(of: entryCount - 1)) }

    /// Whether dictionary and numbers are clearly smaller than `plainBytes`.
    private func pays(against plainBytes: Int) -> Bool {
        valueCount > 0 && (entries.count + valueCount * indexWidth / 8) * 5 < plainBytes * 4
    }

    // MARK: Values of fixed width

    /// Numbers the values of 4 or 8 bytes in `values`; false when a dictionary does not pay.
    func build(fixed values: RawBuffer, width: Int) -> Bool {
        reset(values: values.count / width)
        return width == 4 ? buildFixed(values, UInt32.self) : buildFixed(values, UInt64.self)
    }

    private func buildFixed<Word: FixedWidthInteger & UnsignedInteger & BitwiseCopyable>(
        _ values: RawBuffer, _ type: Word.Type
    ) -> Bool {
        let count = values.count / MemoryLayout<Word>.size
        let source = values.base.assumingMemoryBound(to: Word.self)
        let target = indices.base.assumingMemoryBound(to: UInt32.self)
        for index in 0..<count {
            let word = source[index]
            let hash = (UInt64(word) &* 0x9E37_79B9_7F4A_7C15)
            let number = find(hash) {
                entries.base.load(fromByteOffset: Int($0) * MemoryLayout<Word>.size, as: Word.self) == word
            }
            target[index] = number
            if Int(number) == entryCount {
                entries.reserve(8)
                entries.base.storeBytes(of: word, toByteOffset: entries.count, as: Word.self)
                entries.count += MemoryLayout<Word>.size
                added(hash)
            }
            valueCount += 1
            if isHopeless { return false }
        }
        return pays(against: values.count)
    }

    // MARK: Strings of bytes

    /// Numbers the strings of bytes that are present; false when a dictionary does not pay.
    func build(_ column: ColumnSlices, validity: RawBuffer) throws -> Bool {
        reset(values: column.rowCount)
        var plainBytes = 0
        var isWorthwhile = true
        try column.forEach { slice, row in
            guard isWorthwhile else { return }
            guard case .bytes(let strings) = slice.column.values else {
                throw ParquetError.misuse("a column of type \(column.type) holds values of another layout")
            }
            let present = Presence(validity, row)
            isWorthwhile = strings.data.withUnsafeBytes { data in
                strings.offsets.withUnsafeBufferPointer { add(data, $0, slice.range, present, &plainBytes) }
            }
        }
        return isWorthwhile && pays(against: plainBytes)
    }

    private func add(
        _ data: UnsafeRawBufferPointer, _ offsets: UnsafeBufferPointer<Int32>, _ range: Range<Int>,
        _ present: Presence, _ plainBytes: inout Int
    ) -> Bool {
        let empty = UnsafeRawBufferPointer(start: entries.base, count: 0)
        let base = data.baseAddress ?? empty.baseAddress
        guard let base else { return false }
        let target = indices.base.assumingMemoryBound(to: UInt32.self)
        for index in range {
            if let bits = present.bits, Presence.bit(bits, present.start + index - range.lowerBound) == 0 { continue }
            let start = Int(offsets[index])
            let count = Int(offsets[index + 1]) - start
            let hash = ByteHash.hash(base + start, count, slack: data.count - start >= 8)
            let number = number(of: base + start, count, hash)
            target[valueCount] = number
            valueCount += 1
            plainBytes += count + 4
            if isHopeless { return false }
        }
        return true
    }

    @inline(__always)
    private func number(of value: UnsafeRawPointer, _ count: Int, _ hash: UInt64) -> UInt32 {
        let number = find(hash) { candidate in
            let start = Int(entryStarts[Int(candidate)])
            let length = entries.base.loadUnaligned(fromByteOffset: start, as: UInt32.self)
            return Int(length) == count && ByteHash.isEqual(entries.base + start + 4, value, count)
        }
        guard Int(number) == entryCount else { return number }
        entryStarts.append(UInt32(entries.count))
        entries.append(littleEndian: UInt32(count))
        entries.append(UnsafeRawBufferPointer(start: value, count: count))
        added(hash)
        return number
    }

    // MARK: The table of slots

    /// The number of the entry with this hash that `isEqual` accepts, or the number that a new entry gets.
    @inline(__always)
    private func find(_ hash: UInt64, _ isEqual: (UInt32) -> Bool) -> UInt32 {
        let tag = hash >> 32
        return slots.withUnsafeBufferPointer { slots in
            let mask = slots.count - 1
            var position = Int(tag) & mask
            while true {
                let slot = slots[position]
                if slot == 0 { return UInt32(truncatingIfNeeded: entryCount) }
                let number = UInt32(truncatingIfNeeded: slot) &- 1
                if slot >> 32 == tag && isEqual(number) { return number }
                position = (position + 1) & mask
            }
        }
    }

    private func added(_ hash: UInt64) {
        entryCount += 1
        insert(hash & ~0xFFFF_FFFF | UInt64(entryCount))
        guard entryCount * 2 > slots.count else { return }
        let old = slots
        slots = [UInt64](repeating: 0, count: old.count * 4)
        for slot in old where slot != 0 { insert(slot) }
    }

    private func insert(_ slot: UInt64) {
        let mask = slots.count - 1
        var position = Int(slot >> 32) & mask
        while slots[position] != 0 { position = (position + 1) & mask }
        slots[position] = slot
    }

    /// Calls `body` with each entry of a dictionary of strings of bytes.
    func forEachString(_ body: (UnsafeRawBufferPointer) -> Void) {
        for start in entryStarts {
            let count = entries.base.loadUnaligned(fromByteOffset: Int(start), as: UInt32.self)
            body(UnsafeRawBufferPointer(start: entries.base + Int(start) + 4, count: Int(count)))
        }
    }
}

/// A fast hash of short strings of bytes, for tables in memory only: it may change with any version.
enum ByteHash {
    private static let multiplier: UInt64 = 0x9E37_79B9_7F4A_7C15

    /// `slack` says that eight bytes may be loaded at `base` though the string is shorter.
    @inline(__always)
    static func hash(_ base: UnsafeRawPointer, _ count: Int, slack: Bool) -> UInt64 {
        var hash = UInt64(truncatingIfNeeded: count) &* 0xC2B2_AE3D_27D4_EB4F
        if count < 8 { return mix(hash, shortWord(base, count, slack: slack)) }
        var index = 0
        while index + 8 <= count {
            hash = mix(hash, base.loadUnaligned(fromByteOffset: index, as: UInt64.self))
            index += 8
        }
        return index == count ? hash : mix(hash, base.loadUnaligned(fromByteOffset: count - 8, as: UInt64.self))
    }

    @inline(__always)
    private static func mix(_ hash: UInt64, _ word: UInt64) -> UInt64 {
        let product = (hash ^ word).multipliedFullWidth(by: multiplier)
        return product.high ^ product.low
    }

    /// Fewer than eight bytes as one number.
    @inline(__always)
    static func shortWord(_ base: UnsafeRawPointer, _ count: Int, slack: Bool) -> UInt64 {
        if slack {
            return base.loadUnaligned(as: UInt64.self) & ((1 &<< UInt64(truncatingIfNeeded: 8 * count)) &- 1)
        }
        var word: UInt64 = 0
        for index in 0..<count { word |= UInt64(base.load(fromByteOffset: index, as: UInt8.self)) << UInt64(8 * index) }
        return word
    }

    @inline(__always)
    static func isEqual(_ left: UnsafeRawPointer, _ right: UnsafeRawPointer, _ count: Int) -> Bool {
        var index = 0
        while index + 8 <= count {
            let same =
                left.loadUnaligned(fromByteOffset: index, as: UInt64.self)
                == right.loadUnaligned(fromByteOffset: index, as: UInt64.self)
            if !same { return false }
            index += 8
        }
        while index < count {
            if left.load(fromByteOffset: index, as: UInt8.self) != right.load(fromByteOffset: index, as: UInt8.self) {
                return false
            }
            index += 1
        }
        return true
    }
}
