import Foundation
import Tributary

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#endif

/// The error of a crash that is played by throwing.
public struct PlayedCrash: Error {}

/// Ends a sync at its n-th step: by throwing from then on (everything behind the crash fails, as if the process were
/// gone), or by a real `SIGKILL` to this process.
public final class CrashPoint: Sendable {
    public enum Way: Sendable {
        case never
        case throwing
        case kill
    }

    private let way: Way
    private let at: Int
    private let count = Lock(0)

    /// - Parameter step: from 1.
    public init(_ way: Way = .never, at step: Int = .max) {
        self.way = way
        at = step
    }

    /// Steps so far.
    public var steps: Int { count.withLock { $0 } }

    /// One observable moment of a sync: before or after an item, a file operation, a commit.
    public func step() throws {
        let number = count.withLock { count in
            count += 1
            return count
        }
        guard number >= at else { return }
        switch way {
        case .never: return
        case .throwing: throw PlayedCrash()
        case .kill: kill(getpid(), SIGKILL)
        }
    }
}
