import Columns
import Tributary

/// Refusals by status.
extension WireFault {
    /// The upstream answers with a status and a JSON body.
    static func status(
        _ status: Int, _ body: JSONValue, headers: [(String, String)] = [], at index: Int? = nil,
        isLasting: Bool = false
    ) -> WireFault {
        WireFault("status \(status)", index: index, isLasting: isLasting) { exchange in
            exchange.response(status, [("Content-Type", "application/json")] + headers, body.serialized())
        }
    }

    /// A refusal with a body as APIs send it.
    static func refusal(_ status: Int) -> WireFault {
        .status(status, ["error": ["message": .string("The request was refused (\(status)).")]])
    }

    /// A refusal that quotes the credentials it was sent, as some APIs do.
    static func quotingRefusal(_ status: Int) -> WireFault {
        WireFault("status \(status) that quotes the credentials") { exchange in
            let values = exchange.request.headers.fields.map(\.value) + exchange.request.query.map(\.value)
            let sent = values.compactMap { value in
                if case .secret = value { value.revealed } else { nil as String? }
            }
            let words = "Invalid credentials: \(sent.joined(separator: ", "))."
            let body: JSONValue = ["error": ["message": .string(words)], "message": .string(words)]
            return exchange.response(status, [("Content-Type", "application/json")], body.serialized())
        }
    }

    /// A refusal in the way of GraphQL: its errors are in the body, and the status is 200
    /// (https://graphql.github.io/graphql-over-http/draft/#sec-application-json).
    static let graphQLRefusal = WireFault.status(
        200, ["errors": [["message": "Not authenticated.", "extensions": ["code": "UNAUTHENTICATED"]]], "data": nil],
        isLasting: true)

    /// Too many requests, with the field that says when to come back: seconds, a date, or nonsense.
    static func comeBack(_ retryAfter: String, status: Int = 429) -> WireFault {
        var fault = WireFault.status(
            status, ["error": ["message": "Slow down."]], headers: [("Retry-After", retryAfter)])
        fault.what = "status \(status) with Retry-After: \(retryAfter)"
        return fault
    }

    /// Failures that pass, in the words of the usual vendors.
    static let worded: [WireFault] = [
        worded(429, "Rate limit exceeded, please slow down") { ["error": ["message": $0]] },
        worded(429, "API rate limit exceeded") { ["message": $0] },
        worded(429, "Too many requests. Please retry later.") { ["errors": [["title": $0]]] },
        worded(503, "Service temporarily unavailable") { ["message": $0] },
        worded(503, "The server is overloaded; limit reached") { ["error": ["message": $0]] },
        worded(522, "Connection timed out") { ["error": $0] },
        worded(500, "Internal server error. Request id 7f3a, please contact support.") { ["error": $0] },
    ]

    private static func worded(_ status: Int, _ words: String, _ body: (JSONValue) -> JSONValue) -> WireFault {
        var fault = WireFault.status(status, body(.string(words)))
        fault.what = "status \(status) that says “\(words)”"
        return fault
    }

    /// Failures that pass: what one of them hits must arrive all the same.
    static let passing: [WireFault] =
        [.comeBack("1")] + [500, 502, 503, 504].map { .refusal($0) } + [.reset, .refused, .timeOut]
}
