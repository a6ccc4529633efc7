import Cassettes
import Tributary

extension ModelCall {
    /// The values of a path's names where the call has the path, and these values of its parameters; nil otherwise.
    func names(at path: PathTemplate, when parameters: [String: String]) -> [String: String]? {
        parameters.allSatisfy { parameter($0.key) == $0.value } ? path.match(self.path) : nil
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
