import Tributary

/// Watches the wire: logs each request and answer, counts steps, and stops a run that asks without end.
struct LabHTTPClient: HTTPClient {
    let base: any HTTPClient
    let log: EventLog
    let steps: StepCounter
    let clock: LabClock
    let limit: Int
    let run: Int

    /// What asks again and again after a pause, as for a job's state, may do so for an hour or more: for each second that
    /// it waited, up to an hour of them, one more request is none too many.
    private var allowance: Int { limit + Int(min(clock.waited, .seconds(3_600)).components.seconds) }

    func send(_ request: HTTPRequest) async throws -> HTTPResponse {
        try Task.checkCancellation()
        try steps.pass(.request)
        let index = log.append(request, run: run, waited: clock.waited)
        if index >= limit, index >= allowance {
            throw LabBudgetExceeded(what: "\(index) requests", limit: "\(allowance)")
        }
        do {
            let response = try await base.send(request)
            try steps.pass(.response)
            log.append(.response(index: index, status: response.status))
            return response
        } catch {
            log.append(.requestFailed(index: index, "\(error)"))
            throw error
        }
    }
}

/// Gives files piece by piece, as a connection does.
struct PiecemealHTTPClient: HTTPClient {
    let base: any HTTPClient

    func send(_ request: HTTPRequest) async throws -> HTTPResponse {
        var response = try await base.send(request)
        if !response.isJSON { response.body = response.body.inPieces() }
        return response
    }
}

extension HTTPResponse {
    fileprivate var isJSON: Bool {
        let type = headers["content-type"]?.lowercased() ?? ""
        return type.containsASCII("json") && !type.containsASCII("ndjson")
    }
}

extension HTTPBody {
    /// The same in pieces that end anywhere, in the middle of a line and of a character too, as those of a file do.
    fileprivate func inPieces() -> HTTPBody {
        let rest = Lock<ArraySlice<UInt8>>([])
        return HTTPBody {
            if rest.withLock(\.isEmpty) {
                guard let chunk = try await chunk() else { return nil }
                rest.withLock { $0 = chunk[...] }
            }
            return rest.withLock { rest in
                // Of a short one each byte is a piece, so that some piece ends wherever it matters.
                let size = rest.count > 1_024 ? 97 : 1
                defer { rest = rest.dropFirst(size) }
                return Array(rest.prefix(size))
            }
        }
    }
}
