import Columns
import Tributary

/// The repositories of a connection, as `owner/name`. Stored as a list, or as text with commas or blanks between them.
public struct GitHubRepositories: FieldValue, Hashable {
    /// In the order in which they were given, each once.
    public let names: [String]

    public static let accepted = "repositories as owner/name, separated by commas"
    public static let schema = JSONObject([
        ("type", "array"), ("items", ["type": "string", "pattern": "^[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+$"]),
    ])

    public static func read(_ stored: JSONValue) -> GitHubRepositories? {
        let texts: [String]
        switch stored {
        case .string(let text): texts = text.split { $0 == "," || $0.isWhitespace }.map(String.init)
        case .array(let values): texts = values.compactMap(\.string)
        default: return nil
        }
        var seen: Set<String> = []
        let names = texts.filter { seen.insert($0.lowercased()).inserted }
        guard !names.isEmpty, names.allSatisfy(isRepository), stored.array.map({ $0.count == texts.count }) ?? true
        else { return nil }
        return GitHubRepositories(names: names)
    }

    public var storedValue: JSONValue? { .array(names.map { .string($0) }) }

    /// A name becomes a part of each request's path, so nothing but GitHub's own letters may be in it.
    private static func isRepository(_ text: String) -> Bool {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        return parts.count == 2
            && parts.allSatisfy { part in
                !part.isEmpty && part != "." && part != ".."
                    && part.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-_.".contains($0)) }
            }
    }
}
