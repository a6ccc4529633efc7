import Cassettes
import Columns
import Foundation
import Tributary

/// One discovery, watched.
struct Listing: Sendable {
    let tables: [SourceSchema]
    let error: (any Error)?
    let requests: [LoggedRequest]
    let history: [String]

    /// Lists the tables that a config offers over an upstream.
    init(
        _ input: CheckCase, _ upstream: any Upstream, config: JSONObject? = nil, later: Duration = .zero
    ) async throws {
        var input = input
        if let config { input.config = config }
        let lab = try input.lab()
        let log = EventLog()
        let clock = LabClock(upstream.now + later.microseconds)
        let context = try lab.context(upstream, clock: clock, log: log, limit: 300)
        var tables: [SourceSchema] = []
        var error: (any Error)?
        do {
            tables = try await lab.source.schemas(in: context)
        } catch let missing as DatabaseMissing {
            // Of the kit's machine, and none of the source's doing.
            throw missing
        } catch let caught {
            error = caught
        }
        self.tables = tables
        self.error = error
        requests = log.requests
        history = log.lines()
    }

    var looked: Counters { Counters(requests: requests.count, runs: 1, items: tables.count) }
    var names: Set<String> { Set(tables.map(\.name)) }

    /// Each table as one line, for comparisons; `isSorted` where only the content counts.
    func lines(isSorted: Bool = false) -> [String] {
        let lines = tables.map { table -> String in
            let columns = table.columns.map { "\($0.name) \($0.type)\($0.isNullable ? "" : " not null")" }
            let fields = table.incrementalFields.map { "\($0.name) \($0.type.rawValue)" }
            return [
                table.name, "key \(table.primaryKeys.joined(separator: ", "))",
                "cursor fields \(fields.joined(separator: ", "))",
                "offers \(table.syncTypes.map(\.rawValue).joined(separator: ", "))",
                "columns \((isSorted ? columns.sorted() : columns).joined(separator: ", "))",
            ].joined(separator: "; ")
        }
        return isSorted ? lines.sorted() : lines
    }
}

extension CheckCase {
    /// The listing of the first state; ends the check where the scenario cannot give one.
    func listing() async throws -> Listing {
        guard scenario.goodState != nil else {
            throw Bench.Verdicted(verdict: .notApplicable(ConfigurationChecks.noTables))
        }
        let listing = try await Listing(self, try material())
        if let error = listing.error as? SourceError, error.kind == .unmatchedRequest {
            throw Bench.Verdicted(verdict: .notExercised("The listing of tables was not recorded: \(error.message)"))
        }
        if let error = listing.error {
            throw Bench.Verdicted(
                verdict: .failed([
                    Finding(
                        at: "listing the tables", expected: "the recorded tables", actual: "It ended with: \(error)",
                        history: listing.history)
                ]))
        }
        return listing
    }

    /// Judges with what `body` finds; a ``Bench/Verdicted`` ends it early.
    func judging(_ body: (Bench.Tally) async throws -> [Finding]) async throws -> Verdict {
        let tally = Bench.Tally()
        do {
            let findings = try await body(tally)
            return .judged(findings, looked: tally.sum)
        } catch let end as Bench.Verdicted {
            return end.verdict
        }
    }
}

/// An upstream whose JSON answers to some requests are changed on the wire.
struct RewritingUpstream: Upstream {
    let base: any Upstream
    let what: String
    /// The changed body; nil leaves it.
    let rewrite: @Sendable (LoggedRequest, JSONValue) -> JSONValue?

    var name: String { "\(base.name), with \(what)" }
    var now: Int64 { base.now }
    var integrations: any IntegrationStore { base.integrations }
    var maximumPageSize: Int? { base.maximumPageSize }

    func httpClient(clock: LabClock) throws -> (any HTTPClient)? {
        try base.httpClient(clock: clock).map { Client(base: $0, rewrite: rewrite) }
    }

    func databaseConnector(clock: LabClock) throws -> (any DatabaseConnector)? {
        try base.databaseConnector(clock: clock)
    }

    private struct Client: HTTPClient {
        let base: any HTTPClient
        let rewrite: @Sendable (LoggedRequest, JSONValue) -> JSONValue?

        func send(_ request: HTTPRequest) async throws -> HTTPResponse {
            var answer = try await base.send(request)
            let bytes = try await answer.body.collect()
            answer.body = HTTPBody(bytes)
            guard let value = try? JSONValue(parsing: bytes),
                let changed = rewrite(LoggedRequest(index: 0, request: request), value)
            else { return answer }
            let body = changed.serialized()
            answer.headers["content-length"] = String(body.count)
            answer.body = HTTPBody(body)
            return answer
        }
    }
}
