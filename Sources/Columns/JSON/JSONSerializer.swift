extension JSONValue {
    /// The JSON text without white space: members in their order, numbers as they are spelled.
    public var text: String { String(decoding: serialized(), as: UTF8.self) }

    /// The JSON text as bytes.
    ///
    /// - Parameters:
    ///   - sortedKeys: members in the order of their names, for texts to compare.
    ///   - indentation: spaces for each level, one member or element on a line; nil for one line without spaces.
    public func serialized(sortedKeys: Bool = false, indentation: Int? = nil) -> [UInt8] {
        var writer = JSONWriter(sortedKeys: sortedKeys, indentation: indentation)
        writer.write(self, depth: 0)
        return writer.bytes
    }
}

extension JSONValue: CustomStringConvertible {
    /// The JSON text.
    public var description: String { text }
}

/// Writes JSON text.
struct JSONWriter {
    let sortedKeys: Bool
    let indentation: Int?
    var bytes: [UInt8] = []

    init(sortedKeys: Bool = false, indentation: Int? = nil) {
        self.sortedKeys = sortedKeys
        self.indentation = indentation
    }

    mutating func write(_ value: JSONValue, depth: Int) {
        switch value {
        case .null: bytes.append(contentsOf: "null".utf8)
        case .bool(let flag): bytes.append(contentsOf: (flag ? "true" : "false").utf8)
        case .number(let number): bytes.append(contentsOf: (number.isValid ? number.text : "null").utf8)
        case .string(let text): JSONText.quote(text.utf8, into: &bytes)
        case .array(let elements): write(elements, depth: depth)
        case .object(let object): write(object, depth: depth)
        }
    }

    private mutating func write(_ elements: [JSONValue], depth: Int) {
        bytes.append(UInt8(ascii: "["))
        for (index, element) in elements.enumerated() {
            separate(index, depth: depth + 1)
            write(element, depth: depth + 1)
        }
        if !elements.isEmpty { breakLine(depth) }
        bytes.append(UInt8(ascii: "]"))
    }

    private mutating func write(_ object: JSONObject, depth: Int) {
        bytes.append(UInt8(ascii: "{"))
        let members = sortedKeys ? object.members.sorted { $0.name < $1.name } : object.members
        for (index, member) in members.enumerated() {
            separate(index, depth: depth + 1)
            JSONText.quote(member.name.utf8, into: &bytes)
            bytes.append(UInt8(ascii: ":"))
            if indentation != nil { bytes.append(0x20) }
            write(member.value, depth: depth + 1)
        }
        if !members.isEmpty { breakLine(depth) }
        bytes.append(UInt8(ascii: "}"))
    }

    private mutating func separate(_ index: Int, depth: Int) {
        if index > 0 { bytes.append(UInt8(ascii: ",")) }
        breakLine(depth)
    }

    private mutating func breakLine(_ depth: Int) {
        guard let indentation else { return }
        bytes.append(0x0A)
        bytes.append(contentsOf: repeatElement(0x20, count: indentation * depth))
    }
}
