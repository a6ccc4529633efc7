/// Names of columns in the lake: snake case in ASCII letters, digits and underscores.
///
/// The rules are those of dlt's `snake_case` naming convention, which the system that Tributary's contract comes from
/// uses as well. Keys of cursors, primary keys and partitions pass through the same function before they are looked up.
/// No maximum length is applied: neither Delta nor Parquet has one.
public enum ColumnNaming {
    /// The name for an upstream's `key`.
    ///
    /// White space around it is cut; `+` and `*` become `x`, `-` becomes `_`, `@` becomes `a`, `|` becomes `l`; a run of
    /// other characters becomes one `_`; camel case becomes snake case in lower case; in front of a leading digit comes a
    /// `_`; each `_` at the end becomes `x`; a run of `_` collapses to one. An empty key is `x`. The result maps to itself.
    public static func normalise(_ key: String) -> String {
        if isNormal(key.utf8) { return key }
        var bytes = reduced(trimmed(key))
        if bytes.isEmpty { bytes = [underscore] }
        bytes = splitWords(bytes)
        bytes = splitHumps(bytes).map { isUpper($0) ? $0 | 0x20 : $0 }
        if let first = bytes.first, isDigit(first) { bytes.insert(underscore, at: 0) }
        var end = bytes.count
        while end > 0, bytes[end - 1] == underscore { end -= 1 }
        for index in end..<bytes.count { bytes[index] = UInt8(ascii: "x") }
        return String(decoding: collapsed(bytes), as: UTF8.self)
    }

    /// `name`, or `name` with as many `_` in front as it takes to be free.
    public static func resolve(_ name: String, isTaken: (String) -> Bool) -> String {
        var name = name
        while isTaken(name) { name = "_" + name }
        return name
    }

    /// Whether a key is already as most keys are, and as all are from the second time on: small letters, digits, and single
    /// underscores within.
    private static func isNormal(_ key: String.UTF8View) -> Bool {
        guard let first = key.first, !isDigit(first) else { return false }
        var last = UInt8(0)
        for byte in key {
            guard isLower(byte) || isDigit(byte) || (byte == underscore && last != underscore) else { return false }
            last = byte
        }
        return last != underscore
    }

    private static let underscore = UInt8(ascii: "_")

    private static func trimmed(_ key: String) -> Substring {
        var text = key[...]
        while let first = text.first, first.isWhitespace { text.removeFirst() }
        while let last = text.last, last.isWhitespace { text.removeLast() }
        return text
    }

    /// Letters, digits and underscores; what has a letter of its own gets it, a run of anything else one `_`.
    private static func reduced(_ text: Substring) -> [UInt8] {
        var result: [UInt8] = []
        var inRun = false
        for scalar in text.unicodeScalars {
            guard let byte = replacement(scalar) else {
                if !inRun { result.append(underscore) }
                inRun = true
                continue
            }
            inRun = false
            result.append(byte)
        }
        return result
    }

    private static func replacement(_ scalar: Unicode.Scalar) -> UInt8? {
        switch scalar {
        case "+", "*": UInt8(ascii: "x")
        case "-", "_": underscore
        case "@": UInt8(ascii: "a")
        case "|": UInt8(ascii: "l")
        case "a"..."z", "A"..."Z", "0"..."9": UInt8(ascii: scalar)
        default: nil
        }
    }

    /// Sets `_` in front of a capital that small letters follow: `HTTPServer` becomes `HTTP_Server`.
    private static func splitWords(_ bytes: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        var index = 0
        while index < bytes.count {
            result.append(bytes[index])
            let startsWord =
                index + 2 < bytes.count && bytes[index] != underscore && isUpper(bytes[index + 1])
                && isLower(bytes[index + 2])
            index += 1
            guard startsWord else { continue }
            result.append(underscore)
            result.append(bytes[index])
            index += 1
            while index < bytes.count, isLower(bytes[index]) {
                result.append(bytes[index])
                index += 1
            }
        }
        return result
    }

    /// Sets `_` between a small letter or digit and a capital: `userID` becomes `user_ID`.
    private static func splitHumps(_ bytes: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        for (index, byte) in bytes.enumerated() {
            if index > 0, isUpper(byte), isLower(bytes[index - 1]) || isDigit(bytes[index - 1]) {
                result.append(underscore)
            }
            result.append(byte)
        }
        return result
    }

    private static func collapsed(_ bytes: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        for byte in bytes where byte != underscore || result.last != underscore { result.append(byte) }
        return result
    }

    private static func isUpper(_ byte: UInt8) -> Bool { byte &- 0x41 < 26 }
    private static func isLower(_ byte: UInt8) -> Bool { byte &- 0x61 < 26 }
    private static func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }
}
