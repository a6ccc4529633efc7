/// Where and why a scan stopped: small, so that throwing costs nothing on the way that does not throw.
struct JSONScanFailure: Error {
    enum Reason: UInt8 {
        case value, key, colon, commaOrBrace, commaOrBracket
        case number, escape, control, utf8, depth, trailing
        /// Something above the grammar; the thrower knows what.
        case content
    }

    let reason: Reason
    /// The address of the byte.
    private let address: UInt

    init(reason: Reason, place: UnsafePointer<UInt8>) {
        self.reason = reason
        address = UInt(bitPattern: place)
    }

    /// Bytes between `start` and the place.
    func offset(from start: UnsafePointer<UInt8>) -> Int { Int(address - UInt(bitPattern: start)) }
}

/// Walks over JSON text strictly by RFC 8259, checking every byte it passes, strings' UTF-8 included.
///
/// Safety: `end` is followed by at least `padding` zero bytes. A zero byte is allowed nowhere in JSON, so each loop below
/// stops at `end` by itself, and a load of eight bytes from any place up to `end` stays inside the buffer.
struct JSONScanner {
    typealias Place = UnsafePointer<UInt8>

    /// Zero bytes behind the text.
    static let padding = 32
    /// Deeper nesting would use up the stack of a thread.
    static let greatestDepth = 1_000

    let start: Place
    let end: Place
    let maximumDepth: Int
    /// Set when white space came up; the reader clears it before a value whose text it keeps.
    var sawSpace = false

    init(start: Place, end: Place, maximumDepth: Int) {
        self.start = start
        self.end = end
        self.maximumDepth = min(maximumDepth, Self.greatestDepth)
    }

    /// The error for a failure.
    func error(_ failure: JSONScanFailure) -> JSONError {
        let place = start + failure.offset(from: start)
        let reason: JSONError.Reason =
            switch failure.reason {
            case _ where place >= end && failure.reason != .trailing && failure.reason != .depth: .unexpectedEnd
            case .value: .unexpected(expected: "a value")
            case .key: .unexpected(expected: "a key in quotes")
            case .colon: .unexpected(expected: "a colon")
            case .commaOrBrace: .unexpected(expected: "a comma or a closing brace")
            case .commaOrBracket: .unexpected(expected: "a comma or a closing bracket")
            case .number: .invalidNumber
            case .escape: .invalidEscape
            case .control: .controlCharacter
            case .utf8: .invalidUTF8
            case .depth: .tooDeep(limit: maximumDepth)
            case .trailing, .content: .trailingBytes
            }
        return error(reason, at: place)
    }

    func error(_ reason: JSONError.Reason, at place: Place) -> JSONError {
        JSONError(reason, at: place - start, in: UnsafeBufferPointer(start: start, count: end - start))
    }

    // MARK: White space

    @inline(__always) mutating func skipSpace(_ place: Place) -> Place {
        place.pointee > 0x20 ? place : skipSpaceSlowly(place)
    }

    @inline(never) mutating func skipSpaceSlowly(_ place: Place) -> Place {
        var place = place
        while true {
            switch place.pointee {
            case 0x20, 0x0A, 0x0D, 0x09: place += 1
            default: return place
            }
            sawSpace = true
        }
    }

    /// The place of the first value: behind a byte order mark and white space.
    mutating func first() -> Place {
        let hasMark = end - start >= 3 && start[0] == 0xEF && start[1] == 0xBB && start[2] == 0xBF
        return skipSpace(hasMark ? start + 3 : start)
    }

    /// Proves that nothing but white space follows.
    mutating func finish(_ place: Place) throws(JSONScanFailure) {
        let last = skipSpace(place)
        guard last == end else { throw JSONScanFailure(reason: .trailing, place: last) }
    }

    // MARK: Strings

    /// The bytes that end a plain run in a string: a quote, a backslash, a control character, anything beyond ASCII.
    /// Only the lowest set bit is exact.
    @inline(__always) static func stops(_ word: UInt64) -> UInt64 {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let quote = word ^ 0x2222_2222_2222_2222
        let backslash = word ^ 0x5C5C_5C5C_5C5C_5C5C
        let found = ((quote &- ones) & ~quote) | ((backslash &- ones) & ~backslash)
        return (found | ((word &- 0x2020_2020_2020_2020) & ~word) | word) & 0x8080_8080_8080_8080
    }

    /// From behind the opening quote to the closing quote.
    @inline(__always)
    func scanString(_ place: Place, _ hasEscape: inout Bool) throws(JSONScanFailure) -> Place {
        var place = place
        while true {
            let found = Self.stops(UnsafeRawPointer(place).loadUnaligned(as: UInt64.self))
            if found == 0 {
                place += 8
                continue
            }
            place += found.trailingZeroBitCount &>> 3
            if place.pointee == 0x22 { return place }
            place = try passStop(place, &hasEscape)
        }
    }

    /// Passes an escape or a run of characters beyond ASCII.
    @inline(never)
    func passStop(_ place: Place, _ hasEscape: inout Bool) throws(JSONScanFailure) -> Place {
        if place.pointee == 0x5C {
            hasEscape = true
            return try passEscape(place)
        }
        guard place.pointee >= 0x80 else { throw JSONScanFailure(reason: .control, place: place) }
        var place = place
        repeat {
            let length = UTF8Check.length(at: place)
            guard length > 0 else { throw JSONScanFailure(reason: .utf8, place: place) }
            place += length
        } while place.pointee >= 0x80
        return place
    }

    private func passEscape(_ place: Place) throws(JSONScanFailure) -> Place {
        switch place[1] {
        case 0x22, 0x5C, 0x2F, 0x62, 0x66, 0x6E, 0x72, 0x74: return place + 2
        case 0x75:
            for index in 2..<6 {
                let byte = place[index]
                guard byte &- 0x30 < 10 || (byte | 0x20) &- 0x61 < 6 else {
                    throw JSONScanFailure(reason: .escape, place: place + index >= end ? end : place)
                }
            }
            return place + 6
        default: throw JSONScanFailure(reason: .escape, place: place + 1 >= end ? end : place)
        }
    }

    // MARK: Values

    /// Passes a number.
    @inline(__always) func passNumber(_ place: Place) throws(JSONScanFailure) -> Place {
        var place = place
        if place.pointee == 0x2D { place += 1 }
        let first = place
        while place.pointee &- 0x30 < 10 { place += 1 }
        let digits = place - first
        guard digits == 1 || (digits > 1 && first.pointee != 0x30) else {
            throw JSONScanFailure(reason: .number, place: digits == 0 ? place : first)
        }
        let next = place.pointee
        return next == 0x2E || next | 0x20 == 0x65 ? try passFraction(place) : place
    }

    /// From the point or the `e` to the end of the number.
    @inline(never) func passFraction(_ place: Place) throws(JSONScanFailure) -> Place {
        var place = place
        if place.pointee == 0x2E {
            place = try passDigits(place + 1)
        }
        if place.pointee | 0x20 == 0x65 {
            place += 1
            if place.pointee == 0x2B || place.pointee == 0x2D { place += 1 }
            place = try passDigits(place)
        }
        return place
    }

    private func passDigits(_ place: Place) throws(JSONScanFailure) -> Place {
        guard place.pointee &- 0x30 < 10 else { throw JSONScanFailure(reason: .number, place: place) }
        var place = place + 1
        while place.pointee &- 0x30 < 10 { place += 1 }
        return place
    }

    @inline(__always) static func word(_ place: Place) -> UInt32 {
        UInt32(littleEndian: UnsafeRawPointer(place).loadUnaligned(as: UInt32.self))
    }

    @inline(__always) static func isTrue(_ place: Place) -> Bool { word(place) == 0x6575_7274 }
    @inline(__always) static func isNull(_ place: Place) -> Bool { word(place) == 0x6C6C_756E }
    @inline(__always) static func isFalse(_ place: Place) -> Bool { word(place + 1) == 0x6573_6C61 }

    /// Passes one value of any kind, checking all of it. `depth` counts the containers around it.
    @inline(__always)
    mutating func pass(_ place: Place, depth: Int) throws(JSONScanFailure) -> Place {
        switch place.pointee {
        case 0x22:
            var hasEscape = false
            return try scanString(place + 1, &hasEscape) + 1
        case 0x7B: return try passObject(place + 1, depth: depth + 1)
        case 0x5B: return try passArray(place + 1, depth: depth + 1)
        case 0x74 where Self.isTrue(place): return place + 4
        case 0x66 where Self.isFalse(place): return place + 5
        case 0x6E where Self.isNull(place): return place + 4
        case 0x2D, 0x30...0x39: return try passNumber(place)
        default: throw JSONScanFailure(reason: .value, place: place)
        }
    }

    /// From behind the opening brace to behind the closing one.
    mutating func passObject(_ place: Place, depth: Int) throws(JSONScanFailure) -> Place {
        guard depth <= maximumDepth else { throw JSONScanFailure(reason: .depth, place: place - 1) }
        var place = skipSpace(place)
        if place.pointee == 0x7D { return place + 1 }
        while true {
            guard place.pointee == 0x22 else { throw JSONScanFailure(reason: .key, place: place) }
            var hasEscape = false
            place = try scanString(place + 1, &hasEscape) + 1
            place = try passColon(place)
            place = skipSpace(try pass(place, depth: depth))
            guard place.pointee == 0x2C else { break }
            place = skipSpace(place + 1)
        }
        guard place.pointee == 0x7D else { throw JSONScanFailure(reason: .commaOrBrace, place: place) }
        return place + 1
    }

    /// From behind the opening bracket to behind the closing one.
    mutating func passArray(_ place: Place, depth: Int) throws(JSONScanFailure) -> Place {
        guard depth <= maximumDepth else { throw JSONScanFailure(reason: .depth, place: place - 1) }
        var place = skipSpace(place)
        if place.pointee == 0x5D { return place + 1 }
        while true {
            place = skipSpace(try pass(place, depth: depth))
            guard place.pointee == 0x2C else { break }
            place = skipSpace(place + 1)
        }
        guard place.pointee == 0x5D else { throw JSONScanFailure(reason: .commaOrBracket, place: place) }
        return place + 1
    }

    /// From behind a key to the value.
    @inline(__always) mutating func passColon(_ place: Place) throws(JSONScanFailure) -> Place {
        let colon = skipSpace(place)
        guard colon.pointee == 0x3A else { throw JSONScanFailure(reason: .colon, place: colon) }
        return skipSpace(colon + 1)
    }
}

/// Checks sequences of UTF-8 (Unicode 15, table 3-7: no overlong forms, no surrogates, nothing beyond U+10FFFF).
enum UTF8Check {
    /// The length of the character beyond ASCII at `place`, or 0 where it is malformed. Reads no byte behind the first
    /// wrong one.
    @inline(__always) static func length(at place: UnsafePointer<UInt8>) -> Int {
        let first = place[0]
        if first < 0xC2 { return 0 }
        guard isContinuation(place[1]) else { return 0 }
        if first < 0xE0 { return 2 }
        guard isContinuation(place[2]) else { return 0 }
        if first < 0xF0 {
            if first == 0xE0, place[1] < 0xA0 { return 0 }
            return first == 0xED && place[1] >= 0xA0 ? 0 : 3
        }
        guard isContinuation(place[3]), first < 0xF5 else { return 0 }
        if first == 0xF0, place[1] < 0x90 { return 0 }
        return first == 0xF4 && place[1] >= 0x90 ? 0 : 4
    }

    @inline(__always) private static func isContinuation(_ byte: UInt8) -> Bool { byte & 0xC0 == 0x80 }
}
