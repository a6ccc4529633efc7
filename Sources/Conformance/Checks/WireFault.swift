import Cassettes
import Columns
import Pipeline
import Tributary

/// An upstream whose answers are spoilt on the wire, below every retry.
struct FaultyUpstream: Upstream {
    let base: any Upstream
    let fault: WireFault

    var name: String { "\(base.name), with \(fault.what)" }
    var now: Int64 { base.now }
    var integrations: any IntegrationStore { base.integrations }

    func httpClient(clock: LabClock) throws -> (any HTTPClient)? {
        try base.httpClient(clock: clock).map { FaultyClient(base: $0, fault: fault) }
    }

    func databaseConnector(clock: LabClock) throws -> (any DatabaseConnector)? {
        try base.databaseConnector(clock: clock)
    }
}

/// What is done to which answers.
struct WireFault: Sendable {
    /// How reports name it.
    var what: String
    /// The request, counted from 0 in a run, that it strikes; nil strikes all.
    var index: Int?
    /// Whether the attempts that follow are struck too.
    var isLasting = false
    var spoil: @Sendable (HTTPResponse) async throws -> HTTPResponse

    /// The upstream answers with a status and a JSON body.
    static func status(_ status: Int, _ body: JSONValue, at index: Int?, isLasting: Bool = false) -> WireFault {
        WireFault(what: "status \(status)", index: index, isLasting: isLasting) { answer in
            HTTPResponse(
                status: status, headers: HTTPHeaders([("Content-Type", "application/json")]), url: answer.url,
                body: HTTPBody(body.serialized()))
        }
    }

    /// The connection breaks.
    static func reset(at index: Int) -> WireFault {
        WireFault(what: "a reset connection", index: index) { _ in
            throw SourceError(
                .unreachable, "Reading the answer: the connection was reset.", recovery: .retry(after: nil))
        }
    }

    /// The body ends in its middle, and nothing says so.
    static func truncated(at index: Int) -> WireFault {
        WireFault(what: "a body cut in half", index: index, isLasting: true) { answer in
            var answer = answer
            let body = try await answer.body.collect()
            answer.body = HTTPBody(Array(body.prefix(body.count / 2)))
            return answer
        }
    }
}

private struct FaultyClient: HTTPClient {
    let base: any HTTPClient
    let fault: WireFault
    private let count = Lock(0)

    init(base: any HTTPClient, fault: WireFault) {
        self.base = base
        self.fault = fault
    }

    func send(_ request: HTTPRequest) async throws -> HTTPResponse {
        let index = count.withLock { count in
            defer { count += 1 }
            return count
        }
        let answer = try await base.send(request)
        guard let wanted = fault.index else { return try await fault.spoil(answer) }
        if index == wanted || (fault.isLasting && index > wanted) { return try await fault.spoil(answer) }
        return answer
    }
}
