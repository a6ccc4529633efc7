import Cassettes
import Columns
import Foundation
import Tributary

/// All exchanges of a scenario, and what can be seen in them.
struct FixtureMaterial {
    private let scenario: Scenario
    private let exchanges: [(state: String, exchange: RecordedExchange, body: JSONValue?)]

    init(_ scenario: Scenario) throws {
        self.scenario = scenario
        exchanges = try scenario.manifest.states.flatMap { state in
            try scenario.exchanges(state: state.name).map { (state.name, $0, try? JSONValue(parsing: $0.body)) }
        }
    }

    var isEmpty: Bool { exchanges.isEmpty }
    var count: Int { exchanges.count }

    /// Whether the material shows what a word of `covers` says; nil for a word that cannot be looked up.
    func shows(_ claim: String) -> Bool? {
        let schemas = scenario.manifest.schemas
        switch claim {
        case "pagination:link": return headers("link").contains { $0.contains("next") }
        case "incremental:asc": return schemas.contains { $0.mode == .incremental && $0.sortMode == .ascending }
        case "incremental:desc": return schemas.contains { $0.mode == .incremental && $0.sortMode == .descending }
        case "composite-key": return schemas.contains { $0.primaryKeys.count > 1 }
        case "fan-out": return schemas.contains { paths(of: $0.name).count > 1 }
        case "nulls": return bodies.contains { Self.any($0) { $0.isNull } }
        case "nested": return rows.contains { $0.members.contains { $0.value.object != nil } }
        case "unicode": return exchanges.contains { $0.exchange.body.contains { $0 > 0x7F } }
        case "html-escapes": return exchanges.contains { Self.holds($0.exchange.body, "\\u003") }
        case "big-integers": return bodies.contains { Self.any($0, Self.isBig) }
        case "empty-table", "empty-parent": return bodies.contains { Self.lists($0).contains { $0.isEmpty } }
        case "ties": return schemas.contains(where: hasTies)
        case "auth:oauth": return !scenario.manifest.integrations.isEmpty
        default: break
        }
        if claim.hasPrefix("pagination:") { return hasPages }
        if claim.hasPrefix("error:") || claim.hasPrefix("errors:") {
            return exchanges.contains { $0.exchange.status >= 400 }
        }
        if claim.hasPrefix("retry:") { return exchanges.contains { "retry:\($0.exchange.status)" == claim } }
        return nil
    }

    /// Incremental tables of which no scenario of the source has a second state or a model.
    func tablesWithoutSecondLook(among scenarios: [Scenario]) -> [String] {
        let rich = scenarios.filter { $0.manifest.states.count > 1 }.flatMap { $0.manifest.schemas.map(\.name) }
        let models = scenarios.filter { $0.manifest.states.contains { $0.http != nil } }.compactMap {
            try? ModelDeclaration(of: $0)
        }
        return scenario.manifest.schemas.filter { $0.mode != .fullRefresh }.map(\.name).filter { name in
            !rich.contains(name) && !models.contains { $0.collection(forSchema: name) != nil }
        }
    }

    private var bodies: [JSONValue] { exchanges.compactMap(\.body) }
    private var rows: [JSONObject] { bodies.flatMap(Self.lists).flatMap { $0.compactMap(\.object) } }

    private func headers(_ name: String) -> [String] {
        exchanges.flatMap { $0.exchange.exchange.response.headers }.filter { $0.name.lowercased() == name }.map(\.value)
    }

    private func paths(of schema: String) -> Set<String> {
        let served = exchanges.filter { $0.exchange.exchange.schemas.contains(schema) }
        return Set(served.compactMap { URLComponents(string: $0.exchange.url)?.percentEncodedPath })
    }

    private var hasPages: Bool {
        let places = exchanges.filter { $0.exchange.status == 200 }.map {
            $0.state + (URLComponents(string: $0.exchange.url)?.percentEncodedPath ?? "")
        }
        return Set(places).count < places.count
    }

    /// Two rows of one answer with the same value of the cursor field.
    private func hasTies(_ schema: Manifest.Schema) -> Bool {
        guard let field = schema.field?.name else { return false }
        return exchanges.contains { item in
            guard item.exchange.exchange.schemas.contains(schema.name), let body = item.body else { return false }
            return Self.lists(body).contains { list in
                let values = list.compactMap { $0.path(field) }.filter { !$0.isNull }
                return Set(values).count < values.count
            }
        }
    }

    /// The lists of a page: itself, or those that are its members.
    private static func lists(_ body: JSONValue) -> [[JSONValue]] {
        if let array = body.array { return [array] }
        return (body.object?.members ?? []).compactMap(\.value.array)
    }

    private static func any(_ value: JSONValue, _ isWanted: (JSONValue) -> Bool) -> Bool {
        if isWanted(value) { return true }
        if let array = value.array { return array.contains { any($0, isWanted) } }
        return value.object?.members.contains { any($0.value, isWanted) } ?? false
    }

    private static func isBig(_ value: JSONValue) -> Bool {
        guard case .number(let number) = value, let integer = number.int64 else { return false }
        return integer.magnitude > 1 << 53
    }

    private static func holds(_ bytes: [UInt8], _ text: String) -> Bool {
        let wanted = Array(text.utf8)
        guard bytes.count >= wanted.count else { return false }
        return (0...(bytes.count - wanted.count)).contains { bytes[$0..<($0 + wanted.count)].elementsEqual(wanted) }
    }
}
