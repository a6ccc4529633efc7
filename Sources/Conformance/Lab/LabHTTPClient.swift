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
