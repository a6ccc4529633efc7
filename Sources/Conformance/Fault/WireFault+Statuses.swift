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

    /// Too many requests, with the field that says when to come back: seconds, a date, or nonsense.
    static func comeBack(_ retryAfter: String, status: Int = 429) -> WireFault {
        var fault = WireFault.status(
            status, ["error": ["message": "Slow down."]], headers: [("Retry-After", retryAfter)])
        fault.what = "status \(status) with Retry-After: \(retryAfter)"
        return fault
    }

    /// Failures that pass: what one of them hits must arrive all the same.
    static let passing: [WireFault] =
        [.comeBack("1")] + [500, 502, 503, 504].map { .refusal($0) } + [.reset, .refused, .timeOut]
}
