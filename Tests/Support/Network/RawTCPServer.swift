import Foundation
import Tributary

#if canImport(Glibc)
    import Glibc
#endif

/// A TCP server on 127.0.0.1 that does to each connection what a closure says: for answers that no decent HTTP server
/// would give, such as a body cut in the middle.
public final class RawTCPServer: Sendable {
    /// The port it listens on.
    public let port: Int
    private let listener: Int32
    private let state = Lock(State())

    private struct State: Sendable {
        var connections: Set<Int32> = []
        var connectionCount = 0
        var isStopped = false
    }

    /// Starts listening. `serve` runs on a thread of its own for each connection, which is closed when it returns.
    public init(_ serve: @escaping @Sendable (RawConnection) -> Void) throws {
        let listener = LoopbackSocket.make()
        guard LoopbackSocket.listen(listener), let port = LoopbackSocket.port(of: listener) else {
            close(listener)
            throw ServerProcess.Failure(description: "Listening on 127.0.0.1: \(String(cString: strerror(errno)))")
        }
        (self.port, self.listener) = (port, listener)
        let state = state
        Thread.detachNewThread { Self.acceptAll(listener, state, serve) }
    }

    deinit { stop() }

    /// `http://127.0.0.1:port`.
    public var url: String { "http://127.0.0.1:\(port)" }

    /// How many connections have been made to it.
    public var connectionCount: Int { state.withLock { $0.connectionCount } }

    /// Connections that are open now.
    public var openConnections: Int { state.withLock { $0.connections.count } }

    /// Ends the server and cuts its connections.
    public func stop() {
        state.withLock { state in
            guard !state.isStopped else { return }
            state.isStopped = true
            shutdown(listener, LoopbackSocket.both)
            for connection in state.connections { shutdown(connection, LoopbackSocket.both) }
        }
    }

    private static func acceptAll(
        _ listener: Int32, _ state: Lock<State>, _ serve: @escaping @Sendable (RawConnection) -> Void
    ) {
        while true {
            let socket = accept(listener, nil, nil)
            if socket < 0 && (errno == EINTR || errno == ECONNABORTED) { continue }
            guard socket >= 0 else { break }
            let index = state.withLock { state -> Int in
                state.connections.insert(socket)
                state.connectionCount += 1
                return state.connectionCount - 1
            }
            Thread.detachNewThread {
                serve(RawConnection(socket: socket, index: index))
                state.withLock { state in
                    state.connections.remove(socket)
                    close(socket)
                }
            }
        }
        close(listener)
    }
}

/// One connection to a ``RawTCPServer``, used by one thread.
public struct RawConnection: Sendable {
    let socket: Int32
    /// 0 for the first connection that the server got.
    public let index: Int

    /// Reads one HTTP request, its body included; nil when the peer has closed.
    public func readRequest() -> String? {
        var bytes: [UInt8] = []
        var byte: UInt8 = 0
        while !bytes.suffix(4).elementsEqual([13, 10, 13, 10]) {
            guard recv(socket, &byte, 1, 0) == 1 else { return nil }
            bytes.append(byte)
        }
        let head = String(decoding: bytes, as: UTF8.self)
        var missing = 0
        for line in head.lowercased().split(separator: "\r\n") where line.hasPrefix("content-length:") {
            missing = Int(line.dropFirst(15).trimmingCharacters(in: .whitespaces)) ?? 0
        }
        while missing > 0, recv(socket, &byte, 1, 0) == 1 {
            bytes.append(byte)
            missing -= 1
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Sends text; tells whether the peer still took it.
    @discardableResult
    public func write(_ text: String) -> Bool { write(Array(text.utf8)) }

    /// Sends bytes, waiting as long as the peer makes us; tells whether it took them.
    @discardableResult
    public func write(_ bytes: [UInt8]) -> Bool {
        var start = 0
        while start < bytes.count {
            let count = bytes.withUnsafeBytes { buffer in
                send(socket, buffer.baseAddress.map { $0 + start }, bytes.count - start, LoopbackSocket.noSignal)
            }
            if count <= 0 { return false }
            start += count
        }
        return true
    }

    /// Waits until the peer closes; what it sends is thrown away.
    public func waitForClose() {
        var buffer = [UInt8](repeating: 0, count: 4096)
        while recv(socket, &buffer, buffer.count, 0) > 0 {}
    }

    /// Ends the connection by a reset when it is closed, as a crashed peer does.
    public func resetOnClose() {
        var option = linger(l_onoff: 1, l_linger: 0)
        setsockopt(socket, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
    }
}

enum LoopbackSocket {
    #if canImport(Glibc)
        static let noSignal = Int32(MSG_NOSIGNAL)
        static let both = Int32(SHUT_RDWR)
    #else
        static let noSignal: Int32 = 0
        static let both = SHUT_RDWR
    #endif

    static func make() -> Int32 {
        #if canImport(Glibc)
            socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        #else
            socket(AF_INET, SOCK_STREAM, 0)
        #endif
    }

    /// Listens on a port that the kernel chooses.
    static func listen(_ socket: Int32) -> Bool {
        var yes: Int32 = 1
        setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        let isBound = withAddress(port: 0) { bind(socket, $0, $1) == 0 }
        #if canImport(Glibc)
            return isBound && Glibc.listen(socket, 128) == 0
        #else
            return isBound && Darwin.listen(socket, 128) == 0
        #endif
    }

    static func port(of socket: Int32) -> Int? {
        var address = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let code = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(socket, $0, &length) }
        }
        return code == 0 ? Int(UInt16(bigEndian: address.sin_port)) : nil
    }

    static func withAddress<Result>(port: Int, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(UInt16(port).bigEndian)
        address.sin_addr.s_addr = in_addr_t(UInt32(0x7f00_0001).bigEndian)
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }
}
