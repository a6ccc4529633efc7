import Foundation

/// A pipe whose ends no child inherits; ``ChildStart`` copies what it hands on.
public struct ChildPipe: Sendable {
    public let reading: Int32
    public let writing: Int32

    /// Opens both ends, for the caller to close.
    public init() throws(ChildStart.Refusal) {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw ChildStart.Refusal(code: errno) }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        (reading, writing) = (ends[0], ends[1])
    }

    /// Gives what comes, part by part, until nobody holds the writing end any more.
    public func readToEnd(_ body: (ArraySlice<UInt8>) -> Void) {
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = read(reading, &buffer, buffer.count)
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { return }
            body(buffer[..<count])
        }
    }
}
