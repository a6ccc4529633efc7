/// Takes the bytes of a file in order.
///
/// A writer calls it from one task at a time, and waits for each call: a slow sink holds the writer back.
public protocol ByteSink: Sendable {
    /// Appends `bytes` behind all that was written before.
    func write(_ bytes: [UInt8]) async throws
}

/// A file that can be read at any place: on disk, in memory, or an object in a store.
public protocol RandomAccessSource: Sendable {
    /// What messages call the file: a path or an address without secrets.
    var name: String { get }
    /// The length in bytes. It does not change while the source is in use.
    var size: Int { get }
    /// Reads exactly `range`, which lies within `0..<size`; throws when fewer bytes come.
    func read(_ range: Range<Int>) async throws -> [UInt8]
}

/// Collects what is written to it in memory.
public actor MemorySink: ByteSink {
    /// All bytes so far.
    public private(set) var bytes: [UInt8] = []

    public init() {}

    public func write(_ bytes: [UInt8]) { self.bytes += bytes }
}

/// A file that is held in memory.
public struct MemorySource: RandomAccessSource {
    public let name: String
    private let bytes: [UInt8]

    public init(_ bytes: [UInt8], name: String = "in memory") {
        self.bytes = bytes
        self.name = name
    }

    public var size: Int { bytes.count }

    public func read(_ range: Range<Int>) throws -> [UInt8] {
        guard range.lowerBound >= 0, range.upperBound <= bytes.count else {
            throw ParquetError(.io, "bytes \(range) were asked for, of \(bytes.count)", file: name)
        }
        return Array(bytes[range])
    }
}
