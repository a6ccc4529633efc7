import CSocket
import Foundation
import Tributary

#if canImport(Glibc)
    import Glibc
#endif

/// Looks names up as every program on the machine does: hosts file, then DNS, as the system is set up.
public struct SystemResolver: HostResolver {
    /// Look-ups block a thread each; a queue of their own keeps them away from Swift's few.
    private static let queue = DispatchQueue(label: "tributary-resolver", attributes: .concurrent)

    /// After so long a look-up counts as a temporary failure; its thread ends when the system gives up.
    public var timeout: Duration

    private let lookUp: @Sendable (String) throws -> [IPAddress]

    public init(timeout: Duration = .seconds(30)) { self.init(timeout: timeout, lookUp: Self.ask) }

    /// With another way to look up, for the proof of the time-out.
    init(timeout: Duration, lookUp: @escaping @Sendable (String) throws -> [IPAddress]) {
        self.timeout = timeout
        self.lookUp = lookUp
    }

    public func addresses(of name: String) async throws -> [IPAddress] {
        let answer = FirstAnswer<[IPAddress]>()
        Self.queue.async { answer.give(Result { try lookUp(name) }) }
        let timer = DispatchWorkItem { answer.give(.failure(ResolutionFailure.temporary)) }
        Self.queue.asyncAfter(deadline: .now() + timeout / .seconds(1), execute: timer)
        defer { timer.cancel() }
        return try await withTaskCancellationHandler {
            try await answer.value
        } onCancel: {
            answer.give(.failure(CancellationError()))
        }
    }

    private static func ask(_ name: String) throws -> [IPAddress] {
        var hints = addrinfo()
        hints.ai_family = AF_UNSPEC
        hints.ai_socktype = tributary_stream_socket
        var list: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(name, nil, &hints, &list)
        defer { if let list { freeaddrinfo(list) } }
        // Only these say that the name is wrong; a name server that is away is no reason to call it so.
        if code == EAI_NONAME || code == noAddress { throw ResolutionFailure.notFound }
        guard code == 0 else { throw ResolutionFailure.temporary }
        var addresses: [IPAddress] = []
        var entry = list
        while let current = entry {
            let address = current.pointee.ai_addr.flatMap { IPAddress(socketAddress: $0) }
            if let address, !addresses.contains(address) { addresses.append(address) }
            entry = current.pointee.ai_next
        }
        return addresses
    }

    /// The name exists but has no address (`EAI_NODATA`, which glibc shows to its own programs alone).
    private static let noAddress: Int32 = {
        #if canImport(Glibc)
            -5
        #else
            EAI_NODATA
        #endif
    }()
}
