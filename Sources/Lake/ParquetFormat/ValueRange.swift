import Columns

/// The smallest and the largest value of a column, or bounds of them, as statistics give them.
struct ValueRange {
    /// Text is kept as bytes (`.binary`), the order of which is the order of its scalars.
    var minimum: Value?
    var maximum: Value?
    var isMinimumExact = true
    var isMaximumExact = true
    /// No bounds can be given: the column holds a NaN, which engines order differently.
    var isUnbounded = false

    /// Longer text and bytes are cut to this many bytes as soon as they are found.
    static let keptBytes = 256

    /// Whether the range has taken in any value; then it has a minimum, but perhaps no upper bound.
    var hasValues = false

    /// The range of all values of both.
    mutating func formUnion(_ other: ValueRange) {
        isUnbounded = isUnbounded || other.isUnbounded
        guard other.hasValues else { return }
        guard hasValues, let low = minimum, let otherLow = other.minimum else {
            let isUnbounded = isUnbounded
            self = other
            self.isUnbounded = isUnbounded
            return
        }
        if Self.isAscending(otherLow, low) { (minimum, isMinimumExact) = (otherLow, other.isMinimumExact) }
        guard let high = maximum, let otherHigh = other.maximum else {
            maximum = nil
            return
        }
        if Self.isAscending(high, otherHigh) { (maximum, isMaximumExact) = (otherHigh, other.isMaximumExact) }
    }

    /// Whether `left` is smaller than `right`; both are of the same type.
    private static func isAscending(_ left: Value, _ right: Value) -> Bool {
        switch (left, right) {
        case (.bool(let left), .bool(let right)): !left && right
        case (.int(let left), .int(let right)): left < right
        case (.double(let left), .double(let right)): left < right
        case (.decimal(let left), .decimal(let right)): left.unscaled < right.unscaled
        case (.date(let left), .date(let right)): left < right
        case (.timestamp(let left), .timestamp(let right)): left < right
        case (.binary(let left), .binary(let right)): left.lexicographicallyPrecedes(right)
        default: false
        }
    }
}

extension ValueRange {
    /// The range of text or bytes from its two ends, cut where they are long.
    init(minimum: UnsafeRawBufferPointer, maximum: UnsafeRawBufferPointer, isText: Bool) {
        let low = TextBound.lower(Array(minimum.prefix(Self.keptBytes + 1)), bytes: Self.keptBytes, isText: isText)
        let high = TextBound.upper(Array(maximum.prefix(Self.keptBytes + 1)), bytes: Self.keptBytes, isText: isText)
        self.minimum = .binary(low)
        self.maximum = high.map(Value.binary)
        isMinimumExact = minimum.count <= Self.keptBytes
        isMaximumExact = maximum.count <= Self.keptBytes
        hasValues = true
    }

    /// The statistics of a column chunk; text and bytes are cut to 64 bytes.
    func statistics(nullCount: Int, physical: PhysicalType, length: Int32?, isText: Bool) -> Statistics {
        var statistics = Statistics(nullCount: Int64(nullCount))
        guard !isUnbounded else { return statistics }
        statistics.minimum = minimum?.plainBytes(in: physical, length: length)
        statistics.maximum = maximum?.plainBytes(in: physical, length: length)
        statistics.isMinimumExact = isMinimumExact
        statistics.isMaximumExact = isMaximumExact
        guard physical == .byteArray else { return statistics }
        let limit = 64
        if let low = statistics.minimum, low.count > limit {
            statistics.minimum = TextBound.lower(low, bytes: limit, isText: isText)
            statistics.isMinimumExact = false
        }
        if let high = statistics.maximum, high.count > limit {
            statistics.maximum = TextBound.upper(high, bytes: limit, isText: isText)
            statistics.isMaximumExact = false
        }
        return statistics
    }

    /// The bounds as values for the Delta log: text of at most 32 scalars, as delta-rs and Spark keep it.
    func summary(name: String, nullCount: Int, type: ColumnType) -> ColumnSummary {
        var summary = ColumnSummary(
            name: name, nullCount: nullCount, min: nil, max: nil, isExact: isMinimumExact && isMaximumExact)
        guard !isUnbounded else { return summary }
        guard type == .utf8 || type == .binary else {
            (summary.min, summary.max) = (minimum, maximum)
            return summary
        }
        let limit = 32
        if case .binary(let low)? = minimum {
            let size = type == .utf8 ? TextBound.size(ofScalars: limit, in: low) : limit
            summary.isExact = summary.isExact && low.count <= size
            summary.min = Self.value(TextBound.lower(low, bytes: size, isText: type == .utf8), type)
        }
        if case .binary(let high)? = maximum {
            let size = type == .utf8 ? TextBound.size(ofScalars: limit, in: high) : limit
            summary.isExact = summary.isExact && high.count <= size
            let cut = TextBound.upper(high, bytes: size, isText: type == .utf8)
            summary.max = cut.map { Self.value($0, type) }
        }
        return summary
    }

    private static func value(_ bytes: [UInt8], _ type: ColumnType) -> Value {
        type == .utf8 ? .string(String(decoding: bytes, as: UTF8.self)) : .binary(bytes)
    }
}

/// Bounds of text and bytes that are too long to be kept whole.
enum TextBound {
    /// The longest prefix of at most `bytes` bytes that ends between scalars: nothing with this prefix is smaller.
    static func lower(_ value: [UInt8], bytes: Int, isText: Bool) -> [UInt8] {
        guard value.count > bytes else { return value }
        var end = bytes
        if isText { while end > 0 && value[end] & 0xC0 == 0x80 { end -= 1 } }
        return Array(value[..<end])
    }

    /// The prefix raised in its last scalar (byte), so that nothing with the prefix is larger; nil when it cannot be.
    static func upper(_ value: [UInt8], bytes: Int, isText: Bool) -> [UInt8]? {
        guard value.count > bytes else { return value }
        let prefix = lower(value, bytes: bytes, isText: isText)
        return isText ? raisedText(prefix) : raisedBytes(prefix)
    }

    /// The number of bytes that the first `count` scalars take.
    static func size(ofScalars count: Int, in value: [UInt8]) -> Int {
        var scalars = 0
        for (index, byte) in value.enumerated() where byte & 0xC0 != 0x80 {
            if scalars == count { return index }
            scalars += 1
        }
        return value.count
    }

    private static func raisedText(_ prefix: [UInt8]) -> [UInt8]? {
        var end = prefix.count
        while end > 0 {
            var start = end - 1
            while start > 0, prefix[start] & 0xC0 == 0x80 { start -= 1 }
            defer { end = start }
            let last = String(decoding: prefix[start..<end], as: UTF8.self).unicodeScalars.last
            // The surrogates are no scalars; behind the last scalar there is none.
            let next = last.map { $0.value == 0xD7FF ? 0xE000 : $0.value + 1 }
            if let raised = next.flatMap(Unicode.Scalar.init) { return prefix[..<start] + Array(String(raised).utf8) }
        }
        return nil
    }

    private static func raisedBytes(_ prefix: [UInt8]) -> [UInt8]? {
        var bytes = prefix
        while let last = bytes.popLast() {
            if last < 0xFF { return bytes + [last + 1] }
        }
        return nil
    }
}
