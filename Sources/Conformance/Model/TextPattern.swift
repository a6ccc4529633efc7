/// A text with names in braces, and what stands in their place in a text that has its form: a bound within an expression,
/// `start_time >= {value}`, or a parent within a list, `["{experiment}"]`.
struct TextPattern: Sendable, Hashable {
    private enum Part: Sendable, Hashable {
        case literal(String)
        case name(String)
    }

    private let parts: [Part]

    /// Braces around anything but one of the names are meant as they stand: the text of a GraphQL query is full of them.
    init(_ text: String, names: Set<String>) {
        var parts: [Part] = []
        var literal = ""
        var rest = text[...]
        while let open = rest.firstIndex(of: "{") {
            literal += rest[..<open]
            rest = rest[open...]
            guard let close = rest.firstIndex(of: "}"), case let name = String(rest[..<close].dropFirst()),
                names.contains(name)
            else {
                literal.append(rest.removeFirst())
                continue
            }
            if !literal.isEmpty { parts.append(.literal(literal)) }
            parts.append(.name(name))
            literal = ""
            rest = rest[close...].dropFirst()
        }
        literal += rest
        if !literal.isEmpty || parts.isEmpty { parts.append(.literal(literal)) }
        self.parts = parts
    }

    /// The names that stand in the text.
    var names: Set<String> {
        Set(parts.compactMap { part in if case .name(let name) = part { name } else { nil } })
    }

    /// The text with values in the names' place; a name without one is left out.
    func filled(_ values: [String: String]) -> String {
        parts.reduce(into: "") { text, part in
            switch part {
            case .literal(let literal): text += literal
            case .name(let name): text += values[name] ?? ""
            }
        }
    }

    /// What stands in the names' place if the whole text has this form, and the same for one name everywhere; nil otherwise.
    func match(_ text: String) -> [String: String]? {
        var values: [String: String] = [:]
        var rest = text[...]
        for (index, part) in parts.enumerated() {
            switch part {
            case .literal(let literal):
                // The last one stands at the end, whatever was like it before.
                guard rest.hasPrefix(literal), index + 1 < parts.count || rest.count == literal.count else {
                    return nil
                }
                rest = rest.dropFirst(literal.count)
            case .name(let name):
                guard let value = value(before: index + 1, in: rest), !value.isEmpty else { return nil }
                if let known = values[name], known != value { return nil }
                values[name] = String(value)
                rest = rest[value.endIndex...]
            }
        }
        return rest.isEmpty ? values : nil
    }

    /// What comes before the part of this index.
    private func value(before index: Int, in rest: Substring) -> Substring? {
        guard parts.indices.contains(index), case .literal(let literal) = parts[index] else { return rest }
        if index + 1 == parts.count { return rest.hasSuffix(literal) ? rest.dropLast(literal.count) : nil }
        return rest.firstRange(of: literal).map { rest[..<$0.lowerBound] }
    }
}
