/// A growable sequence of bits, least significant bit first in each byte, as Arrow lays out validity.
public struct Bitmap: Hashable, Sendable {
    public private(set) var bytes: [UInt8]
    public private(set) var count: Int

    public init() {
        bytes = []
        count = 0
    }

    /// Makes `count` equal bits.
    public init(repeating value: Bool, count: Int) {
        bytes = [UInt8](repeating: value ? 0xFF : 0, count: (count + 7) / 8)
        self.count = count
        if value, count % 8 != 0 { bytes[bytes.count - 1] = UInt8(truncatingIfNeeded: (1 << (count % 8)) - 1) }
    }

    /// Takes over packed bytes, `(count + 7) / 8` of them; bits behind the last one are cleared.
    public init(bytes: [UInt8], count: Int) {
        precondition(bytes.count == (count + 7) / 8, "Bitmap.init: \(bytes.count) bytes for \(count) bits")
        self.bytes = bytes
        self.count = count
        if count % 8 != 0 { self.bytes[bytes.count - 1] &= UInt8(truncatingIfNeeded: (1 << (count % 8)) - 1) }
    }

    @inlinable public subscript(index: Int) -> Bool {
        bytes[index &>> 3] &>> UInt8(truncatingIfNeeded: index & 7) & 1 != 0
    }

    public mutating func append(_ bit: Bool) {
        if count & 7 == 0 { bytes.append(bit ? 1 : 0) } else if bit { bytes[count &>> 3] |= 1 &<< UInt8(count & 7) }
        count += 1
    }

    /// Appends `count` equal bits.
    public mutating func append(repeating bit: Bool, count: Int) {
        for _ in 0..<count { append(bit) }
    }

    /// Sets an existing bit.
    public mutating func set(_ index: Int, to bit: Bool) {
        let mask: UInt8 = 1 &<< UInt8(truncatingIfNeeded: index & 7)
        if bit { bytes[index &>> 3] |= mask } else { bytes[index &>> 3] &= ~mask }
    }

    /// The number of bits that are set.
    public var setCount: Int { bytes.reduce(0) { $0 + $1.nonzeroBitCount } }

    public mutating func removeAll(keepingCapacity: Bool = true) {
        bytes.removeAll(keepingCapacity: keepingCapacity)
        count = 0
    }

    public mutating func reserveCapacity(_ bits: Int) { bytes.reserveCapacity((bits + 7) / 8) }
}
