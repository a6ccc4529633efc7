/// Masks known secrets wherever they occur in a text, such as an upstream's answer that quotes the key it was sent.
///
/// Shared by whoever uses the secrets of one connection; values may be registered while others read.
public final class Redactor: Sendable {
    /// Shorter values would mask ordinary words; a credential this short is no credential.
    private static let minimumLength = 4
    private let values = Lock<Set<String>>([])

    /// A redactor that masks these, and whatever is registered later.
    public init(_ secrets: [Secret] = []) { register(secrets) }

    /// Adds secrets that must not be seen from now on, with their forms in a URL and in base 64.
    public func register(_ secrets: [Secret]) {
        values.withLock { values in
            for secret in secrets where secret.revealed.utf8.count >= Self.minimumLength {
                values.insert(secret.revealed)
                values.insert(PercentEncoding.encode(secret.revealed))
                values.insert(Base64.encode(Array(secret.revealed.utf8)))
                // Of a key over many lines, a message may quote one.
                values.formUnion(
                    secret.revealed.split(whereSeparator: \.isNewline).filter { $0.utf8.count >= 16 }.map(String.init))
            }
        }
    }

    /// The text with `•••` in place of each registered value; longer values first, so that no rest of one stays.
    public func redact(_ text: String) -> String {
        let values = values.withLock { $0.sorted { ($0.utf8.count, $0) > ($1.utf8.count, $1) } }
        var text = text
        for value in values where text.contains(value) {
            text = text.split(separator: value, omittingEmptySubsequences: false).joined(separator: Secret.mask)
        }
        return text
    }

    /// The error with message, advice and places redacted.
    public func redacting(_ error: SourceError) -> SourceError {
        var copy = error
        copy.message = redact(error.message)
        copy.advice = error.advice.map(redact)
        copy.mapTrail(redact)
        return copy
    }
}
