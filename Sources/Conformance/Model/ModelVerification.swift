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
    /// Whether only reads of tables are compared, where the recording says which those are: a probe is asked for as the
    /// source likes, and a page of the API's own size.
    public var comparesTablesAlone = false

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
        // By list: the positions of two lists may have one spelling, such as numbers.
        var known: [String: LearntTokens] = [:]
        let exchanges = try scenario.exchanges(state: state)
        let saysTables = exchanges.contains { !$0.exchange.schemas.isEmpty }
        let shortened = try scenario.trimmedSchemas()
        let shortenedBefore = try scenario.trimmedSchemas(before: state)
        let isProbe = { (exchange: RecordedExchange) in saysTables && exchange.exchange.schemas.isEmpty }
        for exchange in exchanges {
            guard exchange.status == 200, !(comparesTablesAlone && isProbe(exchange)),
                let endpoint = declaration.endpoints.first(where: { $0.covers(exchange) }),
                let method = HTTPMethod(rawValue: exchange.exchange.request.method),
                !(isProbe(exchange) && isShortened(endpoint, shortened))
            else {
                outcome.uncovered.append(exchange.id)
                continue
            }
            var learnt = known[endpoint.collection] ?? LearntTokens()
            defer { known[endpoint.collection] = learnt }
            let request = HTTPRequest(
                method, try learnt.translated(exchange.url, endpoint.page),
                body: learnt.translated(exchange.requestBody, endpoint.page))
            let response = try await server.send(request)
            var answer = try JSONValue(parsing: try await response.body.collect())
            learnt.learn(
                recorded: HTTPHeaders(exchange.exchange.response.headers), model: response.headers, endpoint.page)
            let recorded = (try? JSONValue(parsing: exchange.body)) ?? .null
            let told = (
                recorded: endpoint.told(HTTPHeaders(exchange.exchange.response.headers)),
                model: endpoint.told(response.headers)
            )
            learnt.learn(endpoint.envelope, recorded: recorded, model: answer)
            learnt.learn(.object(endpoint.headers), recorded: told.recorded, model: told.model)
            answer = withTies(of: recorded, answer, exchange, endpoint)
            outcome.verified += 1
            // Where a page says whether more follows, the last one may have a position as well.
            let isEnd =
                endpoint.answer(exchange).flatMap {
                    ModelDeclaration.Endpoint.moreFollows(endpoint.template, $0)
                } == false
            // A list that an earlier state cut is left by an increment before the cut: it counts the upstream's rows there.
            let countsMore =
                !exchange.exchange.isTrimmed && exchange.exchange.schemas.contains(where: shortenedBefore.contains)
            let template = countsMore ? Self.withoutCounts(endpoint.template) : endpoint.template
            let difference =
                JSONDifference(recorded, answer, envelope: template["body"] ?? "$rows", ignoresNext: isEnd)
                ?? linkDifference(exchange, response.headers, endpoint.page)
                ?? JSONDifference(
                    told.recorded, told.model, envelope: template["headers"] ?? .null, at: "the header",
                    ignoresNext: isEnd)
            if let difference { outcome.findings.append(finding(difference, exchange, state: state)) }
        }
        return outcome
    }

    /// A template that says nothing of how many rows or pages the list has.
    private static func withoutCounts(_ template: JSONValue) -> JSONValue {
        guard let object = template.object else { return template }
        let members = object.members.filter { member in
            Placeholder(member.value).map { ![.total, .pages].contains($0.part) } ?? true
        }
        return .object(JSONObject(members.map { ($0.name, withoutCounts($0.value)) }))
    }

    /// Whether the recorder has cut the list: what a probe was told of it, such as how many rows there are, was not lowered.
    private func isShortened(_ endpoint: ModelDeclaration.Endpoint, _ tables: Set<String>) -> Bool {
        declaration.collection(endpoint.collection)?.schemas.contains(where: tables.contains) ?? false
    }

    /// The model's answer with rows that are alike in the list's order as the recording has them: no order says which of
    /// them comes first.
    private func withTies(
        of recorded: JSONValue, _ answer: JSONValue, _ exchange: RecordedExchange, _ endpoint: ModelDeclaration.Endpoint
    ) -> JSONValue {
        guard let call = try? ModelCall(exchange),
            let place = declaration.collection(endpoint.collection)?.sources.first(where: { $0.names(for: call) != nil }
            ),
            let left = (place.rows.isEmpty ? recorded : recorded.path(place.rows))?.array,
            let right = (place.rows.isEmpty ? answer : answer.path(place.rows))?.array, left != right,
            left.count == right.count, Set(left) == Set(right)
        else { return answer }
        let order = ModelServer.order(of: endpoint, for: call)
        func values(_ rows: [JSONValue]) -> [[JSONValue]] {
            rows.map { row in order.map { ModelOrder.value($0.field, of: row.object ?? JSONObject()) } }
        }
        guard !order.isEmpty, values(left) == values(right) else { return answer }
        guard !place.rows.isEmpty, var object = answer.object else { return recorded }
        object[path: place.rows] = .array(left)
        return .object(object)
    }

    /// A header that leads on where the recording ends, or the other way round.
    private func linkDifference(
        _ exchange: RecordedExchange, _ headers: HTTPHeaders, _ page: ModelDeclaration.Page
    ) -> JSONDifference? {
        guard page.style == .link else { return nil }
        let recorded = page.nextURL(in: HTTPHeaders(exchange.exchange.response.headers))
        let given = page.nextURL(in: headers)
        if (recorded == nil) == (given == nil) { return nil }
        return JSONDifference(
            path: "the header \(page.header ?? "Link")", recorded.map { .string($0) }, given.map { .string($0) })
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
        if Placeholder(envelope)?.leads == true {
            if !recorded.isNull, !model.isNull { tokens[ModelPage.text(recorded)] = ModelPage.text(model) }
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

    /// A body with the model's position in place of the recorded one.
    func translated(_ body: [UInt8], _ page: ModelDeclaration.Page) -> [UInt8]? {
        if body.isEmpty { return nil }
        guard let object = (try? JSONValue(parsing: body))?.object else { return body }
        let path = page.parameter.split(separator: ".").map(String.init)
        guard let token = object.value(at: path), !token.isNull, let known = tokens[ModelPage.text(token)] else {
            return body
        }
        let value: JSONValue =
            token.string == nil ? (try? JSONValue(parsing: Array(known.utf8))) ?? .string(known) : .string(known)
        return JSONValue.object(object.setting(path, to: value)).serialized()
    }
}

/// The first place where two JSON values differ; nil when they are equal.
struct JSONDifference: Equatable {
    var path: String
    var expected: String
    var actual: String

    /// Compares two answers: all of the rows, and of what surrounds them the members that the envelope names. Tokens only
    /// have to be there or not.
    ///
    /// - Parameter ignoresNext: whether it does not matter either if they are there.
    init?(
        _ expected: JSONValue, _ actual: JSONValue, envelope: JSONValue = .null, at path: String = "$",
        ignoresNext: Bool = false
    ) {
        if Placeholder(envelope)?.leads == true {
            let isEnd = expected.isNull || expected.string == ""
            if ignoresNext || isEnd == actual.isNull { return nil }
            self.init(path: path, expected, actual)
            return
        }
        switch (expected, actual) {
        case (.object(let left), .object(let right)):
            // What surrounds the rows may have members that no source asks for, such as a link to the page itself.
            let isSaid = { (name: String) in envelope.object.map { $0[name] != nil } ?? true }
            for name in left.names.filter(isSaid) + right.names.filter({ left[$0] == nil }) {
                var sides = (left[name], right[name])
                // Left out is as good as null where the model may leave it out.
                let member = envelope[name] ?? .null
                let isLead = LeadObject.end(of: member) != nil
                if isLead, ignoresNext { continue }
                if isLead || Placeholder(member)?.mayBeMissing == true {
                    sides = (sides.0 ?? .null, sides.1 ?? .null)
                    if sides.0 == sides.1 { continue }
                }
                let found = JSONDifference.between(
                    sides.0, sides.1, envelope: envelope[name] ?? .null, at: "\(path).\(name)",
                    ignoresNext: ignoresNext)
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
                    right.indices.contains(index) ? right[index] : nil, envelope: .null, at: "\(path)[\(index)]",
                    ignoresNext: ignoresNext)
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
        _ left: JSONValue?, _ right: JSONValue?, envelope: JSONValue, at path: String, ignoresNext: Bool
    ) -> JSONDifference? {
        guard let left, let right else {
            return left == nil && right == nil ? nil : JSONDifference(path: path, left, right)
        }
        return JSONDifference(left, right, envelope: envelope, at: path, ignoresNext: ignoresNext)
    }

    fileprivate init(path: String, _ expected: JSONValue?, _ actual: JSONValue?) {
        self.path = path
        self.expected = expected.map { String($0.text.prefix(80)) } ?? "nothing"
        self.actual = actual.map { String($0.text.prefix(80)) } ?? "nothing"
    }
}
