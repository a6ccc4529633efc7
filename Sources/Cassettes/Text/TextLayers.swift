import Columns
import Foundation

/// What a text hides inside itself: base 64, hexadecimal, percent escapes, HTML escapes, compressed bytes.
///
/// Used by the scanner, which only looks, and by the redaction, which changes what it finds and wraps it again.
enum TextLayers {
    /// A run of characters that decodes to something.
    struct Layer {
        /// Where it stands in the text, in bytes.
        var range: Range<Int>
        var content: [UInt8]
        var coding: Coding
    }

    /// How a run is encoded.
    enum Coding: Hashable {
        case base64(isURL: Bool, isPadded: Bool)
        case hex(isUpper: Bool)

        /// The bytes in this coding.
        func encoded(_ bytes: [UInt8]) -> String {
            switch self {
            case .hex(let isUpper): return isUpper ? Hexadecimal.text(bytes).uppercased() : Hexadecimal.text(bytes)
            case .base64(let isURL, let isPadded):
                var text = Data(bytes).base64EncodedString()
                if isURL {
                    text = text.replacingOccurrences(of: "+", with: "-").replacingOccurrences(of: "/", with: "_")
                }
                return isPadded ? text : text.replacingOccurrences(of: "=", with: "")
            }
        }
    }

    /// Runs that decode to text, or to a gzip file.
    static func layers(in bytes: [UInt8]) -> [Layer] {
        var layers: [Layer] = []
        for range in runs(of: bytes, isBase64) where range.count >= 12 {
            if range.count >= 24, range.count % 2 == 0, let layer = hexLayer(bytes, range) {
                layers.append(layer)
            } else if let layer = base64Layer(bytes, range) {
                layers.append(layer)
            }
        }
        return layers
    }

    /// Ranges of at least one character of a class.
    static func runs(of bytes: [UInt8], _ isMember: (UInt8) -> Bool) -> [Range<Int>] {
        var runs: [Range<Int>] = []
        var start: Int?
        for (index, byte) in bytes.enumerated() {
            if isMember(byte) {
                if start == nil { start = index }
            } else if let first = start {
                runs.append(first..<index)
                start = nil
            }
        }
        if let start { runs.append(start..<bytes.count) }
        return runs
    }

    private static func hexLayer(_ bytes: [UInt8], _ range: Range<Int>) -> Layer? {
        guard let content = Hexadecimal.bytes(digits: bytes[range]) else { return nil }
        let isUpper = bytes[range].contains { (UInt8(ascii: "A")...UInt8(ascii: "F")).contains($0) }
        guard isReadable(content) || Inflate.isGzip(content) else { return nil }
        return Layer(range: range, content: content, coding: .hex(isUpper: isUpper))
    }

    private static func base64Layer(_ bytes: [UInt8], _ range: Range<Int>) -> Layer? {
        let run = bytes[range]
        let isURL = run.contains(UInt8(ascii: "-")) || run.contains(UInt8(ascii: "_"))
        let body = run.prefix { $0 != UInt8(ascii: "=") }
        let isPadded = body.count < run.count || body.count % 4 == 0
        guard run.count - body.count <= 2, body.count % 4 != 1 else { return nil }
        var text = String(decoding: body, as: UTF8.self)
        if isURL { text = text.replacingOccurrences(of: "-", with: "+").replacingOccurrences(of: "_", with: "/") }
        text += String(repeating: "=", count: (4 - body.count % 4) % 4)
        guard let data = Data(base64Encoded: text) else { return nil }
        let content = [UInt8](data)
        guard isReadable(content) || Inflate.isGzip(content) else { return nil }
        return Layer(range: range, content: content, coding: .base64(isURL: isURL, isPadded: isPadded))
    }

    /// Whether bytes are text: UTF-8 without control characters.
    static func isReadable(_ bytes: [UInt8]) -> Bool {
        guard !bytes.isEmpty, !bytes.contains(where: { $0 < 0x20 && ![0x09, 0x0A, 0x0D].contains($0) || $0 == 0x7F })
        else { return false }
        return String(validating: bytes, as: UTF8.self) != nil
    }

    /// The text with `%41` and `&quot;` undone; nil when nothing was to be undone.
    static func unescaped(_ text: String) -> String? {
        var result = text
        if text.utf8.contains(UInt8(ascii: "%")) { result = text.removingPercentEncoding ?? text }
        if result.utf8.contains(UInt8(ascii: "&")) {
            for (name, character) in [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")] {
                result = result.replacingOccurrences(of: name, with: character)
            }
        }
        return result == text ? nil : result
    }

    /// The entropy of a run in bits for each character (Shannon).
    static func entropy(_ run: ArraySlice<UInt8>) -> Double {
        var counts = [Int](repeating: 0, count: 256)
        for byte in run { counts[Int(byte)] += 1 }
        let total = Double(run.count)
        return counts.reduce(0) { sum, count in
            guard count > 0 else { return sum }
            let share = Double(count) / total
            return sum - share * log2(share)
        }
    }

    static func isBase64(_ byte: UInt8) -> Bool {
        isWord(byte) || byte == UInt8(ascii: "+") || byte == UInt8(ascii: "/") || byte == UInt8(ascii: "=")
            || byte == UInt8(ascii: "-")
    }

    /// Letters, digits and the underscore.
    static func isWord(_ byte: UInt8) -> Bool { isAlphanumeric(byte) || byte == UInt8(ascii: "_") }

    static func isAlphanumeric(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "A")...UInt8(ascii: "Z"):
            true
        default: false
        }
    }

    static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
}
