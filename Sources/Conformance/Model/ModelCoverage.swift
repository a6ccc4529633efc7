import Cassettes
import Columns
import Tributary

extension ModelCall {
    /// The values of names, in the path and in parameters, where the call has the path and meets the condition; nil
    /// otherwise.
    func names(at path: PathTemplate, when condition: ModelDeclaration.Condition) -> [String: String]? {
        guard var names = path.match(self.path) else { return nil }
        for (name, text) in condition.values {
            guard let value = parameter(name) else { return nil }
            if value == text { continue }
            guard !condition.names.isEmpty, let found = Self.names(in: value, like: text, condition.names) else {
                return nil
            }
            names.merge(found) { $1 }
        }
        return names
    }

    /// The values of names in a parameter. A list of a body is compared element by element: within JSON a text is escaped.
    private static func names(in value: String, like template: String, _ names: Set<String>) -> [String: String]? {
        guard let wanted = list(template), let given = list(value), wanted.count == given.count else {
            return TextPattern(template, names: names).match(value)
        }
        var found: [String: String] = [:]
        for (pattern, element) in zip(wanted, given) where pattern != element {
            guard let text = pattern.string,
                let part = TextPattern(text, names: names).match(ModelPage.text(element))
            else { return nil }
            found.merge(part) { $1 }
        }
        return found
    }

    private static func list(_ text: String) -> [JSONValue]? {
        text.hasPrefix("[") ? (try? JSONValue(parsing: Array(text.utf8)))?.array : nil
    }
}

extension ModelDeclaration.Filter {
    /// What a call's parameter says.
    enum Asked: Equatable {
        /// Nothing is said, or everything is let through.
        case nothing
        case bound(String)
        /// The parameter has another form than the template.
        case unreadable(String)
    }

    func asked(_ call: ModelCall) -> Asked {
        guard let text = call.parameter(parameter), text != any else { return .nothing }
        guard let template else { return .bound(text) }
        return TextPattern(template, names: ["value"]).match(text)?["value"].map { .bound($0) } ?? .unreadable(text)
    }

    /// The bound that a call sets; nil where it sets none that can be read.
    func bound(in call: ModelCall) -> String? {
        if case .bound(let text) = asked(call) { text } else { nil }
    }
}

extension ModelDeclaration.Filter {
    /// Whether the text around the bound says of which zone it is, as `'{value} UTC'` does.
    var saysZone: Bool {
        guard let template, let place = template.firstRange(of: "{value}") else { return false }
        let behind = template[place.upperBound...].drop { $0 == " " }
        return ["UTC", "GMT", "Z", "+00", "-00"].contains { behind.hasPrefix($0) }
    }

    /// A parameter's text with another bound in it; as it is where no bound can be read.
    func changingBound(in text: String, _ change: (String) -> String) -> String {
        guard let template else { return change(text) }
        let pattern = TextPattern(template, names: ["value"])
        return pattern.match(text)?["value"].map { pattern.filled(["value": change($0)]) } ?? text
    }
}

extension ModelDeclaration.Endpoint {
    /// The values of the path's names if the endpoint answers a call; nil otherwise.
    func names(for call: ModelCall) -> [String: String]? { call.names(at: path, when: when) }

    /// Whether the endpoint answers what was asked in a recording.
    func covers(_ exchange: RecordedExchange) -> Bool {
        (try? ModelCall(exchange)).map { names(for: $0) != nil } ?? false
    }
}

extension ModelDeclaration.Place {
    /// The values of the path's names if an answer holds objects; nil otherwise.
    func names(for call: ModelCall) -> [String: String]? { call.names(at: path, when: when) }
}
