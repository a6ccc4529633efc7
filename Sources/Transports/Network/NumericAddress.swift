import Foundation

#if canImport(Glibc)
    import Glibc
#endif

/// Asks before an address is dialled.
public protocol DialPolicy: Sendable {
    /// Why the address (numeric, IPv4 or IPv6) must not be dialled, as a clause; nil when it may.
    func refusal(of address: String) -> String?
}

/// Socket addresses as text.
enum NumericAddress {
    /// The numeric form without a port; nil for anything but IPv4 and IPv6.
    static func text(_ address: UnsafePointer<sockaddr>, length: socklen_t) -> String? {
        guard [AF_INET, AF_INET6].contains(Int32(address.pointee.sa_family)) else { return nil }
        var host = [CChar](repeating: 0, count: Int(NI_MAXHOST))
        let code = getnameinfo(address, length, &host, socklen_t(host.count), nil, 0, NI_NUMERICHOST)
        guard code == 0 else { return nil }
        return host.withUnsafeBufferPointer { $0.baseAddress.map { String(cString: $0) } }
    }
}
