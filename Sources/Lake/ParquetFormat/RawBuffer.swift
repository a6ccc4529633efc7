/// Growable memory for encoders and decoders: bytes without initial value, reused from page to page.
///
/// It belongs to one encoder or decoder and is used from one task at a time; that is why it is not `Sendable`.
/// 16 bytes more than the capacity are always there, so that short copies and loads may run over the end of the
/// contents without leaving the allocation.
final class RawBuffer {
    private(set) var base: UnsafeMutableRawPointer
    private(set) var capacity: Int
    /// The bytes in use. Whoever writes through `base` sets it.
    var count = 0

    static let slack = 16

    init(capacity: Int = 4096) {
        self.capacity = capacity
        base = .allocate(byteCount: capacity + Self.slack, alignment: 16)
    }

    deinit { base.deallocate() }

    var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: base, count: count) }

    /// Makes room for `additional` bytes behind the contents.
    func reserve(_ additional: Int) {
        let needed = count + additional
        if needed > capacity { grow(to: max(needed, capacity * 2)) }
    }

    private func grow(to newCapacity: Int) {
        let larger = UnsafeMutableRawPointer.allocate(byteCount: newCapacity + Self.slack, alignment: 16)
        larger.copyMemory(from: base, byteCount: count)
        base.deallocate()
        base = larger
        capacity = newCapacity
    }

    func append(_ byte: UInt8) {
        reserve(1)
        base.storeBytes(of: byte, toByteOffset: count, as: UInt8.self)
        count += 1
    }

    func append(_ source: UnsafeRawBufferPointer) {
        guard let start = source.baseAddress, source.count > 0 else { return }
        reserve(source.count)
        (base + count).copyMemory(from: start, byteCount: source.count)
        count += source.count
    }

    func append(littleEndian value: UInt32) {
        reserve(4)
        base.storeBytes(of: value.littleEndian, toByteOffset: count, as: UInt32.self)
        count += 4
    }

    func append(varint value: UInt64) {
        var value = value
        while value >= 0x80 {
            append(UInt8(truncatingIfNeeded: value) | 0x80)
            value >>= 7
        }
        append(UInt8(value))
    }
}

/// Copies a short string of bytes: 16 at a time while `slack` says that both sides may be overrun by 16 bytes.
@inline(__always)
func copyShort(_ target: UnsafeMutableRawPointer, _ source: UnsafeRawPointer, _ count: Int, slack: Bool) {
    if slack && count <= 32 {
        target.storeBytes(of: source.loadUnaligned(as: UInt64.self), as: UInt64.self)
        target.storeBytes(
            of: source.loadUnaligned(fromByteOffset: 8, as: UInt64.self), toByteOffset: 8, as: UInt64.self)
        guard count > 16 else { return }
        let last = count - 16
        target.storeBytes(
            of: source.loadUnaligned(fromByteOffset: last, as: UInt64.self), toByteOffset: last, as: UInt64.self)
        target.storeBytes(
            of: source.loadUnaligned(fromByteOffset: last + 8, as: UInt64.self), toByteOffset: last + 8,
            as: UInt64.self)
    } else {
        target.copyMemory(from: source, byteCount: count)
    }
}
