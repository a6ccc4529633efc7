import Foundation
import Tributary

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Free TCP ports on the loopback address for servers that a test starts.
///
/// Ports come from below the range that the kernel gives to outgoing connections, at random, so that two test processes
/// on one machine seldom want the same; no port is handed out twice by one process.
public enum FreePort {
    private static let handedOut = Lock<Set<Int>>([])

    /// A port on which nobody listened a moment ago.
    public static func take() -> Int {
        while true {
            let port = Int.random(in: 20_000..<32_000)
            let isNew = handedOut.withLock { $0.insert(port).inserted }
            if isNew && isFree(port) { return port }
        }
    }

    /// Whether somebody accepts connections on the port at 127.0.0.1.
    public static func isOpen(_ port: Int) -> Bool {
        withSocket(at: port) { connect($0, $1, $2) == 0 }
    }

    private static func isFree(_ port: Int) -> Bool {
        withSocket(at: port) { bind($0, $1, $2) == 0 }
    }

    private static func withSocket(
        at port: Int, _ body: (Int32, UnsafePointer<sockaddr>, socklen_t) -> Bool
    ) -> Bool {
        let socket = LoopbackSocket.make()
        guard socket >= 0 else { return false }
        defer { close(socket) }
        return LoopbackSocket.withAddress(port: port) { body(socket, $0, $1) }
    }
}
