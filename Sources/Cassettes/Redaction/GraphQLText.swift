import Columns

/// The program text of a GraphQL request: it says what is asked for, as a path does, and holds nobody's data.
public enum GraphQLText {
    private static let programs: Set = ["query", "mutation"]

    /// The members of a request's body that are program text; none where the body is no GraphQL request.
    static func members(of body: [RawJSON.Member]) -> Set<String> {
        let hasProgram = body.contains { member in
            guard programs.contains(member.name), case .scalar(let scalar) = member.value else { return false }
            return scalar.string.map { isProgram($0) } ?? false
        }
        return hasProgram ? programs.union(["operationName"]) : []
    }

    /// The calls of a body: one, or a list of them.
    static func calls(in body: RawJSON) -> [RawJSON] {
        if case .array(let calls) = body { return calls }
        return [body]
    }

    /// Whether a request's body only asks: a query of GraphQL, and no mutation.
    static func isQuery(_ body: [UInt8]) -> Bool {
        guard case .object(let members)? = RawJSON(body), !Self.members(of: members).isEmpty else { return false }
        return !members.contains { member in
            guard case .scalar(let scalar) = member.value, let text = scalar.string else { return false }
            return programs.contains(member.name) && words(text).contains("mutation")
        }
    }

    /// Whether a text is a query of GraphQL, and not a condition in JSON or in a language of its own.
    public static func isProgram(_ text: String) -> Bool {
        let start = text.drop { $0.isWhitespace || $0 == "\u{FEFF}" }
        if start.first == "{" || start.first == "#" { return RawJSON(Array(text.utf8)) == nil }
        return ["query", "mutation", "subscription", "fragment"].contains { word in
            start.hasPrefix(word)
                && start.dropFirst(word.count).first.map { $0.isWhitespace || "({@".contains($0) } ?? false
        } && text.contains("{")
    }

    private static func words(_ text: String) -> [Substring] { text.split { !$0.isLetter } }
}
