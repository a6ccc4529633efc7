import Tributary

/// Watches the wire: logs each request and answer, counts steps, and stops a run that asks without end.
struct LabHTTPClient: HTTPClient {
    let base: any HTTPClient
    let log: EventLog
    let steps: StepCounter
    let limit: Int
    let run: Int

    func send(_ request: HTTPRequest) async throws -> HTTPResponse {
        try Task.checkCancellation()
        try steps.pass(.request)
        let index = log.requests.count
        log.append(.request(LoggedRequest(index: index, request: request, run: run)))
        if index >= limit { throw LabBudgetExceeded(what: "\(index) requests", limit: "\(limit)") }
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
