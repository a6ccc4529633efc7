import Cassettes
import Columns
import Foundation
import Pipeline
import Tributary

/// One validation of credentials, watched.
struct Validation {
    let place: String
    let error: (any Error)?
    /// Whether the credentials were accepted, whatever came of the list of tables after that.
    let isAccepted: Bool
    let requests: [LoggedRequest]
    let history: [String]

    /// - Parameter table: the one table whose permission is asked about; nil asks about the connection.
    init(_ input: CheckCase, _ upstream: any Upstream, of table: String? = nil) async throws {
        let log = EventLog()
        let lab = try input.lab()
        let context = try lab.context(upstream, clock: LabClock(upstream.now), log: log, limit: 100)
        var error: (any Error)?
        var isAccepted = false
        do {
            try await lab.source.validateCredentials(schema: table, in: context)
            isAccepted = true
            if table == nil {
                _ = try await lab.source.schemas(
                    in: lab.context(upstream, clock: LabClock(upstream.now), log: EventLog(), limit: 100))
            }
        } catch let caught {
            error = caught
        }
        place = upstream.name
        self.error = error
        self.isAccepted = isAccepted
        requests = log.requests
        history = log.lines()
    }

    var looked: Counters { Counters(requests: requests.count, runs: 1) }
    var paths: [String] { requests.compactMap(\.path) }
}

/// One full read of a table, watched below the runtime.
struct Reading {
    let error: (any Error)?
    let requests: [LoggedRequest]
    let history: [String]
    let rows: Int

    init(_ input: CheckCase, _ schema: Manifest.Schema, _ upstream: any Upstream) async throws {
        try await self.init(input, Lab.Plan(schema.name, schema.mode, cursorField: schema.field?.name), upstream)
    }

    init(_ input: CheckCase, _ plan: Lab.Plan, _ upstream: any Upstream) async throws {
        let lab = try input.lab()
        var plan = plan
        plan.requestLimit = 200
        // What a recording of a busy upstream asks to try again is tried again.
        plan.options.maxAttempts = 3
        let run = try await lab.run(plan, of: upstream)
        error = run.error
        requests = run.log.requests
        history = run.log.lines()
        rows = run.summary.map { $0.rowsRead } ?? 0
    }

    var looked: Counters { Counters(rows: rows, requests: requests.count, runs: 1) }
    var paths: [String] { requests.compactMap(\.path) }
}

extension LoggedRequest {
    /// The path of the URL, as it was sent.
    var path: String? { URLComponents(string: request.url)?.percentEncodedPath }
}

/// An upstream that forbids some paths.
struct DenyingUpstream: Upstream {
    static let scope = "kit_scope:read"
    let base: any Upstream
    let paths: Set<String>

    var name: String { "\(base.name), with \(paths.sorted().joined(separator: ", ")) forbidden" }
    var now: Int64 { base.now }
    var integrations: any IntegrationStore { base.integrations }
    var maximumPageSize: Int? { base.maximumPageSize }

    func httpClient(clock: LabClock) throws -> (any HTTPClient)? {
        try base.httpClient(clock: clock).map { Client(base: $0, paths: paths) }
    }

    func databaseConnector(clock: LabClock) throws -> (any DatabaseConnector)? {
        try base.databaseConnector(clock: clock)
    }

    private struct Client: HTTPClient {
        let base: any HTTPClient
        let paths: Set<String>

        func send(_ request: HTTPRequest) async throws -> HTTPResponse {
            guard let path = LoggedRequest(index: 0, request: request).path, paths.contains(path) else {
                return try await base.send(request)
            }
            let text = "The key lacks the scope \(DenyingUpstream.scope)."
            let body: JSONValue = ["message": .string(text), "error": ["message": .string(text), "type": "forbidden"]]
            return HTTPResponse(
                status: 403, headers: HTTPHeaders([("Content-Type", "application/json")]), url: request.url,
                body: HTTPBody(body.serialized()))
        }
    }
}

/// What passes: answers of a busy upstream, and lines that break.
enum Weather {
    static let all: [WireFault] =
        [429, 500, 502, 503, 504].map {
            .status($0, ["error": ["message": "try again later"]], at: nil, isLasting: true)
        }
        + [
            broken(
                "a time-out", SourceError(.timedOut, "Waiting for the answer: none came.", recovery: .retry(after: nil))
            ),
            broken(
                "a name that does not resolve", SourceError(.unreachable, "Looking up the host: no such name came.")),
            broken("a reset connection", SourceError(.unreachable, "Reading the answer: the connection was reset.")),
        ]

    private static func broken(_ what: String, _ error: SourceError) -> WireFault {
        WireFault(what: what, index: nil, isLasting: true) { _ in throw error }
    }
}
