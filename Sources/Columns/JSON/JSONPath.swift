/// A way into a JSON document: names of members and positions in arrays, one after the other.
///
/// Spelled `data`, `data.items`, `$.data.items`, `data[-1].id` or `data.0.id`; a name with a dot or bracket in it is
/// quoted: `['a.b'].c`. The empty path and `$` are the document itself. A position below zero counts from the end.
/// Wildcards and filters are not part of it: a path leads to one value.
public struct JSONPath: Hashable, Sendable {
    /// One step of a path.
    public struct Segment: Hashable, Sendable {
        /// The name of a member, or the digits of a position.
        public let name: String
        /// The position, where the segment can be one.
        public let index: Int?
        /// Whether the segment was spelled in brackets and so can only be a position.
        public let isIndexOnly: Bool

        init(name: String) {
            self.init(name: name, index: Int(name), isIndexOnly: false)
        }

        init(name: String, index: Int?, isIndexOnly: Bool) {
            self.name = name
            self.index = index
            self.isIndexOnly = isIndexOnly
        }
    }

    /// The steps; none for the document itself.
    public let segments: [Segment]

    /// Makes a path of names.
    public init(names: [String]) { segments = names.map { Segment(name: $0) } }

    /// Reads a path; nil where its spelling is wrong (`a..b`, an open bracket, a wildcard).
    public init?(_ text: String) {
        var rest = Substring(text)
        if rest.first == "$" {
            rest = rest.dropFirst()
            if rest.first == "." {
                rest = rest.dropFirst()
                if rest.isEmpty { return nil }
            } else if !rest.isEmpty, rest.first != "[" {
                // A name may start with a dollar sign: `$id`.
                rest = Substring(text)
            }
        }
        var segments: [Segment] = []
        while !rest.isEmpty {
            guard let segment = rest.first == "[" ? Self.bracket(&rest) : Self.name(&rest) else { return nil }
            segments.append(segment)
            if rest.first == "." {
                rest = rest.dropFirst()
                if rest.isEmpty || rest.first == "[" || rest.first == "." { return nil }
            } else if !rest.isEmpty, rest.first != "[" {
                return nil
            }
        }
        self.segments = segments
    }

    private static func name(_ rest: inout Substring) -> Segment? {
        let isStop = { (byte: UInt8) in
            byte == UInt8(ascii: ".") || byte == UInt8(ascii: "[") || byte == UInt8(ascii: "]")
        }
        let name = rest[..<(rest.utf8.firstIndex(where: isStop) ?? rest.endIndex)]
        rest = rest[name.endIndex...]
        return name.isEmpty || name == "*" ? nil : Segment(name: String(name))
    }

    private static func bracket(_ rest: inout Substring) -> Segment? {
        rest = rest.dropFirst()
        if let quote = rest.first, quote == "'" || quote == "\"" {
            let name = rest.dropFirst().prefix { $0 != quote }
            rest = rest.dropFirst(name.count + 1)
            guard rest.hasPrefix("\(quote)]") else { return nil }
            rest = rest.dropFirst(2)
            return Segment(name: String(name), index: nil, isIndexOnly: false)
        }
        let digits = rest.prefix { $0 != "]" }
        rest = rest.dropFirst(digits.count)
        guard rest.first == "]", let index = Int(digits) else { return nil }
        rest = rest.dropFirst()
        return Segment(name: String(digits), index: index, isIndexOnly: true)
    }
}

extension JSONPath: CustomStringConvertible {
    /// The spelling with dots; `$` for the document itself.
    public var description: String {
        var text = ""
        for segment in segments {
            if segment.isIndexOnly {
                text += "[\(segment.name)]"
            } else if segment.name.contains(where: { ".[]".contains($0) }) {
                text += "['\(segment.name)']"
            } else {
                text += (text.isEmpty ? "" : ".") + segment.name
            }
        }
        return text.isEmpty ? "$" : text
    }
}
