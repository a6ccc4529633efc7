import Cassettes
import Tributary

/// An upstream that answers nothing and notes who asked: for what must work, or fail, before any traffic.
final class RefusingUpstream: Upstream {
    let name = "an upstream that answers nothing"
    let now: Int64
    let integrations: any IntegrationStore
    private let noted = Lock<[String]>([])

    init(like base: any Upstream) {
        now = base.now
        integrations = base.integrations
    }

    /// What was asked for, in order.
    var attempts: [String] { noted.withLock { $0 } }

    func httpClient(clock: LabClock) throws -> (any HTTPClient)? { Client(upstream: self) }
    func databaseConnector(clock: LabClock) throws -> (any DatabaseConnector)? { Client(upstream: self) }

    private func refuse(_ what: String) -> SourceError {
        noted.withLock { $0.append(what) }
        return SourceError(.unreachable, "Asking for \(what): nothing answers in this case.")
    }

    private struct Client: HTTPClient, DatabaseConnector {
        let upstream: RefusingUpstream

        func send(_ request: HTTPRequest) async throws -> HTTPResponse {
            throw upstream.refuse(LoggedRequest(index: 0, request: request).description)
        }

        func connect(to endpoint: DatabaseEndpoint) async throws -> any DatabaseConnection {
            throw upstream.refuse("a database connection")
        }
    }
}

extension CheckCase {
    /// The recording of the first state, or nothing at all where none is.
    func material() throws -> any Upstream {
        guard let state = scenario.manifest.states.first else { throw SourceError(.invalidFixture, "No state.") }
        return try replay(state.name)
    }

    /// Whether the source gets as far as its first question with a config: nil, or the error that came before.
    ///
    /// - Throws: what ``AnySource/configure(_:)`` throws.
    func errorBeforeTraffic(_ config: JSONObject) async throws -> (any Error)? {
        let configured = try source.configure(.object(config))
        let lab = Lab(source: configured, stack: stack, runtime: runtime)
        let upstream = RefusingUpstream(like: try material())
        let context = try lab.context(upstream, clock: LabClock(upstream.now), log: EventLog())
        do {
            try await configured.validateCredentials(in: context)
        } catch {
            return upstream.attempts.isEmpty ? error : nil
        }
        return nil
    }
}
