import Cassettes
import Columns
import Foundation
import Tributary

/// Holds a model to the truth: every recorded question must get the recorded answer from it.
///
/// Opaque tokens are the upstream's own business: the model's are learnt in the place of the recorded ones.
public struct ModelVerification: Sendable {
    public let scenario: Scenario
    public let declaration: ModelDeclaration

    public init(_ scenario: Scenario, _ declaration: ModelDeclaration) {
        self.scenario = scenario
        self.declaration = declaration
    }

    /// What one state's replay through the model showed.
    public struct Outcome: Sendable {
        public var findings: [Finding] = []
        /// Exchanges that were compared.
        public var verified = 0
        /// Exchanges that no endpoint of the model covers, by their ids.
        public var uncovered: [String] = []
    }

    /// Asks the model everything that a state recorded.
    ///
    /// - Throws: `SourceError` of kind `invalidFixture`.
    public func run(state: String) async throws -> Outcome {
        let world = LiveWorld(try World(recorded: scenario, upTo: state, declaration))
        let server = ModelServer(declaration, world: world)
        var outcome = Outcome()
        var learnt = LearntTokens()
        for exchange in try scenario.exchanges(state: state) {
            guard exchange.status == 200, let endpoint = endpoint(for: exchange.url),
                let method = HTTPMethod(rawValue: exchange.exchange.request.method)
            else {
                outcome.uncovered.append(exchange.id)
                continue
            }
            let body = exchange.requestBody.isEmpty ? nil : exchange.requestBody
            let request = HTTPRequest(method, try learnt.translated(exchange.url, endpoint.page), body: body)
            let response = try await server.send(request)
            let answer = try JSONValue(parsing: try await response.body.collect())
            learnt.learn(
                recorded: HTTPHeaders(exchange.exchange.response.headers), model: response.headers, endpoint.page)
            let recorded = (try? JSONValue(parsing: exchange.body)) ?? .null
            learnt.learn(endpoint.envelope, recorded: recorded, model: answer)
            outcome.verified += 1
            let difference = JSONDifference(recorded, answer, envelope: endpoint.envelope)
            if let difference { outcome.findings.append(finding(difference, exchange, state: state)) }
        }
        return outcome
    }

    private func endpoint(for url: String) -> ModelDeclaration.Endpoint? {
        guard let path = URLComponents(string: url)?.percentEncodedPath else { return nil }
        return declaration.endpoints.first { $0.path.match(path) != nil }
    }

    private func finding(_ difference: JSONDifference, _ exchange: RecordedExchange, state: String) -> Finding {
        Finding(
            at: "\(scenario.id) at \(state), exchange \(exchange.id): \(exchange.url)",
            expected: "the model gives the recorded answer",
            actual:
                "At \(difference.path) \(difference.expected) was recorded, and the model gives \(difference.actual).",
            cause: "model.json does not say how this list is ordered, filtered or paged, or a state of the recording "
                + "contradicts another.", file: "model.json")
    }
}

/// What the model calls the positions that the recording has its own names for.
private struct LearntTokens {
    private var tokens: [String: String] = [:]
    private var urls: [AskedURL: String] = [:]

    /// Where the headers lead.
    mutating func learn(recorded: HTTPHeaders, model: HTTPHeaders, _ page: ModelDeclaration.Page) {
        if let old = page.nextURL(in: recorded), let new = page.nextURL(in: model) { urls[AskedURL(old)] = new }
    }

    mutating func learn(_ envelope: JSONValue, recorded: JSONValue, model: JSONValue) {
        if case .string(let name) = envelope, name == "$next" || name == "$nextURL" {
            if let old = recorded.string, let new = model.string { tokens[old] = new }
        } else if let object = envelope.object {
            for member in object.members {
                learn(member.value, recorded: recorded[member.name] ?? .null, model: model[member.name] ?? .null)
            }
        }
    }

    func translated(_ url: String, _ page: ModelDeclaration.Page) throws -> String {
        if let known = tokens[url] ?? urls[AskedURL(url)] { return known }
        let call = try ModelCall(HTTPRequest(.get, url))
        guard let token = call.parameter(page.parameter), let known = tokens[token] else { return url }
        return call.url(setting: page.parameter, to: known)
    }
}

/// The first place where two JSON values differ; nil when they are equal.
struct JSONDifference: Equatable {
    var path: String
    var expected: String
    var actual: String

    /// Compares two answers; tokens that the envelope names only have to be there or not.
    init?(_ expected: JSONValue, _ actual: JSONValue, envelope: JSONValue = .null, at path: String = "$") {
        if case .string(let name) = envelope, name == "$next" || name == "$nextURL" {
            if expected.isNull == actual.isNull { return nil }
            self.init(path: path, expected, actual)
            return
        }
        switch (expected, actual) {
        case (.object(let left), .object(let right)):
            for name in left.names + right.names.filter({ left[$0] == nil }) {
                let found = JSONDifference.between(
                    left[name], right[name], envelope: envelope[name] ?? .null, at: "\(path).\(name)")
                if let found {
                    self = found
                    return
                }
            }
            return nil
        case (.array(let left), .array(let right)):
            for index in 0..<max(left.count, right.count) {
                let found = JSONDifference.between(
                    left.indices.contains(index) ? left[index] : nil,
                    right.indices.contains(index) ? right[index] : nil, envelope: .null, at: "\(path)[\(index)]")
                if let found {
                    self = found
                    return
                }
            }
            return nil
        default:
            if expected == actual { return nil }
            self.init(path: path, expected, actual)
        }
    }

    private static func between(
        _ left: JSONValue?, _ right: JSONValue?, envelope: JSONValue, at path: String
    ) -> JSONDifference? {
        guard let left, let right else {
            return left == nil && right == nil ? nil : JSONDifference(path: path, left, right)
        }
        return JSONDifference(left, right, envelope: envelope, at: path)
    }

    private init(path: String, _ expected: JSONValue?, _ actual: JSONValue?) {
        self.path = path
        self.expected = expected.map { String($0.text.prefix(80)) } ?? "nothing"
        self.actual = actual.map { String($0.text.prefix(80)) } ?? "nothing"
    }
}
