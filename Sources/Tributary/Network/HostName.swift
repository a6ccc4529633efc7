/// The rules for names of hosts that users supply.
package enum HostName {
    /// What is wrong with a text as a host; nil when it is exactly one ASCII name or one IP address.
    package static func problem(with text: String) -> String? {
        if text.isEmpty { return "is empty" }
        if IPAddress(text) != nil { return nil }
        if text.utf8.count > 253 { return "is longer than 253 characters" }
        // Bytes and not substrings: every request asks.
        func has(_ sign: Unicode.Scalar) -> Bool { text.utf8.contains(UInt8(ascii: sign)) }
        if has("%") && has(":") { return "has a zone; give an address without one" }
        if has("/") { return "has a path or a scheme; give the host alone" }
        if has("@") { return "has a user; give the host alone" }
        if has(":") { return "has a port; give the port by itself" }
        if has(",") || text.unicodeScalars.contains(where: \.properties.isWhitespace) { return "is more than one host" }
        if text.utf8.last == UInt8(ascii: ".") { return "ends with a full stop" }
        return labelsAreSound(text) ? nil : "is not a host name or an IP address"
    }

    private static func labelsAreSound(_ text: String) -> Bool {
        text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).allSatisfy { label in
            !label.isEmpty && label.count <= 63 && label.first != UInt8(ascii: "-") && label.last != UInt8(ascii: "-")
                && label.allSatisfy { $0.isHostLabelByte || $0 == UInt8(ascii: "_") }
        }
    }

    /// Whether C libraries would take the text for an address although it is not spelt as one: its last label is a
    /// decimal, octal or hexadecimal number (WHATWG URL, "ends in a number").
    package static func looksNumeric(_ text: String) -> Bool {
        guard let last = text.lowercased().split(separator: ".").last else { return false }
        if last.hasPrefix("0x") { return last.dropFirst(2).allSatisfy(\.isHexDigit) }
        return last.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    }

    /// Whether the name means the machine itself wherever it is asked (RFC 6761, section 6.3), or by custom.
    package static func isLocal(_ text: String) -> Bool {
        let name = text.lowercased()
        return name == "localhost" || name.hasSuffix(".localhost") || name == "localhost.localdomain"
            || name == "ip6-localhost" || name == "ip6-loopback"
    }
}
