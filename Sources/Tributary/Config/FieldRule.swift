/// What a value must be beyond its type.
public struct FieldRule<Value: Sendable>: Sendable {
    /// What is accepted, for messages: `1 to 65535`.
    public let accepted: String
    let isMet: @Sendable (Value) -> Bool

    /// A rule in the author's own words.
    ///
    /// - Parameter accepted: completes "accepted: …", such as `a name of letters and digits`.
    public init(_ accepted: String, _ isMet: @escaping @Sendable (Value) -> Bool) {
        self.accepted = accepted
        self.isMet = isMet
    }
}

extension FieldRule where Value: Comparable {
    /// Between the bounds, both included.
    public static func range(_ range: ClosedRange<Value>) -> Self {
        Self("\(range.lowerBound) to \(range.upperBound)") { range.contains($0) }
    }
}

extension FieldRule<Int> {
    /// A TCP port.
    public static var port: Self { .range(1...65_535) }
}

extension FieldRule<String> {
    /// One label of a host name, for the part of an address that a user fills in.
    ///
    /// Without it a workspace such as `evil.example/` would carry the credentials to another host.
    public static var hostLabel: Self {
        Self("letters, digits and hyphens") { text in
            !text.isEmpty && text.utf8.count <= 63 && !text.hasPrefix("-") && !text.hasSuffix("-")
                && text.utf8.allSatisfy(\.isHostLabelByte)
        }
    }

    /// A host name or an IP address, without scheme, port or path.
    public static var host: Self {
        Self("a host name or an IP address, without a port") { HostName.problem(with: $0) == nil }
    }

    /// A host name or an IPv4 address, with a port where the server has one of its own: `shop.example.com:8443`.
    public static var hostAndPort: Self {
        Self("a host name or an IPv4 address, with or without a port") { text in
            let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            guard let host = parts.first, HostName.problem(with: String(host)) == nil else { return false }
            return parts.count == 1
                || parts[1].utf8.allSatisfy { (0x30...0x39).contains($0) } && (1...65_535).contains(Int(parts[1]) ?? 0)
        }
    }
}

extension FieldRule {
    /// The same rule for a field that may be left out: what is left out breaks none.
    var whereGiven: FieldRule<Value?> { FieldRule<Value?>(accepted) { $0.map(isMet) ?? true } }
}

extension UInt8 {
    /// A letter, digit or hyphen of a host name.
    var isHostLabelByte: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"): true
        default: false
        }
    }
}
