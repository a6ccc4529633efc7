/// Which addresses may be dialled on behalf of a user.
///
/// A source's host is typed in by a user; without a policy it could be the runtime's own network. Every address is
/// checked where it is dialled, after the name was resolved: see ``HostValidator`` for databases, and the HTTP client
/// for the rest.
public struct AddressPolicy: Hashable, Sendable {
    /// Addresses that may be dialled although they are reserved, such as `127.0.0.1` for a test server.
    public var allowed: [AddressRange]
    /// Whether reserved addresses are refused at all.
    public var refusesReserved: Bool

    /// - Parameters:
    ///   - allowed: ranges that may be dialled although they are reserved.
    ///   - refusesReserved: whether reserved addresses are refused at all.
    public init(allowed: [AddressRange] = [], refusesReserved: Bool = true) {
        self.allowed = allowed
        self.refusesReserved = refusesReserved
    }

    /// Public addresses alone: for anything that serves several users.
    public static let publicOnly = AddressPolicy()

    /// Any address: for a machine whose users may reach its network anyway, such as one's own.
    public static let unrestricted = AddressPolicy(refusesReserved: false)

    /// The same policy with more addresses allowed, each `address` or `address/bits`; texts that are neither are left out.
    public func allowing(_ ranges: [String]) -> AddressPolicy {
        var copy = self
        copy.allowed += ranges.compactMap { AddressRange($0) }
        return copy
    }

    /// Why an address must not be dialled, as the end of a sentence such as `is a loopback address (127.0.0.0/8)`;
    /// nil when it may be.
    public func refusal(of address: IPAddress) -> String? {
        if !refusesReserved || allowed.contains(where: { $0.contains(address) }) { return nil }
        switch address {
        case .v4: return Self.refusal(of: address, in: ReservedRanges.v4)
        case .v6(let number): return refusal(ofV6: number)
        }
    }

    /// IPv6 addresses that carry an IPv4 one are judged by it: a mapped loopback is a loopback.
    private func refusal(ofV6 number: UInt128) -> String? {
        for embedding in ReservedRanges.embeddings where embedding.range.contains(.v6(number)) {
            for inner in embedding.addresses(number) {
                if let reason = refusal(of: .v4(inner)) { return "carries \(IPAddress.v4(inner)), which \(reason)" }
            }
            return nil
        }
        if let reason = Self.refusal(of: .v6(number), in: ReservedRanges.v6) { return reason }
        guard ReservedRanges.globalUnicast.contains(.v6(number)) else { return "is no global address" }
        if let inner = ReservedRanges.isatap(number), let reason = refusal(of: .v4(inner)) {
            return "carries \(IPAddress.v4(inner)), which \(reason)"
        }
        return nil
    }

    private static func refusal(of address: IPAddress, in table: [ReservedRanges.Entry]) -> String? {
        table.first { $0.range.contains(address) }.map { "is \($0.what) (\($0.range))" }
    }
}

/// What the IANA registries of special-purpose addresses list (RFC 6890 and its updates).
enum ReservedRanges {
    struct Entry: Sendable {
        let range: AddressRange
        let what: String

        init(v4 base: UInt32, _ prefix: Int, _ what: String) {
            range = AddressRange(base: .v4(base), prefix: prefix)
            self.what = what
        }

        init(v6 base: UInt128, _ prefix: Int, _ what: String) {
            range = AddressRange(base: .v6(base), prefix: prefix)
            self.what = what
        }
    }

    /// An IPv6 range whose addresses carry IPv4 addresses.
    struct Embedding: Sendable {
        let range: AddressRange
        let addresses: @Sendable (UInt128) -> [UInt32]
    }

    static let v4: [Entry] = [
        Entry(v4: 0x0000_0000, 8, "an address of this network"),
        Entry(v4: 0x0A00_0000, 8, "a private address"),
        Entry(v4: 0x6440_0000, 10, "a shared address of a provider"),
        Entry(v4: 0x7F00_0000, 8, "a loopback address"),
        Entry(v4: 0xA9FE_0000, 16, "a link-local address"),
        Entry(v4: 0xAC10_0000, 12, "a private address"),
        Entry(v4: 0xC000_0000, 24, "an address of a protocol"),
        Entry(v4: 0xC000_0200, 24, "an address for documentation"),
        Entry(v4: 0xC058_6300, 24, "an address of the former 6to4 relays"),
        Entry(v4: 0xC0A8_0000, 16, "a private address"),
        Entry(v4: 0xC612_0000, 15, "an address for benchmarks"),
        Entry(v4: 0xC633_6400, 24, "an address for documentation"),
        Entry(v4: 0xCB00_7100, 24, "an address for documentation"),
        Entry(v4: 0xE000_0000, 4, "a multicast address"),
        Entry(v4: 0xF000_0000, 4, "a reserved address"),
    ]

    static let v6: [Entry] = [
        Entry(v6: 0, 128, "the unspecified address"),
        Entry(v6: 1, 128, "the loopback address"),
        Entry(v6: 0, 96, "an address of the former IPv4-compatible kind"),
        Entry(v6: 0x0064_FF9B_0001 << 80, 48, "an address of a local translator"),
        Entry(v6: 0x0100 << 112, 64, "an address that discards"),
        Entry(v6: 0x0100_0000_0000_0001 << 64, 64, "a dummy address"),
        Entry(v6: 0x2001 << 112, 23, "an address of a protocol"),
        Entry(v6: 0x2001_0DB8 << 96, 32, "an address for documentation"),
        Entry(v6: 0x3FFF << 112, 20, "an address for documentation"),
        Entry(v6: 0x5F00 << 112, 16, "a segment identifier"),
        Entry(v6: 0xFC00 << 112, 7, "a private address"),
        Entry(v6: 0xFE80 << 112, 10, "a link-local address"),
        Entry(v6: 0xFEC0 << 112, 10, "a site-local address"),
        Entry(v6: 0xFF00 << 112, 8, "a multicast address"),
    ]

    /// All that has been handed out for use between networks.
    static let globalUnicast = AddressRange(base: .v6(0x2000 << 112), prefix: 3)

    static let embeddings: [Embedding] = [
        // IPv4-mapped (RFC 4291, 2.5.5.2), IPv4-translated (RFC 2765, 2.1), NAT64 (RFC 6052, 2.1): the last 32 bits.
        Embedding(range: AddressRange(base: .v6(0xFFFF << 32), prefix: 96)) { [low($0)] },
        Embedding(range: AddressRange(base: .v6(0xFFFF << 48), prefix: 96)) { [low($0)] },
        Embedding(range: AddressRange(base: .v6(0x0064_FF9B << 96), prefix: 96)) { [low($0)] },
        // 6to4 (RFC 3056, 2): the 32 bits after the prefix.
        Embedding(range: AddressRange(base: .v6(0x2002 << 112), prefix: 16)) { [UInt32(truncatingIfNeeded: $0 >> 80)] },
        // Teredo (RFC 4380, 4): the server, and the client with all bits turned over.
        Embedding(range: AddressRange(base: .v6(0x2001 << 112), prefix: 32)) {
            [UInt32(truncatingIfNeeded: $0 >> 64), ~low($0)]
        },
    ]

    /// The address inside an ISATAP interface identifier (RFC 5214, 6.1).
    static func isatap(_ number: UInt128) -> UInt32? {
        let identifier = UInt32(truncatingIfNeeded: number >> 32)
        return identifier == 0x0000_5EFE || identifier == 0x0200_5EFE ? low(number) : nil
    }

    private static func low(_ number: UInt128) -> UInt32 { UInt32(truncatingIfNeeded: number) }
}
