/// A growable sequence of bits, least significant bit first in each byte, as Arrow lays out validity.
///
/// Bits behind the last one are zero, so that equal sequences have equal bytes.
public struct Bitmap: Hashable, Sendable {
    /// The bits, eight to a byte; those behind the last one are zero.
    public private(set) var bytes: [UInt8]
    /// The number of bits.
    public private(set) var count: Int

    /// Makes an empty sequence.
    public init() {
        bytes = []
        count = 0
    }

    /// Makes `count` equal bits.
    public init(repeating value: Bool, count: Int) {
        self.init(bytes: [UInt8](repeating: value ? 0xFF : 0, count: (count + 7) / 8), count: count)
    }

    /// Takes over packed bytes, `(count + 7) / 8` of them; bits behind the last one are cleared.
    public init(bytes: [UInt8], count: Int) {
        precondition(bytes.count == (count + 7) / 8, "Bitmap.init: \(bytes.count) bytes for \(count) bits")
        self.bytes = bytes
        self.count = count
        clearPadding()
    }

    /// The bit at `index`.
    @inlinable public subscript(index: Int) -> Bool {
        bytes[index &>> 3] &>> UInt8(truncatingIfNeeded: index & 7) & 1 != 0
    }

    /// Appends one bit.
    public mutating func append(_ bit: Bool) {
        if count & 7 == 0 { bytes.append(bit ? 1 : 0) } else if bit { bytes[count &>> 3] |= 1 &<< UInt8(count & 7) }
        count += 1
    }

    /// Appends `count` equal bits.
    public mutating func append(repeating bit: Bool, count added: Int) {
        let total = count + added
        if bit, count & 7 != 0 { bytes[bytes.count - 1] |= 0xFF &<< UInt8(count & 7) }
        bytes.append(contentsOf: repeatElement(bit ? 0xFF : 0, count: (total + 7) / 8 - bytes.count))
        count = total
        clearPadding()
    }

    /// Appends the bits of `other` in their order.
    public mutating func append(contentsOf other: Bitmap) {
        let shift = UInt8(count & 7)
        let total = count + other.count
        if shift == 0 {
            bytes.append(contentsOf: other.bytes)
        } else {
            bytes.reserveCapacity((total + 7) / 8)
            for byte in other.bytes {
                bytes[bytes.count - 1] |= byte &<< shift
                bytes.append(byte &>> (8 &- shift))
            }
        }
        count = total
        bytes.removeLast(bytes.count - (total + 7) / 8)
    }

    /// The bits of `range`.
    public func slice(_ range: Range<Int>) -> Bitmap {
        precondition(range.lowerBound >= 0 && range.upperBound <= count, "Bitmap.slice: a range within the bits")
        let shift = UInt8(range.lowerBound & 7)
        let first = range.lowerBound &>> 3
        let length = (range.count + 7) / 8
        guard shift != 0 else { return Bitmap(bytes: Array(bytes[first..<first + length]), count: range.count) }
        var result = [UInt8](repeating: 0, count: length)
        for index in 0..<length {
            let low = bytes[first + index] &>> shift
            let high = first + index + 1 < bytes.count ? bytes[first + index + 1] &<< (8 &- shift) : 0
            result[index] = low | high
        }
        return Bitmap(bytes: result, count: range.count)
    }

    /// Sets an existing bit.
    public mutating func set(_ index: Int, to bit: Bool) {
        let mask: UInt8 = 1 &<< UInt8(truncatingIfNeeded: index & 7)
        if bit { bytes[index &>> 3] |= mask } else { bytes[index &>> 3] &= ~mask }
    }

    /// The number of bits that are set.
    public var setCount: Int { bytes.reduce(0) { $0 &+ $1.nonzeroBitCount } }

    /// Removes all bits.
    public mutating func removeAll(keepingCapacity: Bool = true) {
        bytes.removeAll(keepingCapacity: keepingCapacity)
        count = 0
    }

    /// Makes room for `bits` bits.
    public mutating func reserveCapacity(_ bits: Int) { bytes.reserveCapacity((bits + 7) / 8) }

    private mutating func clearPadding() {
        if count & 7 != 0 { bytes[bytes.count - 1] &= UInt8(truncatingIfNeeded: (1 << (count & 7)) - 1) }
    }
}
