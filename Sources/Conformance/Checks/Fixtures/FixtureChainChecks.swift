import Cassettes
import Columns
import Foundation
import Tributary

/// Trimmed recordings: what was cut off must not have been the boundaries.
enum FixtureChainChecks {
    static let all = [trimKeepsBoundaries]

    private static let trimKeepsBoundaries = Check(
        "fixture-trim-keeps-boundaries", group: .fixtures, level: .static, scope: .source,
        proves:
            "A recording that was shortened still has at least two pages, an unbroken chain from the first to the last, "
            + "and the first and last watermark.",
        method:
            "Every recorded page that says there is more must be followed by the exchange that it points to. A list "
            + "that is marked as trimmed must keep two pages, two values of its cursor, and ties where covers names them.",
        likelyCause: "Pages were taken out without mending the page before: record again with a smaller page size.",
        profile: .quick, catches: "recording-trimmed-to-one-page", "trimmed-list-of-one-page"
    ) { input in
        try await input.judging { tally in
            let declaration = try input.model()
            var findings: [Finding] = []
            for state in input.scenario.manifest.states where state.http != nil {
                let exchanges = try input.scenario.exchanges(state: state.name)
                // A probe of the credentials is satisfied with a first page.
                let pages = exchanges.filter { !($0.exchange.isOptional && $0.exchange.schemas.isEmpty) }
                let chain = PageChain(pages, declaration)
                tally.add(Counters(items: chain.pagesWithMore))
                findings += chain.broken.map { broken in
                    Finding(
                        at: "\(input.scenario.id) at \(state.name), exchange \(broken.id)",
                        expected: "the next page, \(broken.next), was recorded",
                        actual: "The page says that there is more, and no exchange asks for it.", file: state.http)
                }
                findings += Self.trimmed(input.scenario, state, exchanges, declaration, tally)
            }
            if findings.isEmpty, tally.sum.isEmpty {
                throw Bench.Verdicted(
                    verdict: .notApplicable("Every recorded list ends on its first page, and none is trimmed."))
            }
            return findings
        }
    }

    /// What a list that its entries mark as trimmed has to keep.
    private static func trimmed(
        _ scenario: Scenario, _ state: Manifest.State, _ exchanges: [RecordedExchange],
        _ declaration: ModelDeclaration?, _ tally: Bench.Tally
    ) -> [Finding] {
        let paths = Set(exchanges.filter(\.exchange.isTrimmed).compactMap(\.path))
        return paths.sorted().compactMap { path -> Finding? in
            let pages = exchanges.filter { $0.path == path && $0.status == 200 }
            tally.add(Counters(items: pages.count))
            var lost: [String] = []
            if pages.count < 2 { lost.append("two pages") }
            let endpoint = pages.lazy.compactMap { page in declaration?.endpoints.first { $0.covers(page) } }.first
            if let collection = endpoint.flatMap({ declaration?.collection($0.collection) }),
                let cursor = collection.cursor
            {
                let rows = pages.flatMap { PageChain.rows(of: $0, declaration) }
                let values = rows.compactMap { $0.path(cursor) }
                if Set(values).count < 2 { lost.append("the first and the last watermark") }
                if scenario.manifest.covers.contains("ties"), Set(values).count == values.count { lost.append("a tie") }
            }
            if lost.isEmpty { return nil }
            return Finding(
                at: "\(scenario.id) at \(state.name), the trimmed list \(path)",
                expected: "two pages, first and last watermark", actual: "It lost \(lost.joined(separator: ", ")).",
                file: state.http)
        }
    }
}

/// The pages of a state's lists, and what each says of the next.
struct PageChain {
    /// Pages that say there is more.
    private(set) var pagesWithMore = 0
    /// Those whose next page is not there.
    private(set) var broken: [(id: String, next: String)] = []

    init(_ exchanges: [RecordedExchange], _ declaration: ModelDeclaration?) {
        let urls = Set(exchanges.map { Self.canonical($0.url) })
        for exchange in exchanges where exchange.status == 200 {
            guard let next = Self.next(of: exchange, declaration) else { continue }
            pagesWithMore += 1
            if Self.mayStopEarly(exchange, declaration) || Self.isDeclaredEnd(exchange, declaration) { continue }
            let isThere =
                switch next {
                case .url(let url): urls.contains(Self.canonical(url))
                case .parameter(let name, let value):
                    exchanges.contains { other in
                        other.path == exchange.path && Self.parameters(other)[name] == value
                            && Self.same(exchange, other, but: name)
                    }
                case .unknown:
                    exchanges.contains { $0.path == exchange.path && Self.parameters($0) != Self.parameters(exchange) }
                }
            if !isThere { broken.append((exchange.id, next.description)) }
        }
    }

    private enum Next: CustomStringConvertible {
        case url(String)
        case parameter(String, String)
        case unknown

        var description: String {
            switch self {
            case .url(let url): url
            case .parameter(let name, let value): "\(name)=\(value)"
            case .unknown: "of the same list"
            }
        }
    }

    private static func next(of exchange: RecordedExchange, _ declaration: ModelDeclaration?) -> Next? {
        if let link = exchange.exchange.response.headers.first(where: { $0.name.lowercased() == "link" }) {
            return LinkHeader.target("next", in: link.value).map { .url($0) }
        }
        guard let endpoint = endpoint(for: exchange, declaration) else {
            let body = try? JSONValue(parsing: exchange.body)
            return body?["has_more"]?.bool == true ? .unknown : nil
        }
        guard let answer = endpoint.answer(exchange) else { return nil }
        let parts = places(in: endpoint.template)
        if let more = parts["$more"], answer.path(more)?.bool == false { return nil }
        if let place = parts["$nextURL"] { return answer.path(place)?.string.map { .url($0) } }
        if let place = parts["$next"] {
            guard let value = answer.path(place), !value.isNull, value.string != "" else { return nil }
            return .parameter(endpoint.page.parameter, value.string ?? value.text)
        }
        let list = rows(of: exchange, declaration)
        guard let more = parts["$more"], answer.path(more)?.bool == true, endpoint.page.style == .lastKey,
            let last = list.last?.object, let key = declaration?.collection(endpoint.collection)?.key
        else { return nil }
        return .parameter(endpoint.page.parameter, ModelPage.key(of: last, by: key))
    }

    /// An increment without a bound in its request ends where the rows become known, not where the list ends.
    private static func mayStopEarly(_ exchange: RecordedExchange, _ declaration: ModelDeclaration?) -> Bool {
        let types = exchange.exchange.syncTypes
        guard !types.isEmpty, !types.contains(.fullRefresh) else { return false }
        let asked = parameters(exchange)
        let filters = endpoint(for: exchange, declaration)?.filters ?? []
        return !filters.contains { asked[$0.parameter] != nil }
    }

    /// Some lists name a next page for ever; where the model says so, an empty page is the end.
    private static func isDeclaredEnd(_ exchange: RecordedExchange, _ declaration: ModelDeclaration?) -> Bool {
        guard endpoint(for: exchange, declaration)?.page.endsWithEmptyPage == true else { return false }
        return rows(of: exchange, declaration).isEmpty
    }

    static func rows(of exchange: RecordedExchange, _ declaration: ModelDeclaration?) -> [JSONValue] {
        guard let body = try? JSONValue(parsing: exchange.body) else { return [] }
        let place = endpoint(for: exchange, declaration).flatMap { places(in: $0.envelope)["$rows"] } ?? ""
        return (place.isEmpty ? body : body.path(place) ?? .null).array ?? []
    }

    private static func endpoint(
        for exchange: RecordedExchange, _ declaration: ModelDeclaration?
    ) -> ModelDeclaration.Endpoint? {
        declaration?.endpoints.first { $0.covers(exchange) }
    }

    /// Where an envelope has its parts: `$rows` to `data`.
    private static func places(in envelope: JSONValue, at path: String = "") -> [String: String] {
        if let placeholder = Placeholder(envelope) { return [placeholder.part.rawValue: path] }
        return (envelope.object?.members ?? []).reduce(into: [:]) { found, member in
            let place = path.isEmpty ? member.name : "\(path).\(member.name)"
            found.merge(places(in: member.value, at: place)) { first, _ in first }
        }
    }

    /// What was asked, in the URL and in the body.
    private static func parameters(_ exchange: RecordedExchange) -> [String: String] {
        let items = (try? ModelCall(exchange))?.query ?? []
        return Dictionary(items.map { ($0.name, $0.value) }) { $1 }
    }

    /// Whether two pages are of one list: equal parameters but for the position.
    private static func same(_ one: RecordedExchange, _ other: RecordedExchange, but name: String) -> Bool {
        var (a, b) = (parameters(one), parameters(other))
        a[name] = nil
        b[name] = nil
        return a == b
    }

    private static func canonical(_ url: String) -> String {
        guard var components = URLComponents(string: url) else { return url }
        components.queryItems = components.queryItems?.sorted { ($0.name, $0.value ?? "") < ($1.name, $1.value ?? "") }
        return components.string ?? url
    }
}

extension RecordedExchange {
    /// The path of the request.
    var path: String? { URLComponents(string: url)?.percentEncodedPath }
}
