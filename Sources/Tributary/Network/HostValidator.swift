/// Looks up the addresses of a name.
public protocol HostResolver: Sendable {
    /// All addresses of a name, in the resolver's order.
    ///
    /// - Throws: ``ResolutionFailure``.
    func addresses(of name: String) async throws -> [IPAddress]
}

/// Why a name has no addresses.
public enum ResolutionFailure: Error, Hashable, Sendable {
    /// The name does not exist, or has no address.
    case notFound
    /// The resolver could not tell; asking again later may help.
    case temporary
}

/// Knows no name: for contexts whose sources dial no host that a user supplies, and for tests. IP addresses still pass.
public struct NoHostResolver: HostResolver {
    public init() {}

    public func addresses(of name: String) async throws -> [IPAddress] { throw ResolutionFailure.notFound }
}

/// A host whose addresses have all been checked.
public struct CheckedHost: Hashable, Sendable {
    /// The name as the user wrote it: for TLS and for messages.
    public let name: String
    /// The checked addresses, IPv4 first. Dial one of these; resolving again could give another answer.
    public let addresses: [IPAddress]

    /// The address to dial.
    public var preferred: String { addresses.first.map(\.description) ?? name }
}

/// Checks the host of a database or a tunnel that a user supplies, and finds the address to dial.
public struct HostValidator: Sendable {
    /// Which addresses may be dialled.
    public var policy: AddressPolicy
    /// What looks names up.
    public var resolver: any HostResolver

    /// A validator; without a policy only public addresses pass.
    public init(policy: AddressPolicy = .publicOnly, resolver: any HostResolver) {
        self.policy = policy
        self.resolver = resolver
    }

    /// The host's addresses, if every one of them may be dialled.
    ///
    /// - Throws: `SourceError`: `addressRefused` when the text is not exactly one host, or one of its addresses is
    ///   reserved; `unreachable` when the name does not exist; `unreachable` with recovery by retry when the resolver
    ///   could not tell.
    public func resolve(_ host: String) async throws -> CheckedHost {
        if let problem = HostName.problem(with: host) { throw Self.refused(host, problem) }
        if let address = IPAddress(host) { return try check(host, [address]) }
        if HostName.looksNumeric(host) {
            throw Self.refused(host, "is a number that is not spelt as an IP address")
        }
        if policy.refusesReserved, policy.allowed.isEmpty, HostName.isLocal(host) {
            throw Self.refused(host, "names this machine")
        }
        return try check(host, await lookUp(host))
    }

    private func lookUp(_ host: String) async throws -> [IPAddress] {
        do {
            let addresses = try await resolver.addresses(of: host)
            if addresses.isEmpty { throw ResolutionFailure.notFound }
            return addresses
        } catch ResolutionFailure.notFound {
            throw SourceError(
                .unreachable, "Looking up the host '\(host)': the name does not exist.",
                advice: "Check the spelling of the host.")
        } catch ResolutionFailure.temporary {
            throw SourceError(
                .unreachable, "Looking up the host '\(host)': the name server gave no answer.",
                advice: "Try again later.", recovery: .retry(after: nil))
        }
    }

    private func check(_ host: String, _ addresses: [IPAddress]) throws -> CheckedHost {
        for address in addresses {
            guard let reason = policy.refusal(of: address) else { continue }
            let subject = host == address.description ? reason : "leads to \(address), which \(reason)"
            throw Self.refused(host, subject)
        }
        return CheckedHost(name: host, addresses: addresses.filter(\.isV4) + addresses.filter { !$0.isV4 })
    }

    private static func refused(_ host: String, _ reason: String) -> SourceError {
        SourceError(
            .addressRefused, "Checking the host '\(host)': it \(reason).",
            advice: "Give the name or the IP address of a host that can be reached from the internet.")
    }
}
