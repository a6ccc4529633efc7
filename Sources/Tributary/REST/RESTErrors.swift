import Columns

/// Turns answers that are no pages into errors that a user can act on.
enum RESTErrors {
    /// As much of an upstream's own words as a message takes.
    private static let longestQuote = 300
    private static let places = [
        "error.message", "error_description", "message", "errors[0].detail", "errors[0].message", "errors[0].title",
        "error.detail", "error.description", "detail", "description", "title", "errors[0]", "error", "msg",
    ]

    /// The error for a status of 300 and above.
    ///
    /// - Parameter isWithinWalk: whether the request asked for a page behind the first, by a position that can expire.
    static func error(
        for answer: RESTAnswer, reading table: String?, isWithinWalk: Bool, now: Int64
    ) -> SourceError {
        let quote = words(of: answer).map { ": “\($0)”" } ?? ""
        let message = "\(subject(table)): the upstream answered with status \(answer.status)\(quote)."
        switch answer.status {
        case 401:
            return SourceError(
                .invalidCredentials, message, advice: "Check that the credentials are right and have not expired.")
        case 403:
            let scope = table.map { " to '\($0)'" } ?? ""
            return SourceError(
                .permissionDenied, message, advice: "Give the credentials access\(scope), or leave the table out.")
        case 404: return SourceError(.notFound, message)
        case 410 where isWithinWalk:
            return SourceError(.resumeTokenExpired, message, advice: "The read has to start again from its beginning.")
        case 410: return SourceError(.notFound, message)
        case 408: return retryable(.timedOut, message, nil)
        case 429: return retryable(.rateLimited, message, answer.headers.retryAfter(now: now))
        case 500...: return retryable(.upstreamFailure, message, answer.headers.retryAfter(now: now))
        default: return SourceError(.unexpectedAnswer, message)
        }
    }

    /// The transport has tried these again already.
    private static func retryable(_ kind: SourceError.Kind, _ message: String, _ pause: Duration?) -> SourceError {
        var error = SourceError(kind, message, recovery: .retry(after: pause))
        error.wasRetried = true
        return error
    }

    static func notJSON(_ answer: RESTAnswer, _ error: JSONError, reading table: String?) -> SourceError {
        let type = answer.headers["Content-Type"].map { " (\($0))" } ?? ""
        return SourceError(
            .unexpectedAnswer, "\(subject(table)): the answer\(type) is not JSON: \(error).",
            recovery: .retry(after: nil))
    }

    /// The same for a page whose rows turned out broken later on the way.
    static func notJSON(_ error: JSONError, reading table: String?) -> SourceError {
        SourceError(
            .unexpectedAnswer, "\(subject(table)): the answer is not JSON: \(error).", recovery: .retry(after: nil))
    }

    static func noRows(_ answer: RESTAnswer, at selector: String, reading table: String?) -> SourceError {
        let place = selector.isEmpty ? "as the whole body" : "at '\(selector)'"
        let came = answer.value(selector).map { "\($0.kind)" } ?? "nothing"
        return SourceError(
            .unexpectedAnswer,
            "\(subject(table)): rows are expected \(place) and \(came) came\(keys(of: answer.document)).",
            advice: "The upstream may have changed its answers; compare them with its documentation.")
    }

    /// Whether an answer that should be a page speaks of an error: a member of the page itself is called so, and says
    /// something.
    static func tells(_ answer: RESTAnswer) -> Bool {
        (answer.value("")?.object?.members ?? []).contains { member in
            guard member.name.lowercased().contains("error") else { return false }
            return switch member.value {
            case .null: false
            case .bool(let flag): flag
            case .number(let number): number.double != 0
            case .string(let text): !text.isEmpty
            case .array(let list): !list.isEmpty
            case .object(let object): !object.names.isEmpty
            }
        }
    }

    /// The error for an answer with the status of a good one that has an error in place of its rows.
    static func toldInstead(_ answer: RESTAnswer, reading table: String?) -> SourceError {
        let quote = words(of: answer).map { ": “\($0)”" } ?? keys(of: answer.document)
        return SourceError(
            .unexpectedAnswer,
            "\(subject(table)): the upstream answered with status \(answer.status) and an error in place of rows\(quote)."
        )
    }

    static func subject(_ table: String?) -> String { table.map { "Reading \($0)" } ?? "Asking the upstream" }

    /// The names in the body, for a message about one that is missing.
    static func keys(of document: JSONDocument) -> String {
        guard let names = document.value("")?.object?.names, !names.isEmpty else { return "" }
        return "; it has: \(names.prefix(20).map { String($0.prefix(40)) }.joined(separator: ", "))"
    }

    /// The upstream's own words: from the usual places of a JSON body, or a short plain text.
    static func words(of answer: RESTAnswer) -> String? {
        if let root = try? JSONValue(parsing: answer.document.bytes) {
            let found = places.lazy.compactMap { root.path($0)?.string }.first { !$0.isEmpty }
            return found.map(quotable)
        }
        let type = answer.headers["Content-Type"]?.lowercased() ?? "text/plain"
        guard type.hasPrefix("text/plain") else { return nil }
        let text = quotable(String(decoding: answer.document.bytes.prefix(4 * longestQuote), as: UTF8.self))
        return text.isEmpty ? nil : text
    }

    /// One line without control characters, of limited length.
    private static func quotable(_ text: String) -> String {
        let line = String(
            text.unicodeScalars.map { $0.value < 0x20 || (0x7F...0x9F).contains($0.value) ? " " : Character($0) })
        let trimmed = InputText.trimmed(line)
        return trimmed.count > longestQuote ? trimmed.prefix(longestQuote) + "…" : trimmed
    }
}
