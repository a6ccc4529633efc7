import Cassettes
import Tributary

extension ModelDeclaration.Endpoint {
    /// The values of the path's names if the endpoint answers a call; nil otherwise.
    func names(for call: ModelCall) -> [String: String]? {
        when.allSatisfy { call.parameter($0.key) == $0.value } ? path.match(call.path) : nil
    }

    /// Whether the endpoint answers what was asked in a recording.
    func covers(_ exchange: RecordedExchange) -> Bool {
        (try? ModelCall(exchange)).map { names(for: $0) != nil } ?? false
    }
}

extension ModelDeclaration.Place {
    /// The values of the path's names if an answer holds objects; nil otherwise.
    func names(for call: ModelCall) -> [String: String]? {
        when.allSatisfy { call.parameter($0.key) == $0.value } ? path.match(call.path) : nil
    }
}
