extension JSONValue {
    /// Parses one JSON text strictly by RFC 8259.
    ///
    /// Checked are the grammar, UTF-8 and the depth; a byte order mark in front is passed over. A `\u` escape of half a
    /// surrogate pair becomes U+FFFD. Of a repeated name the last value counts.
    ///
    /// - Parameter maximumDepth: containers inside one another, at most 1,000.
    /// - Throws: where the text is not JSON.
    public init(parsing bytes: some Sequence<UInt8>, maximumDepth: Int = 512) throws(JSONError) {
        let result: Result<JSONValue, JSONError> = PaddedBytes.scan(bytes, maximumDepth: maximumDepth) { scanner in
            do throws(JSONScanFailure) {
                return .success(try scanner.document())
            } catch {
                return .failure(scanner.error(error))
            }
        }
        self = try result.get()
    }

    /// Parses one JSON text; see `init(parsing:maximumDepth:)` of bytes.
    public init(parsing text: some StringProtocol, maximumDepth: Int = 512) throws(JSONError) {
        try self.init(parsing: text.utf8, maximumDepth: maximumDepth)
    }
}

extension JSONScanner {
    fileprivate mutating func document() throws(JSONScanFailure) -> JSONValue {
        var place = first()
        let value = try self.value(&place, depth: 0)
        try finish(place)
        return value
    }

    /// Reads the value at `place`, and moves `place` behind it.
    mutating func value(_ place: inout Place, depth: Int) throws(JSONScanFailure) -> JSONValue {
        switch place.pointee {
        case 0x22: return .string(try string(&place))
        case 0x7B: return .object(try object(&place, depth: depth + 1))
        case 0x5B: return .array(try array(&place, depth: depth + 1))
        case 0x2D, 0x30...0x39:
            let first = place
            place = try passNumber(place)
            return .number(JSONNumber(text: Self.text(first, place)))
        default:
            let first = place
            place = try pass(place, depth: depth)
            return first.pointee == 0x6E ? .null : .bool(first.pointee == 0x74)
        }
    }

    private static func text(_ first: Place, _ last: Place) -> String {
        String(decoding: UnsafeBufferPointer(start: first, count: last - first), as: UTF8.self)
    }

    /// Reads the string whose opening quote is at `place`.
    func string(_ place: inout Place) throws(JSONScanFailure) -> String {
        let first = place + 1
        var hasEscape = false
        let last = try scanString(first, &hasEscape)
        place = last + 1
        guard hasEscape else { return Self.text(first, last) }
        return String(unsafeUninitializedCapacity: last - first) { target in
            target.baseAddress.map { JSONText.unescape(first, count: last - first, to: $0) } ?? 0
        }
    }

    private mutating func object(_ place: inout Place, depth: Int) throws(JSONScanFailure) -> JSONObject {
        guard depth <= maximumDepth else { throw JSONScanFailure(reason: .depth, place: place) }
        var members: [(name: String, value: JSONValue)] = []
        place = skipSpace(place + 1)
        if place.pointee != 0x7D {
            while true {
                guard place.pointee == 0x22 else { throw JSONScanFailure(reason: .key, place: place) }
                let name = try string(&place)
                place = try passColon(place)
                members.append((name, try value(&place, depth: depth)))
                place = skipSpace(place)
                guard place.pointee == 0x2C else { break }
                place = skipSpace(place + 1)
            }
            guard place.pointee == 0x7D else { throw JSONScanFailure(reason: .commaOrBrace, place: place) }
        }
        place += 1
        return JSONObject(named: members)
    }

    private mutating func array(_ place: inout Place, depth: Int) throws(JSONScanFailure) -> [JSONValue] {
        guard depth <= maximumDepth else { throw JSONScanFailure(reason: .depth, place: place) }
        var elements: [JSONValue] = []
        place = skipSpace(place + 1)
        if place.pointee != 0x5D {
            while true {
                elements.append(try value(&place, depth: depth))
                place = skipSpace(place)
                guard place.pointee == 0x2C else { break }
                place = skipSpace(place + 1)
            }
            guard place.pointee == 0x5D else { throw JSONScanFailure(reason: .commaOrBracket, place: place) }
        }
        place += 1
        return elements
    }
}
