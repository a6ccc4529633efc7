/// A buffer that is used again and again for text that a scanner walks over: the text, then zero bytes.
///
/// It owns its memory and frees it. Not shared: its owner keeps it to itself.
final class PaddedBytes {
    private var memory = UnsafeMutablePointer<UInt8>.allocate(capacity: JSONScanner.padding)
    private var capacity = 0

    deinit { memory.deallocate() }

    /// Copies `bytes` and gives the copy, followed by zeros; it is valid until the next call.
    func copy(_ bytes: UnsafeBufferPointer<UInt8>) -> (start: UnsafePointer<UInt8>, end: UnsafePointer<UInt8>) {
        if bytes.count > capacity {
            memory.deallocate()
            capacity = bytes.count + bytes.count / 4
            memory = .allocate(capacity: capacity + JSONScanner.padding)
        }
        if let source = bytes.baseAddress { memory.update(from: source, count: bytes.count) }
        (memory + bytes.count).update(repeating: 0, count: JSONScanner.padding)
        return (UnsafePointer(memory), UnsafePointer(memory + bytes.count))
    }

    /// Scans `bytes` by a scanner whose places are valid inside `body`.
    static func scan<Result>(
        _ bytes: some Sequence<UInt8>, maximumDepth: Int, _ body: (inout JSONScanner) throws -> Result
    ) rethrows -> Result {
        let padded = PaddedBytes()
        let (start, end) =
            bytes.withContiguousStorageIfAvailable { padded.copy($0) }
            ?? Array(bytes).withUnsafeBufferPointer { padded.copy($0) }
        var scanner = JSONScanner(start: start, end: end, maximumDepth: maximumDepth)
        // The memory must outlive the scan.
        return try withExtendedLifetime(padded) { try body(&scanner) }
    }
}
