import Cassettes
import Columns
import Foundation
import Pipeline
import Tributary

/// What the source asks for, and where it is led.
enum RequestChecks {
    static let all = [redirectPolicy, sequenceFrozen, onlySafeCalls, agentAndVersion]

    private static let redirectPolicy = Check(
        "http-redirect-policy", group: .http, level: .fault,
        proves:
            "Redirects within the host are followed or refused, those elsewhere never carry credentials, and circles "
            + "and long chains end.",
        method:
            "Once at each request: 301, 302, 307 and 308 to another path of the host, to another host, from https to "
            + "http, in a loop, and eleven in a row. What was sent where is looked at, and the table.",
        likelyCause: "The source follows redirects itself: leave them to the transport.",
        catches: "credentials-follow-a-redirect", "redirects-followed-without-end"
    ) { input in
        try await StormBench.judging(input) { weather in
            let statuses = input.profile == .hostile ? [301, 302, 303, 307, 308] : [302, 307]
            let faults: [WireFault] =
                statuses.map { .moved($0) } + [.strangerRedirect, .downgrade, .loop, .chain(11)]
            let limit = input.profile == .hostile ? 3 : 2
            return try await weather.first(of: faults, limit: limit) { fault, read in
                let storm = try await weather.storm(fault, read)
                let leaks = storm.mustKeepCredentialsHome()
                if !leaks.isEmpty { return leaks }
                if storm.journal.entries.count > read.journal.count + 60 {
                    return [
                        storm.finding(
                            expected: "an end after some ten redirects",
                            actual: "\(storm.journal.entries.count.counted("request was", "requests were")) sent.")
                    ]
                }
                return try await storm.mustTellOrMatch()
            }
        }
    }

    private static let sequenceFrozen = Check(
        "http-request-sequence-frozen", group: .http, level: .replay,
        proves: "The source sends the requests that were recorded, each of them, and no other.",
        method:
            "Each recorded state is replayed strictly, in the table's own mode over the lake of the state before: a "
            + "request that was not recorded and a recorded one that is not sent are differences. The accepted sequence is "
            + "the recording; an intended change is a new recording.",
        likelyCause: "A parameter, path or body was changed, or a request is sent more or less often than before.",
        profile: .quick, catches: "parameter-added-to-requests", "recorded-increment-bound-rounded-up"
    ) { input in
        guard let schema = input.schema, input.scenario.goodState != nil else {
            return .notApplicable("The scenario shows an error, and no table is read to its end.")
        }
        let states = input.scenario.manifest.states
        guard let first = states.first, first.http != nil else { return .notApplicable("No HTTP was recorded.") }
        var (files, looked): (MemoryLake.Files, Counters) = ([:], Counters())
        for state in states where state.http != nil {
            let count = try input.recordedOf(schema, at: state, isFirst: state.name == first.name)
            if count == 0 {
                if state.name != first.name { continue }
                return .notExercised("No exchange of \(state.name) is said to be of \(schema.name).")
            }
            let session = StrictReplay(try input.scenario.session(state: state.name), state: state, of: input.scenario)
            var plan = Lab.Plan(schema.name, schema.mode, cursorField: schema.field?.name)
            plan.requestLimit = 1_000
            let lab = try input.lab()
            var run = try await lab.run(plan, of: session, into: files)
            // A recorded refusal may ask for a longer pause than a run takes: the next run goes on behind it.
            for _ in 0..<4 where run.asksToComeBack { run = try await lab.run(plan, of: session, into: run.files) }
            do {
                try session.session.finish(schemas: [schema.name], syncType: schema.mode)
            } catch {
                return .failed([
                    Finding(
                        at: "replay of \(input.scenario.id) at \(state.name)",
                        expected: "the \(count) recorded requests of \(schema.name), and no other", actual: "\(error)",
                        witness: run.log.requests.prefix(6).map(\.description), history: run.log.lines(),
                        cause: state.name == first.name
                            ? nil
                            : "The increment asks for another span than the recorded one: the bound is not made of the stored "
                                + "value as it was, or is sent in another form.",
                        file: state.http)
                ])
            }
            files = run.files
            looked += Counters(requests: run.log.requests.count, runs: 1)
        }
        return .judged([], looked: looked)
    }

    private static let onlySafeCalls = Check(
        "http-only-safe-calls", group: .http, level: .replay,
        proves: "Reading never changes the upstream.",
        method:
            "Every request of a full read and an increment is looked at: GET and HEAD are safe; a POST must be declared "
            + "repeatable, be a GraphQL query, exchange a token, or make a job that model.json tells of; anything else is not.",
        likelyCause: "The source acknowledges, marks or deletes what it has read.", profile: .quick,
        catches: "marks-rows-as-read"
    ) { input in
        try await StormBench.judging(input) { weather in
            let jobs = try input.model()?.jobs ?? []
            for read in weather.reads {
                for (index, entry) in read.journal.enumerated() where !entry.request.isReadOnly {
                    let path = (try? ModelCall(entry.request))?.path ?? ""
                    if entry.request.method == .post, jobs.contains(where: { $0.isMade(at: path) }) { continue }
                    return [
                        Finding(
                            at: "\(read.name), request \(index)", expected: "requests that change nothing",
                            actual: "A \(entry.request.method.rawValue) was sent that nothing declares to be a read.",
                            witness: ["\(LoggedRequest(index: index, request: entry.request))"],
                            history: read.calm.log.lines(),
                            cause: entry.request.method == .post
                                ? "It marks or makes something. A POST that only asks is declared so, by "
                                    + "`options.isIdempotent = true`; one that makes the job of which the table comes, by the "
                                    + "job's entry under jobs of model.json."
                                : nil)
                    ]
                }
            }
            return []
        }
    }

    private static let agentAndVersion = Check(
        "http-user-agent-and-api-version", group: .http, level: .replay,
        proves: "Each request names the version of the API that the source was written for, and who asks.",
        method:
            "The version of the recording's provenance must stand in a header field, the path or the query of every "
            + "request to the API; a User-Agent that the source sets itself must name a program.",
        likelyCause: "The version is set for one endpoint alone: set it for the client.", profile: .quick,
        catches: "api-version-on-first-pages-only"
    ) { input in
        let version = input.scenario.manifest.provenance.apiVersion
        return try await StormBench.judging(input) { weather in
            for read in weather.reads {
                let isVersioned =
                    version.map { version in read.journal.contains { $0.request.carries(version) } } ?? false
                for (index, entry) in read.journal.enumerated() {
                    let shown = ["\(LoggedRequest(index: index, request: entry.request))"]
                    if let version, isVersioned, !entry.request.carries(version), !entry.request.isTokenExchange {
                        return [
                            Finding(
                                at: "\(read.name), request \(index)", expected: "the API's version \(version)",
                                actual: "This request does not carry it, and others do.", witness: shown,
                                history: read.calm.log.lines())
                        ]
                    }
                    if let agent = entry.request.headers["User-Agent"], !Self.isAnIdentity(agent) {
                        return [
                            Finding(
                                at: "\(read.name), request \(index)", expected: "a User-Agent that names who asks",
                                actual: "It is “\(agent)”.", witness: shown)
                        ]
                    }
                }
            }
            return []
        }
    }

    private static func isAnIdentity(_ agent: String) -> Bool {
        let strangers = ["mozilla", "curl", "python", "okhttp", "go-http-client", "java", "wget"]
        return agent.contains(where: \.isLetter) && !strangers.contains { agent.lowercased().hasPrefix($0) }
    }
}

extension Lab.Run {
    /// Whether it ended with an error that may have passed by the next run.
    fileprivate var asksToComeBack: Bool {
        guard let error = error as? SourceError, case .retry = error.recovery else { return false }
        return true
    }
}

/// A replay whose session can be asked afterwards what was left over.
private struct StrictReplay: Upstream {
    let session: ReplaySession
    let name: String
    let now: Int64
    let integrations: any IntegrationStore

    init(_ session: ReplaySession, state: Manifest.State, of scenario: Scenario) {
        self.session = session
        name = "replay of \(scenario.id) at \(state.name)"
        now = state.clock
        integrations = FixtureIntegrations(scenario.manifest.integrations)
    }

    func httpClient(clock: LabClock) throws -> (any HTTPClient)? { session.client }
    func databaseConnector(clock: LabClock) throws -> (any DatabaseConnector)? { nil }
}

extension CheckCase {
    /// How many exchanges of a state are of a table in its own mode. A later state may hold a full read alone, of which an
    /// increment says nothing: only what was recorded as an increment counts there.
    fileprivate func recordedOf(_ schema: Manifest.Schema, at state: Manifest.State, isFirst: Bool) throws -> Int {
        try scenario.exchanges(state: state.name).count { recorded in
            let (schemas, types) = (recorded.exchange.schemas, recorded.exchange.syncTypes)
            guard schemas.contains(schema.name) else { return false }
            return types.contains(schema.mode) && (isFirst || schema.mode != .fullRefresh) || types.isEmpty && isFirst
        }
    }
}

extension HTTPRequest {
    /// Whether it changes nothing, by its method or by declaration.
    var isReadOnly: Bool {
        switch method {
        case .get, .head: true
        case .post: isTokenExchange || (graphQLQuery.map { !$0.contains("mutation") } ?? (options.isIdempotent == true))
        case .put, .patch, .delete: false
        }
    }

    /// A request for an access token (RFC 6749): a form with a kind of grant.
    var isTokenExchange: Bool {
        method == .post && body.map { String(decoding: $0, as: UTF8.self).contains("grant_type") } ?? false
    }

    func carries(_ text: String) -> Bool {
        url.contains(text) || query.contains { $0.value.revealed.contains(text) }
            || headers.fields.contains { $0.value.revealed.contains(text) }
    }
}
