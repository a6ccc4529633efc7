import ArgumentParser
import Foundation

/// Where an API answers: `https://api.acme.example/v1`. A part of the host in braces, as in
/// `https://{workspace}.acme.example/v1`, is each user's own, and becomes a field of the form.
struct BaseURL: Equatable {
    /// A part of the host that users fill in.
    struct Part: Equatable {
        /// As it stands between the braces: `account_id`.
        var name: String
        /// Whether users fill in the whole host.
        var isHost: Bool

        private var words: [String] { name.split(separator: "_").map { $0.lowercased() } }

        /// The property of the config: `accountId`.
        var property: String { (words.prefix(1) + words.dropFirst().map(\.capitalized)).joined() }
        /// The name that a stored config has: `account_id`.
        var wireName: String { words.joined(separator: "_") }
        /// What stands beside the field: `Account id`.
        var label: String {
            words.joined(separator: " ").prefix(1).uppercased() + words.joined(separator: " ").dropFirst()
        }
        /// What a made-up user fills in.
        var example: String { isHost ? "api.example.com" : "acme" }
    }

    /// As it was given, without a slash at its end.
    let text: String
    let parts: [Part]

    /// Reads an address.
    ///
    /// - Throws: `ValidationError` that says what is wrong with the text.
    init(_ text: String) throws {
        self.text = text.hasSuffix("/") ? String(text.dropLast()) : text
        let pieces = self.text.split(separator: "/", omittingEmptySubsequences: false)
        let host = pieces.count > 2 ? String(pieces[2]) : ""
        let names = host.matches(of: Self.braces).map { String($0.1) }
        guard Set(names).count == names.count else {
            throw ValidationError("each part of the host in braces needs a name of its own.")
        }
        parts = names.map { Part(name: $0, isHost: host == "{\($0)}") }
        let filled = Self.filled(self.text, parts, \.example)
        guard let url = URL(string: filled), ["http", "https"].contains(url.scheme), url.host != nil,
            url.query == nil, !filled.contains(where: { "{}\"\\".contains($0) })
        else {
            let isElsewhere = pieces.dropFirst(3).contains { $0.contains("{") }
            throw ValidationError(
                isElsewhere
                    ? "braces may stand in the host, as in https://{workspace}.acme.example; what else depends on the config, "
                        + "write into client(for:in:) of the source."
                    : "an address such as https://api.acme.example/v1 or https://{workspace}.acme.example/v1 is needed."
            )
        }
    }

    private static var braces: Regex<(Substring, Substring)> { /\{([A-Za-z][A-Za-z0-9_]*)\}/ }

    private static func filled(_ text: String, _ parts: [Part], _ word: (Part) -> String) -> String {
        parts.reduce(text) { $0.replacingOccurrences(of: "{\($1.name)}", with: word($1)) }
    }

    /// The address as the source's code has it, between quotation marks.
    var code: String { Self.filled(text, parts) { "\\(config.\($0.property))" } }
    /// The address of a made-up user.
    var example: String { Self.filled(text, parts, \.example) }
    /// The path of every request before its own; empty where there is none.
    var path: String { URL(string: example).map { $0.path == "/" ? "" : $0.path } ?? "" }

    /// The fields of the form, a line each. What a user fills in must not lead the credentials to another host.
    var fields: [String] {
        parts.map { part in
            "@Input(\"\(part.label)\", placeholder: \"\(part.example)\", rule: .\(part.isHost ? "hostAndPort" : "hostLabel")) "
                + "var \(part.property): String"
        }
    }
}
