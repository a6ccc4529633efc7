// Values of authors, one at a time, into the same columns that pages of JSON go to.

extension ColumnStore {
    /// Appends a JSON value to a column of the row that was begun.
    func append(_ value: JSONValue, to index: Int) {
        switch value {
        case .null: sinks[index].appendNull()
        case .bool(let flag): sinks[index].append(bool: flag)
        case .number(let number): append(number, to: index)
        case .string(let text): append(text: text, mark: ColumnSink.Mark.value, to: index)
        case .array: append(json: value, mark: ColumnSink.Mark.array, to: index)
        case .object: append(json: value, mark: ColumnSink.Mark.object, to: index)
        }
    }

    /// Appends a typed value to a column of the row that was begun. Binary is kept in columns of ids only, as lower-case
    /// hexadecimal text; elsewhere the row has no value. NaN and infinity are null.
    func append(_ value: Value, to index: Int) {
        switch value {
        case .null: sinks[index].appendNull()
        case .bool(let flag): sinks[index].append(bool: flag)
        case .int(let number): sinks[index].append(int: number)
        case .double(let number):
            if number.isFinite { sinks[index].append(double: number) } else { sinks[index].appendNull() }
        case .decimal(let number): append(exact: number.description, to: index)
        case .string(let text): append(text: text, mark: ColumnSink.Mark.value, to: index)
        case .binary(let bytes):
            guard isIdentifier(index) else { return sinks[index].appendNull(ColumnSink.Mark.absent) }
            append(text: Hex.text(bytes), mark: ColumnSink.Mark.value, to: index)
        case .date(let days): sinks[index].append(date: days)
        case .timestamp(let microseconds): sinks[index].append(timestamp: microseconds)
        }
    }

    private func append(text: String, mark: UInt8, to index: Int) {
        var text = text
        text.withUTF8 { sinks[index].appendWidening(text: $0, mark: mark) }
    }

    private func append(json value: JSONValue, mark: UInt8, to index: Int) {
        value.serialized().withUnsafeBufferPointer { sinks[index].appendWidening(text: $0, mark: mark) }
    }

    private func append(exact text: String, to index: Int) {
        var text = text
        text.withUTF8 { sinks[index].append(number: $0) }
    }

    /// A number that is none by JSON's grammar (an author's NaN) is null.
    private func append(_ number: JSONNumber, to index: Int) {
        var text = number.text
        text.withUTF8 {
            if JSONText.isNumber($0) { sinks[index].append(spelledNumber: $0) } else { sinks[index].appendNull() }
        }
    }
}

extension ColumnSink {
    /// Appends a number by its spelling, proved to be one: as integer, as double where that is exact, else as text.
    ///
    /// A column that is text by its hint keeps the spelling.
    mutating func append(spelledNumber text: UnsafeBufferPointer<UInt8>) {
        if hint == .utf8 { return append(number: text) }
        let isInteger = !text.contains { $0 == UInt8(ascii: ".") || $0 | 0x20 == UInt8(ascii: "e") }
        if isInteger, let number = Int64(String(decoding: text, as: UTF8.self)) { return append(int: number) }
        if !isInteger, let number = Self.exactDouble(text) { return append(double: number) }
        append(number: text)
    }

    /// The double that spells the same number as `text`, or nil when there is none.
    private static func exactDouble(_ text: UnsafeBufferPointer<UInt8>) -> Double? {
        let sent = CompactDecimal(text)
        // A whole number has no sign of its own at zero, a double has.
        if let number = sent?.shortDouble { return number == 0 && text.first == UInt8(ascii: "-") ? -0.0 : number }
        guard let number = Double(String(decoding: text, as: UTF8.self)), number.isFinite else { return nil }
        var shortest = number.description
        return shortest.withUTF8 { held in
            if let sent { return sent == CompactDecimal(held) ? number : nil }
            return isSame(text, held) ? number : nil
        }
    }

    /// Whether two spellings of any length are of one number; zero has two signs and one value.
    private static func isSame(_ left: UnsafeBufferPointer<UInt8>, _ right: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let left = DecimalDigits(bytes: left), let right = DecimalDigits(bytes: right) else { return false }
        return left == right || (left.digits.isEmpty && right.digits.isEmpty)
    }
}

/// Bytes as hexadecimal digits.
public enum Hex {
    /// Two lower-case digits for each byte.
    public static func text(_ bytes: some Sequence<UInt8>) -> String {
        let digits: StaticString = "0123456789abcdef"
        var text: [UInt8] = []
        for byte in bytes {
            text.append(digits.utf8Start[Int(byte &>> 4)])
            text.append(digits.utf8Start[Int(byte & 15)])
        }
        return String(decoding: text, as: UTF8.self)
    }
}
