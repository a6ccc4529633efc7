import Columns

/// Finds the range of values that lie in PLAIN encoding or in columns.
enum RangeFinder {
    /// The range of values of fixed width, `count` of them at `base` (booleans: one byte each).
    static func range(_ base: UnsafeRawPointer, _ count: Int, _ type: ColumnType, width: Int) -> ValueRange {
        guard count > 0 else { return ValueRange() }
        switch type {
        case .bool: return bounds(base, count, UInt8.self) { .bool($0 != 0) }
        case .int32: return bounds(base, count, Int32.self) { .int(Int64($0)) }
        case .date32: return bounds(base, count, Int32.self) { .date($0) }
        case .int64: return bounds(base, count, Int64.self) { .int($0) }
        case .timestamp: return bounds(base, count, Int64.self) { .timestamp($0) }
        case .float64: return doubles(base, count)
        case .decimal128(_, let scale):
            let decimal = { (unscaled: Int128) in Value.decimal(Decimal128(unscaled: unscaled, scale: scale)) }
            if width == 4 { return bounds(base, count, Int32.self) { decimal(Int128($0)) } }
            if width == 8 { return bounds(base, count, Int64.self) { decimal(Int128($0)) } }
            return wideDecimals(base, count, width, decimal)
        case .utf8, .binary: return ValueRange()
        }
    }

    private static func bounds<Element: Comparable & BitwiseCopyable>(
        _ base: UnsafeRawPointer, _ count: Int, _ type: Element.Type, _ box: (Element) -> Value
    ) -> ValueRange {
        let values = base.assumingMemoryBound(to: Element.self)
        var low = values[0]
        var high = values[0]
        for index in 1..<max(1, count) {
            low = Swift.min(low, values[index])
            high = Swift.max(high, values[index])
        }
        return ValueRange(minimum: box(low), maximum: box(high), hasValues: true)
    }

    /// Zeros are widened to both signs, and a NaN leaves no bounds at all: engines differ in where they order it, and
    /// a file that is skipped wrongly loses rows (parquet.thrift, `ColumnOrder`).
    private static func doubles(_ base: UnsafeRawPointer, _ count: Int) -> ValueRange {
        let values = base.assumingMemoryBound(to: Double.self)
        var low = Double.infinity
        var high = -Double.infinity
        var hasNaN = false
        for index in 0..<count {
            let value = values[index]
            hasNaN = hasNaN || value != value
            low = value < low ? value : low
            high = value > high ? value : high
        }
        if hasNaN { return ValueRange(isUnbounded: true) }
        if low == 0 { low = -0.0 }
        if high == 0 { high = 0.0 }
        return ValueRange(minimum: .double(low), maximum: .double(high), hasValues: true)
    }

    private static func wideDecimals(
        _ base: UnsafeRawPointer, _ count: Int, _ width: Int, _ box: (Int128) -> Value
    ) -> ValueRange {
        var low = Int128.max
        var high = Int128.min
        for index in 0..<count {
            let value = bigEndian(base + index * width, width)
            low = Swift.min(low, value)
            high = Swift.max(high, value)
        }
        return ValueRange(minimum: box(low), maximum: box(high), hasValues: true)
    }

    /// A signed number of 1 to 16 bytes, highest first.
    static func bigEndian(_ base: UnsafeRawPointer, _ width: Int) -> Int128 {
        var value: Int128 = base.load(as: UInt8.self) & 0x80 != 0 ? -1 : 0
        for index in 0..<width { value = value << 8 | Int128(base.load(fromByteOffset: index, as: UInt8.self)) }
        return value
    }
}

/// Keeps the smallest and the largest of strings of bytes that it is shown. They must outlive it.
struct StringRangeFinder {
    private var low: UnsafeRawBufferPointer?
    private var high: UnsafeRawBufferPointer?
    // The first eight bytes as a number that sorts like them, so that most strings need no longer comparison.
    private var lowPrefix: UInt64 = 0
    private var highPrefix: UInt64 = 0

    func range(isText: Bool) -> ValueRange {
        guard let low, let high else { return ValueRange() }
        return ValueRange(minimum: low, maximum: high, isText: isText)
    }

    /// `slack` says that eight bytes may be loaded at the string's start though it is shorter.
    @inline(__always)
    mutating func add(_ value: UnsafeRawBufferPointer, slack: Bool) {
        guard let base = value.baseAddress else { return }
        let word =
            value.count >= 8
            ? base.loadUnaligned(as: UInt64.self) : ByteHash.shortWord(base, value.count, slack: slack)
        let prefix = word.bigEndian
        guard let low, let high else {
            (self.low, self.high, lowPrefix, highPrefix) = (value, value, prefix, prefix)
            return
        }
        if prefix < lowPrefix || prefix == lowPrefix && Self.precedes(value, low) {
            (self.low, lowPrefix) = (value, prefix)
        }
        if prefix > highPrefix || prefix == highPrefix && Self.precedes(high, value) {
            (self.high, highPrefix) = (value, prefix)
        }
    }

    private static func precedes(_ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer) -> Bool {
        let common = Swift.min(left.count, right.count)
        for index in 0..<common where left[index] != right[index] { return left[index] < right[index] }
        return left.count < right.count
    }
}
