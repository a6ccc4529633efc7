import Columns
import Crypto

extension RunPortrait {
    /// A value's text, exact for short ones; nil for null. What is longer keeps its beginning, its length and a digest,
    /// so that portraits stay small and still differ where values do.
    static func text(_ value: Value) -> String? {
        switch value {
        case .null: nil
        case .string(let text): text.utf8.count <= 48 ? text : short(text.prefix(16), Array(text.utf8), "bytes")
        case .binary(let bytes): short("binary", bytes, "bytes")
        default: TableDiff.text(value)
        }
    }

    private static func short(_ beginning: some StringProtocol, _ bytes: [UInt8], _ unit: String) -> String {
        let digest = Hexadecimal.text(SHA256.hash(data: bytes).prefix(6))
        return "\(beginning)… (\(bytes.count) \(unit), \(digest))"
    }
}
