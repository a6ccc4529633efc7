/// Work on JSON text that a scanner has already proved.
enum JSONText {
    typealias Place = UnsafePointer<UInt8>

    /// Writes the characters of a string, given without its quotes, to `target`, which must have room for as many bytes
    /// as the source (no escape is shorter than what it stands for), and returns the number written.
    ///
    /// Half of a surrogate pair without the other half stands for no character: it becomes U+FFFD, so that text is valid
    /// UTF-8 everywhere behind this point.
    static func unescape(_ source: Place, count: Int, to target: UnsafeMutablePointer<UInt8>) -> Int {
        var place = source
        var output = target
        let end = source + count
        while place < end {
            let byte = place.pointee
            if byte != 0x5C {
                output.pointee = byte
                output += 1
                place += 1
            } else if place[1] == 0x75 {
                let (scalar, length) = scalar(place, end)
                output += encode(scalar, to: output)
                place += length
            } else {
                output.pointee = unescaped(place[1])
                output += 1
                place += 2
            }
        }
        return output - target
    }

    private static func unescaped(_ byte: UInt8) -> UInt8 {
        switch byte {
        case 0x62: 0x08
        case 0x66: 0x0C
        case 0x6E: 0x0A
        case 0x72: 0x0D
        case 0x74: 0x09
        default: byte
        }
    }

    /// The character of a `\u` escape, with the second half of a pair where there is one.
    private static func scalar(_ place: Place, _ end: Place) -> (scalar: UInt32, length: Int) {
        let first = hex(place + 2)
        guard first & 0xF800 == 0xD800 else { return (first, 6) }
        guard first < 0xDC00, place + 12 <= end, place[6] == 0x5C, place[7] == 0x75 else { return (0xFFFD, 6) }
        let second = hex(place + 8)
        guard second & 0xFC00 == 0xDC00 else { return (0xFFFD, 6) }
        return (0x10000 + (first - 0xD800) << 10 + (second - 0xDC00), 12)
    }

    private static func hex(_ place: Place) -> UInt32 {
        var value: UInt32 = 0
        for index in 0..<4 {
            let byte = place[index]
            value = value << 4 | UInt32(byte < 0x40 ? byte - 0x30 : (byte | 0x20) - 0x61 + 10)
        }
        return value
    }

    private static func encode(_ scalar: UInt32, to target: UnsafeMutablePointer<UInt8>) -> Int {
        guard let scalar = Unicode.Scalar(scalar), let encoded = UTF8.encode(scalar) else { return 0 }
        var count = 0
        for byte in encoded {
            target[count] = byte
            count += 1
        }
        return count
    }

    /// Writes a value's text without the white space outside its strings to `target`, which must have room for all of
    /// it, and returns the number of bytes written.
    static func compact(_ source: Place, count: Int, to target: UnsafeMutablePointer<UInt8>) -> Int {
        var output = target
        var inString = false
        var index = 0
        while index < count {
            let byte = source[index]
            index += 1
            if !inString, byte <= 0x20 { continue }
            output.pointee = byte
            output += 1
            if byte == 0x22 {
                inString.toggle()
            } else if byte == 0x5C, inString {
                output.pointee = source[index]
                output += 1
                index += 1
            }
        }
        return output - target
    }

    /// Whether `text` is a number by RFC 8259, section 6; the one function here for text that nobody has proved.
    static func isNumber(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        var position = text.first == 0x2D ? 1 : 0
        func digits() -> Int {
            let start = position
            while position < text.count, text[position] &- 0x30 < 10 { position += 1 }
            return position - start
        }
        let first = position
        let whole = digits()
        guard whole == 1 || (whole > 1 && text[first] != 0x30) else { return false }
        if position < text.count, text[position] == 0x2E {
            position += 1
            guard digits() > 0 else { return false }
        }
        if position < text.count, text[position] | 0x20 == 0x65 {
            position += 1
            if position < text.count, text[position] == 0x2B || text[position] == 0x2D { position += 1 }
            guard digits() > 0 else { return false }
        }
        return position == text.count
    }

    /// Appends `text` to `bytes` as a JSON string in quotes. Only what must be escaped is.
    static func quote(_ text: some Sequence<UInt8>, into bytes: inout [UInt8]) {
        bytes.append(0x22)
        let inPieces: Void? = text.withContiguousStorageIfAvailable { text in
            var start = 0
            while let index = firstEscaped(in: text, from: start) {
                bytes.append(contentsOf: text[start..<index])
                escape(text[index], into: &bytes)
                start = index + 1
            }
            bytes.append(contentsOf: text[start...])
        }
        if inPieces == nil {
            for byte in text { if isEscaped(byte) { escape(byte, into: &bytes) } else { bytes.append(byte) } }
        }
        bytes.append(0x22)
    }

    /// Eight bytes at a time, for most texts have nothing to escape.
    private static func firstEscaped(in text: UnsafeBufferPointer<UInt8>, from start: Int) -> Int? {
        let ones: UInt64 = 0x0101_0101_0101_0101
        var index = start
        while index + 8 <= text.count {
            let word = UnsafeRawBufferPointer(text).loadUnaligned(fromByteOffset: index, as: UInt64.self)
            // The high bit of each byte that is zero, or below 0x20 (Hacker's Delight, section 6-1); borrows can mark a byte
            // too many, never one too few.
            let (quote, slash) = (word ^ (ones &* 0x22), word ^ (ones &* 0x5C))
            let marks = (word &- ones &* 0x20) & ~word | (quote &- ones) & ~quote | (slash &- ones) & ~slash
            if marks & (ones &* 0x80) != 0 { break }
            index += 8
        }
        return text[index...].firstIndex(where: isEscaped)
    }

    private static func isEscaped(_ byte: UInt8) -> Bool { byte < 0x20 || byte == 0x22 || byte == 0x5C }

    private static func escape(_ byte: UInt8, into bytes: inout [UInt8]) {
        bytes.append(0x5C)
        switch byte {
        case 0x0A: bytes.append(0x6E)
        case 0x0D: bytes.append(0x72)
        case 0x09: bytes.append(0x74)
        case 0..<0x20:
            let digits: StaticString = "0123456789abcdef"
            bytes.append(contentsOf: [0x75, 0x30, 0x30])
            bytes.append(digits.utf8Start[Int(byte &>> 4)])
            bytes.append(digits.utf8Start[Int(byte & 15)])
        default: bytes.append(byte)
        }
    }
}
