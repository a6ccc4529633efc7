import CSocket
import Foundation
import Tributary

#if canImport(Glibc)
    import Glibc
#endif

/// Follows what `ssh` says until the tunnel forwards, or cannot.
///
/// `ssh` listens on the local port once it has logged in. Whether the server can reach the target shows only with a first
/// connection, so one is made, and closed when the server has confirmed it.
final class SSHStartup: Sendable {
    /// How it went.
    enum Outcome: Sendable {
        case forwards
        case failed(Words)
        case notStarted(Int32)
        case timedOut(isLoggedIn: Bool)
    }

    /// What `ssh` has said.
    struct Words: Sendable {
        /// Every line that is no debugging output.
        var said: [String] = []
        /// The server's key, if it was shown.
        var hostKey: String?
        /// Whether the server would take our key, had we only been able to use it.
        var isKeyAccepted = false
    }

    private struct State: Sendable {
        var words = Words()
        var isListening = false
        var isOver = false
        var probe: Int32?
    }

    private let state = Lock(State())
    private let port: Int
    private let answer = FirstAnswer<Outcome>()

    init(port: Int) { self.port = port }

    /// Waits for the outcome; cancelling throws.
    func outcome(within limit: Duration) async throws -> Outcome {
        let timer = Task {
            try await Task.sleep(for: limit)
            let isLoggedIn = state.withLock { $0.probe != nil }
            finish(.success(.timedOut(isLoggedIn: isLoggedIn)))
        }
        defer { timer.cancel() }
        return try await withTaskCancellationHandler {
            try await answer.value
        } onCancel: {
            finish(.failure(CancellationError()))
        }
    }

    /// Takes the next event; called on the child's thread.
    func note(_ event: ChildProcess.Event) {
        switch event {
        case .line(let line): note(line)
        case .notStarted(let code): finish(.success(.notStarted(code)))
        case .ended:
            // Lines of this kind come last.
            finish(.success(failure))
        }
    }

    private func note(_ line: String) {
        if state.withLock({ $0.isOver }) { return }
        guard line.hasPrefix("debug") else {
            state.withLock { if $0.words.said.count < 100 { $0.words.said.append(line) } }
            if line.contains("open failed:") { finish(.success(failure)) }
            return
        }
        probeIfListening()
        if let range = line.range(of: "Server host key: ") {
            state.withLock { $0.words.hostKey = String(line[range.upperBound...]) }
        } else if line.contains("Server accepts key:") {
            state.withLock { $0.words.isKeyAccepted = true }
        } else if line.contains("forwarding listening on 127.0.0.1 port \(port)") {
            state.withLock { $0.isListening = true }
        } else if line.contains("open confirm") {
            finish(.success(.forwards))
        }
    }

    private var failure: Outcome { state.withLock { .failed($0.words) } }

    private func finish(_ result: Result<Outcome, any Error>) {
        answer.give(result)
        state.withLock { state in
            if let probe = state.probe { close(probe) }
            state.probe = nil
            state.isOver = true
        }
    }

    /// Makes the first connection. `ssh` says that it listens a moment before it does, so each further line is a reason to
    /// try. The port is on this machine, so that connecting does not wait.
    private func probeIfListening() {
        let isWanted = state.withLock { $0.isListening && $0.probe == nil }
        guard isWanted, let connection = LoopbackConnection.open(port: port) else { return }
        state.withLock { state in
            if state.isOver { close(connection) } else { state.probe = connection }
        }
    }
}

/// Connections to and ports of 127.0.0.1.
enum LoopbackConnection {
    /// A connection to the port; nil when nobody listens there.
    static func open(port: Int) -> Int32? {
        let connection = make()
        guard connection >= 0 else { return nil }
        if withAddress(port, { connect(connection, $0, $1) }) == 0 { return connection }
        close(connection)
        return nil
    }

    /// A port that is free at the moment.
    static func freePort() -> Int? {
        let listener = make()
        guard listener >= 0 else { return nil }
        defer { close(listener) }
        guard withAddress(0, { bind(listener, $0, $1) }) == 0 else { return nil }
        var address = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let code = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(listener, $0, &length) }
        }
        return code == 0 ? Int(UInt16(bigEndian: address.sin_port)) : nil
    }

    private static func make() -> Int32 {
        socket(AF_INET, tributary_stream_socket | tributary_close_on_exec_socket, 0)
    }

    private static func withAddress(_ port: Int, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
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
