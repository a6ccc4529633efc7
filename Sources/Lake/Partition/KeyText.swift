import Columns

/// The text of key values as Python's `str` spells them, which is what an md5 partition is computed from.
struct KeyText {
    /// The text of the current row.
    private(set) var bytes: [UInt8] = []

    mutating func removeAll() { bytes.removeAll(keepingCapacity: true) }

    mutating func append(_ byte: UInt8) { bytes.append(byte) }

    /// Appends the value of `column` at `row`; nil stands for a column that the batch lacks.
    mutating func append(_ column: Column?, row: Int) {
        guard let column, !column.isNull(row) else { return append("None") }
        switch column.values {
        case .bool(let bits): append(bits[row] ? "True" : "False")
        case .int32(let array):
            if column.type == .date32 { append(days: Int(array[row])) } else { append(Int64(array[row])) }
        case .int64(let array):
            if column.type == .timestamp { append(timestamp: array[row]) } else { append(array[row]) }
        case .float64(let array): append(DecimalText.shortest(array[row]))
        case .decimal128(let array):
            guard case .decimal128(_, let scale) = column.type else { return }
            append(PythonDecimal.text(unscaled: array[row], scale: scale))
        case .bytes(let strings):
            if column.type == .binary { return append(PythonBytes.text(strings.data[strings.range(row)])) }
            bytes.append(contentsOf: strings.data[strings.range(row)])
        }
    }

    private mutating func append(_ text: String) { bytes.append(contentsOf: text.utf8) }

    private mutating func append(_ value: Int64) {
        if value < 0 { bytes.append(UInt8(ascii: "-")) }
        append(digits: value.magnitude, width: 1)
    }

    /// Decimal digits with zeros in front up to `width`.
    private mutating func append(digits value: UInt64, width: Int) {
        let start = bytes.count
        var rest = value
        repeat {
            bytes.append(UInt8(truncatingIfNeeded: rest % 10) + 0x30)
            rest /= 10
        } while rest > 0
        while bytes.count - start < width { bytes.append(0x30) }
        bytes[start...].reverse()
    }

    /// `2024-02-29`.
    private mutating func append(days: Int) {
        let date = CivilDate(daysSinceEpoch: days)
        if date.year < 0 { bytes.append(UInt8(ascii: "-")) }
        append(digits: UInt64(date.year.magnitude), width: 4)
        bytes.append(UInt8(ascii: "-"))
        append(digits: UInt64(date.month), width: 2)
        bytes.append(UInt8(ascii: "-"))
        append(digits: UInt64(date.day), width: 2)
    }

    /// `2024-02-29 12:00:00`, with six digits behind the point where they are not all zero.
    private mutating func append(timestamp: Int64) {
        let days = PartitionDate.floorDivide(timestamp, 86_400_000_000)
        let inDay = UInt64(timestamp - days * 86_400_000_000)
        append(days: Int(days))
        bytes.append(UInt8(ascii: " "))
        append(digits: inDay / 3_600_000_000, width: 2)
        bytes.append(UInt8(ascii: ":"))
        append(digits: inDay / 60_000_000 % 60, width: 2)
        bytes.append(UInt8(ascii: ":"))
        append(digits: inDay / 1_000_000 % 60, width: 2)
        guard inDay % 1_000_000 != 0 else { return }
        bytes.append(UInt8(ascii: "."))
        append(digits: inDay % 1_000_000, width: 6)
    }
}

/// Python's `str(Decimal)`.
enum PythonDecimal {
    /// All digits as written; with an exponent where more than six zeros would follow the point, as Python has it.
    static func text(unscaled: Int128, scale: Int) -> String {
        let digits = String(unscaled.magnitude)
        let sign = unscaled < 0 ? "-" : ""
        let leading = digits.count - scale
        guard scale > 0, leading <= -6 else { return Decimal128(unscaled: unscaled, scale: scale).description }
        let rest = digits.dropFirst()
        return "\(sign)\(digits.prefix(1))\(rest.isEmpty ? "" : ".\(rest)")E\(leading - 1)"
    }
}

/// Python's `str(bytes)`: `b'\x00a'`.
enum PythonBytes {
    static func text(_ bytes: some Collection<UInt8>) -> String {
        let quote = bytes.contains(UInt8(ascii: "'")) && !bytes.contains(UInt8(ascii: "\"")) ? "\"" : "'"
        return "b" + quote + bytes.map { escaped($0, quote: quote) }.joined() + quote
    }

    private static func escaped(_ byte: UInt8, quote: String) -> String {
        switch byte {
        case UInt8(ascii: "\\"): return "\\\\"
        case UInt8(ascii: "\t"): return "\\t"
        case UInt8(ascii: "\n"): return "\\n"
        case UInt8(ascii: "\r"): return "\\r"
        case 0x20..<0x7F:
            let character = String(UnicodeScalar(byte))
            return character == quote ? "\\" + character : character
        default:
            let digits = String(byte, radix: 16)
            return "\\x" + (digits.count == 1 ? "0" : "") + digits
        }
    }
}
