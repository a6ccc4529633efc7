import Cassettes
import Columns
import Foundation
import Tributary

extension World {
    /// The objects that one state of a scenario recorded, each once.
    ///
    /// They are read from the bodies alone, by the places that the declaration names; the source under test has no part
    /// in it. A probe of the credentials that asks for a table's own list adds nothing to it: in its order may come first
    /// what the recorder has cut from the table's pages.
    public init(recorded scenario: Scenario, state name: String, _ declaration: ModelDeclaration) throws {
        self.init()
        for collection in declaration.collections { collections[collection.name] = [] }
        var seen: Set<String> = []
        let exchanges = try scenario.exchanges(state: name)
        let tables = Set(exchanges.flatMap(\.exchange.schemas))
        for exchange in exchanges where exchange.status == 200 {
            guard let call = try? ModelCall(exchange) else { continue }
            for collection in declaration.collections {
                if exchange.isProbe(of: collection, beside: tables) { continue }
                for place in collection.sources {
                    guard let names = place.names(for: call) else { continue }
                    add(exchange.body, at: place, names: names, to: collection, seen: &seen)
                }
            }
        }
    }

    /// The objects that a state and those before it recorded: what a later state listed in full is taken from it alone,
    /// of the rest the older objects stay.
    public init(recorded scenario: Scenario, upTo name: String, _ declaration: ModelDeclaration) throws {
        self.init()
        for state in scenario.manifest.states {
            let next = try World(recorded: scenario, state: state.name, declaration)
            let complete = try Self.listedInFull(scenario, state: state.name, declaration)
            for collection in declaration.collections {
                let new = next.collections[collection.name] ?? []
                let known = Set(new.map { Identity($0, by: collection.key) })
                let old = complete.contains(collection.name) ? [] : collections[collection.name] ?? []
                collections[collection.name] = new + old.filter { !known.contains(Identity($0, by: collection.key)) }
            }
            if state.name == name { return }
        }
    }

    /// What an object is told by: its key, and the parent within which that is one.
    struct Identity: Hashable {
        let key: String
        let names: [String: String]

        init(_ object: Object, by key: [String]) {
            self.key = ModelPage.key(of: object.body, by: key)
            names = object.attributes
        }
    }

    /// The collections of which a state recorded a list without any bound to its last page. A probe that asks for the
    /// children of one parent lists no more than those.
    private static func listedInFull(
        _ scenario: Scenario, state: String, _ declaration: ModelDeclaration
    ) throws -> Set<String> {
        var names: Set<String> = []
        let exchanges = try scenario.exchanges(state: state)
        let saysTables = exchanges.contains { !$0.exchange.schemas.isEmpty }
        for exchange in exchanges where exchange.status == 200 {
            guard let call = try? ModelCall(exchange) else { continue }
            let isProbe = saysTables && exchange.exchange.schemas.isEmpty
            for endpoint in declaration.endpoints where endpoint.names(for: call) != nil {
                if isProbe, declaration.collection(endpoint.collection)?.parent != nil { continue }
                guard endpoint.filters.allSatisfy({ $0.asked(call) == .nothing }), !endpoint.leadsOn(exchange) else {
                    continue
                }
                names.insert(endpoint.collection)
            }
        }
        return names
    }

    private mutating func add(
        _ body: [UInt8], at place: ModelDeclaration.Place, names: [String: String],
        to collection: ModelDeclaration.Collection, seen: inout Set<String>
    ) {
        guard let page = try? JSONValue(parsing: body) else { return }
        let list = place.rows.isEmpty ? page : page.path(place.rows) ?? .null
        for row in list.array ?? [] {
            guard let object = row.object else { continue }
            let parent = names.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: ",")
            let key = "\(collection.name) \(parent) \(ModelPage.key(of: object, by: collection.key))"
            guard seen.insert(key).inserted else { continue }
            collections[collection.name, default: []].append(Object(body: object, attributes: names))
        }
    }
}

/// An upstream that is derived from a recording and can be asked anything.
public struct ModelUpstream: Upstream {
    public let scenario: Scenario
    public let declaration: ModelDeclaration
    /// The state whose recording answers what the model does not cover, and whose clock is the present.
    public let state: Manifest.State
    public let world: LiveWorld
    public var pageSize: Int?
    /// For a list that ends with a short page: its pages have as many rows as were asked for, so that small ones must be.
    public var maximumPageSize: Int?
    /// What it does at the edge of its documentation, and beyond.
    public var quirks = ModelQuirks()
    public var now: Int64
    /// The database behind it, where the upstream is one.
    var database: ModelDatabase?
    /// The stored OAuth accounts.
    var accounts: [Integration]

    /// Makes an upstream over a world; by default the one that the state recorded.
    public init(
        _ scenario: Scenario, state: String, declaration: ModelDeclaration, world: World? = nil, pageSize: Int? = nil
    ) throws {
        self.scenario = scenario
        self.declaration = declaration
        self.state = try scenario.state(state)
        self.world = LiveWorld(try world ?? World(recorded: scenario, upTo: state, declaration))
        self.pageSize = pageSize
        now = self.state.clock
        accounts = scenario.manifest.integrations
    }

    public var name: String { "model of \(scenario.id) at \(state.name)" }
    public var integrations: any IntegrationStore { FixtureIntegrations(accounts) }

    public func httpClient(clock: LabClock) throws -> (any HTTPClient)? {
        if database != nil { return nil }
        let fallback = state.http == nil ? nil : LateReplay(scenario: scenario, state: state.name)
        return ModelServer(declaration, world: world, fallback: fallback, pageSize: pageSize, quirks: quirks)
    }

    public func databaseConnector(clock: LabClock) throws -> (any DatabaseConnector)? {
        database?.connector(showing: world, fetchRows: pageSize)
    }
}

/// The recording, opened when something is asked of it for the first time: most runs of a model never do.
private struct LateReplay: HTTPClient {
    let scenario: Scenario
    let state: String
    private let client = Lock<ReplayHTTPClient?>(nil)

    init(scenario: Scenario, state: String) {
        self.scenario = scenario
        self.state = state
    }

    func send(_ request: HTTPRequest) async throws -> HTTPResponse {
        let opened = try client.withLock { client in
            if let client { return client }
            guard let new = try scenario.session(state: state).client else {
                throw SourceError(.unexpectedAnswer, "The state \(state) of \(scenario.id) recorded no HTTP.")
            }
            client = new
            return new
        }
        return try await opened.send(request)
    }
}

extension RecordedExchange {
    /// Whether no table's read asks for it, and its list is one that was recorded of a table too.
    ///
    /// - Parameter tables: those of which the state holds exchanges.
    func isProbe(of collection: ModelDeclaration.Collection, beside tables: Set<String>) -> Bool {
        exchange.schemas.isEmpty && collection.schemas.contains(where: tables.contains)
    }
}
