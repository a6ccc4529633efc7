/// Names of files and folders in the lake: escaping, and the rule that no path leaves the root.
public enum LakePath {
    /// Checks a relative path. Refused are empty names, `.`, `..`, backslashes, control characters and a `/` in front.
    public static func check(_ path: String) throws {
        let names = path.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        let isClean = names.allSatisfy { name in
            !name.isEmpty && !name.elementsEqual(".".utf8) && !name.elementsEqual("..".utf8) && name.count <= 255
                && name.allSatisfy { $0 >= 0x20 && $0 != 0x7F && $0 != UInt8(ascii: "\\") }
        }
        guard isClean else {
            throw LakeError(
                .misuse, "Checking a path in the lake", path: printable(path),
                problem: "it has an empty name, `.`, `..`, a backslash or a control character",
                advice: "Use plain names of at most 255 bytes, separated by `/`.")
        }
    }

    /// One name of a path, made of any text: bytes other than letters, digits, `-`, `_`, and `.` (not in front) become
    /// `%XX`. Different texts give different names. An empty text becomes `%`.
    public static func escapedName(_ text: String) -> String {
        if text.isEmpty { return "%" }
        var name = ""
        for (index, byte) in text.utf8.enumerated() {
            let isPlain = isPlain(byte) && !(index == 0 && byte == UInt8(ascii: "."))
            name += isPlain ? String(UnicodeScalar(byte)) : percent(byte)
        }
        return name
    }

    /// The folder of a partition, in Hive's spelling: `_partition=2024-02`.
    static func partitionFolder(_ value: String) -> String {
        // An empty value would collide with Hive's null; no partition algorithm gives one.
        "\(Self.partitionColumn)=\(value.isEmpty ? "%" : escapedName(value))"
    }

    /// The column that says which partition a row is in.
    public static let partitionColumn = "_partition"

    /// A path as the log spells it: a URI reference (Delta protocol, "Add File and Remove File").
    static func logSpelling(_ path: String) -> String {
        path.utf8.reduce(into: "") { result, byte in
            let isKept = isPlain(byte) || byte == UInt8(ascii: "/") || byte == UInt8(ascii: "=")
            result += isKept ? String(UnicodeScalar(byte)) : percent(byte)
        }
    }

    /// The path that a spelling in the log stands for; nil where an escape is broken or the result is no UTF-8.
    static func fromLogSpelling(_ spelling: String) -> String? {
        var bytes: [UInt8] = []
        var rest = Array(spelling.utf8)[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard let high = rest.popFirst().flatMap(hexDigit), let low = rest.popFirst().flatMap(hexDigit) else {
                return nil
            }
            bytes.append(high << 4 | low)
        }
        return String(validating: bytes, as: UTF8.self)
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
            true
        default: false
        }
    }

    private static func percent(_ byte: UInt8) -> String {
        let digits = String(byte, radix: 16, uppercase: true)
        return digits.count == 1 ? "%0\(digits)" : "%\(digits)"
    }

    private static func hexDigit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }

    private static func printable(_ path: String) -> String {
        String(path.unicodeScalars.prefix(120).map { $0.value < 0x20 || $0.value == 0x7F ? "?" : Character($0) })
    }
}
