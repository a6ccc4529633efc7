import Columns
import Crypto
import Tributary

/// A resume token together with what it depends on. It is only handed back to a read that is the same.
struct ResumePoint: Hashable, Sendable, Codable {
    /// The token's JSON text.
    var token: String
    /// A hash of what makes reads comparable (``identity(_:)``).
    var identity: String
    /// The stored watermark when the read began; the resumed read is given the same bounds.
    var startLast: CursorValue?
    var startEarliest: CursorValue?
    /// When the read began, in microseconds since 1970-01-01T00:00:00Z.
    var startedAt: Int64

    var startWatermark: Watermark { Watermark(last: startLast, earliest: startEarliest) }

    /// The token as the source gave it.
    func resumeToken() throws -> ResumeToken {
        do {
            return ResumeToken(try JSONValue(parsing: token))
        } catch {
            throw SourceError(
                .corruptTable, "Reading a stored resume token: it is not JSON.",
                advice: "Build the table anew with a reset.")
        }
    }

    /// A hash of what a read depends on: source, sync type, cursor field, lookback, columns, config without its secrets.
    static func identity(_ parts: [JSONValue]) -> String {
        let digest = SHA256.hash(data: JSONValue.array(parts).serialized(sortedKeys: true))
        return Hexadecimal.text(digest.prefix(16))
    }
}
