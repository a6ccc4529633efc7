import Cassettes
import Columns
import Foundation
import Pipeline
import Tributary

/// A recorded request, sent as it is or with one difference.
struct RequestTrial: Sendable {
    let exchange: RecordedExchange
    var what: String
    var url: String
    /// The query parameter that differs; nil for other differences.
    var parameter: String?
    var isAsRecorded = false
    var isAuthorized = true

    static func all(of exchange: RecordedExchange) -> [RequestTrial] {
        let recorded = exchange.url
        var trials = [RequestTrial(exchange: exchange, what: "nothing changed", url: recorded, isAsRecorded: true)]
        guard let components = URLComponents(string: recorded), exchange.exchange.after.isEmpty else { return trials }
        let items = components.percentEncodedQueryItems ?? []
        for (index, item) in items.enumerated() {
            var changed = components
            var query = items
            query[index].value = (item.value ?? "") + "0"
            changed.percentEncodedQueryItems = query
            trials.append(
                RequestTrial(
                    exchange: exchange, what: "another \(item.name)", url: changed.string ?? recorded,
                    parameter: item.name.removingPercentEncoding ?? item.name))
        }
        var more = components
        more.percentEncodedQueryItems = items + [URLQueryItem(name: "kit_unknown", value: "1")]
        trials.append(RequestTrial(exchange: exchange, what: "one parameter more", url: more.string ?? recorded))
        var path = components
        path.percentEncodedPath += "/kit-unknown"
        trials.append(RequestTrial(exchange: exchange, what: "another path", url: path.string ?? recorded))
        if exchange.exchange.request.headers.contains(where: { $0.name.lowercased() == "authorization" }) {
            trials.append(
                RequestTrial(exchange: exchange, what: "no authorization", url: recorded, isAuthorized: false))
        }
        return trials
    }

    /// How a fresh replay answers.
    func error(in scenario: Scenario, state: String) async throws -> (any Error)? {
        guard let client = try scenario.session(state: state).client else { return nil }
        let headers = exchange.exchange.request.headers.filter {
            isAuthorized || $0.name.lowercased() != "authorization"
        }
        let request = HTTPRequest(
            HTTPMethod(rawValue: exchange.exchange.request.method) ?? .get, url,
            headers: HTTPHeaders(headers.map { ($0.name, $0.value) }),
            body: exchange.requestBody.isEmpty ? nil : exchange.requestBody)
        do {
            _ = try await client.send(request)
            return nil
        } catch {
            return error
        }
    }

    /// What is wrong with that; nil when nothing is.
    func problem(_ error: (any Error)?, _ rules: MatchRules, _ model: ModelDeclaration?) -> String? {
        if isAsRecorded {
            // What waits for another exchange, or recorded a broken line, is not to be had at once.
            let waits = !exchange.exchange.after.isEmpty || exchange.status == 0
            return waits ? nil : error.map { "It ended with: \($0)" }
        }
        guard let error else {
            guard let parameter, let reason = rules.ignoredQuery[parameter] else {
                return "It was answered as if it were the recorded request."
            }
            guard let use = model?.use(of: parameter) else { return nil }
            return "It was answered: the manifest ignores '\(parameter)' (\(reason)), by which the upstream \(use)."
        }
        guard let error = error as? SourceError, error.kind == .unmatchedRequest else {
            return "It ended with: \(error)"
        }
        if let parameter, !error.message.contains(exchange.id), !error.message.contains(parameter) {
            return "The message shows neither \(exchange.id) nor \(parameter): \(error.message)"
        }
        return nil
    }
}

extension ModelDeclaration {
    /// What a query parameter decides; nil when no endpoint knows it.
    fileprivate func use(of parameter: String) -> String? {
        if endpoints.contains(where: { $0.page.parameter == parameter }) { return "pages" }
        if endpoints.contains(where: { $0.filters.contains { $0.parameter == parameter } }) { return "filters" }
        if endpoints.contains(where: { $0.orderParameters.contains { $0.parameter == parameter } }) { return "orders" }
        return nil
    }
}

/// Which exchanges of a state the runs of a source ask for.
final class ExchangeUsage: Sendable {
    private let input: CheckCase
    private let state: String
    private let clients = Lock<[ReplayHTTPClient]>([])
    private let types = Lock<[String: Set<SyncType>]>([:])
    private let count = Lock(0)

    init(_ input: CheckCase, state: String) throws {
        self.input = input
        self.state = state
    }

    var runs: Int { count.withLock { $0 } }
    var requests: Int { clients.withLock { $0 }.reduce(0) { $0 + $1.requestCount } }
    /// The kinds of run that asked for an exchange, by its id.
    var asked: [String: Set<SyncType>] { types.withLock { $0 } }
    /// The exchanges that no run asked for.
    var unused: [String] {
        let all = clients.withLock { $0 }.map { Set($0.unused()) }
        guard let first = all.first else { return [] }
        let left = all.dropFirst().reduce(first) { $0.intersection($1) }
        return left.subtracting(materialOfModel).sorted()
    }

    /// What names no table and holds objects of the model is there for the model.
    private var materialOfModel: [String] {
        let places = (try? input.model())?.collections.flatMap(\.sources) ?? []
        let exchanges = (try? input.scenario.exchanges(state: state)) ?? []
        return exchanges.filter { exchange in
            exchange.exchange.schemas.isEmpty && places.contains { $0.path.match(exchange.path ?? "") != nil }
        }.map(\.id)
    }

    func validate(_ schema: String? = nil) async throws {
        let upstream = try open()
        let lab = try input.lab()
        let context = try lab.context(upstream, clock: LabClock(upstream.now), log: EventLog(), limit: 200)
        try? await lab.source.validateCredentials(schema: schema, in: context)
        if schema == nil { _ = try? await lab.source.schemas(in: context) }
    }

    /// Reads a table in each kind of sync; the table of its own kind is what the next state goes on from.
    func read(_ schema: Manifest.Schema, after files: MemoryLake.Files?) async throws -> MemoryLake.Files? {
        var plan = Lab.Plan(schema.name, .fullRefresh)
        _ = try await run(plan, into: [:])
        guard schema.mode != .fullRefresh else { return nil }
        plan.syncType = schema.mode
        plan.cursorField = schema.field?.name
        let run = try await run(plan, into: files ?? [:])
        return run.error == nil ? run.files : files
    }

    private func run(_ plan: Lab.Plan, into files: MemoryLake.Files) async throws -> Lab.Run {
        let replay = try open()
        let run = try await input.lab().patientRun(plan, of: replay, into: files)
        let unused = Set((replay.http as? ReplayHTTPClient)?.unused() ?? [])
        let asked = try input.scenario.exchanges(state: state).map(\.id).filter { !unused.contains($0) }
        types.withLock { types in
            for id in asked { types[id, default: []].insert(plan.syncType) }
        }
        return run
    }

    /// A replay whose client is known, so that it can be asked what is left.
    private func open() throws -> TappedReplay {
        let replay = try input.opened(state)
        guard let client = replay.http as? ReplayHTTPClient else {
            throw SourceError(.invalidFixture, "Opening \(input.scenario.id) at \(state): no HTTP is recorded.")
        }
        clients.withLock { $0.append(client) }
        count.withLock { $0 += 1 }
        return replay
    }
}

extension CheckCase {
    /// A replay that goes on where it stands when it is asked again: one exchange that says to come back later is past
    /// then.
    func opened(_ state: String) throws -> TappedReplay {
        let base = try replay(state)
        return TappedReplay(base: base, http: base.state.http == nil ? nil : try scenario.session(state: state).client)
    }
}

extension Lab {
    /// A run, made again on the same upstream while that asks to come back later.
    func patientRun(_ plan: Plan, of upstream: any Upstream, into files: MemoryLake.Files = [:]) async throws -> Run {
        var run = try await run(plan, of: upstream, into: files)
        for _ in 0..<4 {
            guard let error = run.error as? SourceError, case .retry = error.recovery else { break }
            run = try await self.run(plan, of: upstream, into: files)
        }
        return run
    }
}

/// What a replay of one table's first read showed, as texts that another process can send.
struct ReplayImage: Sendable {
    var requests: [String]
    var rows: [String]
    var error: String?

    init(_ input: CheckCase, _ schema: Manifest.Schema) async throws {
        let upstream = try input.material()
        let lab = try input.lab()
        var plan = Lab.Plan(schema.name, schema.mode, cursorField: schema.field?.name)
        plan.requestLimit = 500
        let run = try await lab.run(plan, of: upstream)
        requests = run.log.requests.map(\.description)
        error = run.error.map { "\($0)" }
        rows =
            try await lab.table(schema.name, in: run.files)?.rows.map { row in
                let values = row.values.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
                return (values + ["partition \(row.partition ?? "none")"]).joined(separator: "; ")
            } ?? []
    }

    init(_ value: JSONValue) {
        requests = (value["requests"]?.array ?? []).compactMap(\.string)
        rows = (value["rows"]?.array ?? []).compactMap(\.string)
        error = value["error"]?.string
    }

    /// The same in a child process.
    static let child = ChildTask("fixture-deterministic") { input, _, _ in
        guard let schema = input.schema else { return .null }
        let image = try await ReplayImage(input, schema)
        return [
            "requests": .array(image.requests.map { .string($0) }), "rows": .array(image.rows.map { .string($0) }),
            "error": image.error.map { .string($0) } ?? .null,
        ]
    }

    func difference(from other: ReplayImage, _ what: String) -> [Finding] {
        func first(_ a: [String], _ b: [String]) -> (String, String)? {
            let index = (0..<max(a.count, b.count)).first {
                !a.indices.contains($0) || !b.indices.contains($0) || a[$0] != b[$0]
            }
            return index.map { i in
                (a.indices.contains(i) ? a[i] : "nothing", b.indices.contains(i) ? b[i] : "nothing")
            }
        }
        let kinds = [("requests", requests, other.requests), ("rows", rows, other.rows)]
        for (name, mine, theirs) in kinds {
            guard let pair = first(mine, theirs) else { continue }
            return [
                Finding(
                    at: "the recording, \(what)", expected: "the same \(name)",
                    actual: other.error.map { "It ended with: \($0)" } ?? "They differ.",
                    witness: ["first: \(pair.0.prefix(200))", "then: \(pair.1.prefix(200))"])
            ]
        }
        return []
    }
}
