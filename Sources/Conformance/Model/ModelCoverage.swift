import Cassettes
import Tributary

extension ModelCall {
    /// The values of names, in the path and in parameters, where the call has the path and meets the condition; nil
    /// otherwise.
    func names(at path: PathTemplate, when condition: ModelDeclaration.Condition) -> [String: String]? {
        guard var names = path.match(self.path) else { return nil }
        for (name, text) in condition.values {
            guard let value = parameter(name) else { return nil }
            if value == text { continue }
            guard !condition.names.isEmpty,
                let found = TextPattern(text, names: condition.names).match(value)
            else { return nil }
            names.merge(found) { $1 }
        }
        return names
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
