/// An IP address as a number.
public enum IPAddress: Hashable, Sendable {
    case v4(UInt32)
    case v6(UInt128)

    /// The address in network byte order: four bytes or sixteen; nil for any other count.
    public init?(bytes: some Collection<UInt8>) {
        switch bytes.count {
        case 4: self = .v4(bytes.reduce(0) { $0 << 8 | UInt32($1) })
        case 16: self = .v6(bytes.reduce(0) { $0 << 8 | UInt128($1) })
        default: return nil
        }
    }

    /// Reads the one plain spelling of IPv4 (four decimal numbers without leading zeros) or any spelling of IPv6
    /// (RFC 4291, section 2.2), with or without brackets and without a zone.
    ///
    /// Other spellings of IPv4 that C libraries take, such as `2130706433`, `0177.0.0.1` or `127.1`, give nil: nobody
    /// writes them but to get past a check.
    public init?(_ text: String) {
        let inner =
            text.hasPrefix("[") && text.hasSuffix("]") && text.count > 2 ? String(text.dropFirst().dropLast()) : text
        if let address = Self.readV4(inner) {
            self = .v4(address)
        } else if let address = Self.readV6(inner) {
            self = .v6(address)
        } else {
            return nil
        }
    }

    /// Whether it is an address of four bytes.
    public var isV4: Bool { if case .v4 = self { true } else { false } }

    private static func readV4(_ text: String) -> UInt32? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var address: UInt32 = 0
        for part in parts {
            guard (1...3).contains(part.utf8.count), part == "0" || !part.hasPrefix("0"),
                part.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }), let byte = UInt8(part)
            else { return nil }
            address = address << 8 | UInt32(byte)
        }
        return address
    }

    private static func readV6(_ text: String) -> UInt128? {
        guard text.contains(":"), !text.contains(":::") else { return nil }
        let halves = text.ranges(of: "::")
        guard halves.count <= 1 else { return nil }
        guard let gap = halves.first else {
            guard let groups = groups(text, mayEndInV4: true), groups.count == 8 else { return nil }
            return number(groups)
        }
        guard let head = groups(String(text[..<gap.lowerBound]), mayEndInV4: false),
            let tail = groups(String(text[gap.upperBound...]), mayEndInV4: true),
            head.count + tail.count <= 7
        else { return nil }
        return number(head + Array(repeating: 0, count: 8 - head.count - tail.count) + tail)
    }

    /// Groups of sixteen bits; the last two of an address may be spelt as an IPv4 one.
    private static func groups(_ text: String, mayEndInV4: Bool) -> [UInt16]? {
        if text.isEmpty { return [] }
        var groups: [UInt16] = []
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        for (index, part) in parts.enumerated() {
            if mayEndInV4, index == parts.count - 1, part.contains("."), let embedded = readV4(String(part)) {
                groups += [UInt16(embedded >> 16), UInt16(embedded & 0xFFFF)]
            } else {
                guard (1...4).contains(part.utf8.count), part.utf8.first != UInt8(ascii: "+"),
                    part.utf8.first != UInt8(ascii: "-"), let group = UInt16(part, radix: 16)
                else { return nil }
                groups.append(group)
            }
        }
        return groups
    }

    private static func number(_ groups: [UInt16]) -> UInt128 { groups.reduce(0) { $0 << 16 | UInt128($1) } }
}

extension IPAddress: CustomStringConvertible {
    /// The canonical spelling; IPv6 as RFC 5952 has it.
    public var description: String {
        switch self {
        case .v4(let address):
            return [24, 16, 8, 0].map { String((address >> UInt32($0)) & 0xFF) }.joined(separator: ".")
        case .v6(let address):
            let groups = (0..<8).map { UInt16(truncatingIfNeeded: address >> UInt128(112 - 16 * $0)) }
            guard let gap = Self.longestGap(groups) else { return Self.text(groups[...]) }
            return Self.text(groups[..<gap.lowerBound]) + "::" + Self.text(groups[gap.upperBound...])
        }
    }

    private static func text(_ groups: ArraySlice<UInt16>) -> String {
        groups.map { String($0, radix: 16) }.joined(separator: ":")
    }

    /// The first longest run of at least two groups that are zero.
    private static func longestGap(_ groups: [UInt16]) -> Range<Int>? {
        var best: Range<Int>?
        var start = 0
        while start < groups.count {
            var end = start
            while end < groups.count, groups[end] == 0 { end += 1 }
            if end - start >= 2, end - start > best?.count ?? 0 { best = start..<end }
            start = max(end, start + 1)
        }
        return best
    }
}

/// Addresses that share their first bits, such as `10.0.0.0/8`.
public struct AddressRange: Hashable, Sendable {
    /// The first address.
    public let base: IPAddress
    /// The number of bits that count.
    public let prefix: Int

    init(base: IPAddress, prefix: Int) {
        self.base = base
        self.prefix = prefix
    }

    /// Reads `address/bits`; an address alone is a range of one. Nil when the text is neither.
    public init?(_ text: String) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let address = IPAddress(String(parts[0])) else { return nil }
        let width = address.isV4 ? 32 : 128
        guard let prefix = parts.count == 1 ? width : Int(parts[1]), (0...width).contains(prefix) else { return nil }
        base = address
        self.prefix = prefix
    }

    /// Whether the address lies in the range; an IPv4 address never lies in a range of IPv6.
    public func contains(_ address: IPAddress) -> Bool {
        switch (base, address) {
        case (.v4(let lhs), .v4(let rhs)): prefix == 0 || (lhs ^ rhs) >> UInt32(32 - prefix) == 0
        case (.v6(let lhs), .v6(let rhs)): prefix == 0 || (lhs ^ rhs) >> UInt128(128 - prefix) == 0
        default: false
        }
    }
}

extension AddressRange: CustomStringConvertible {
    public var description: String { "\(base)/\(prefix)" }
}
