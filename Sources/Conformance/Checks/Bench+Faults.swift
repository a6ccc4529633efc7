import Columns
import Pipeline

extension Bench {
    /// A full read with a lasting fault: it must not end well.
    ///
    /// - Parameter attempts: how many requests may follow the first that is struck; nil leaves that open.
    func mustFail(_ fault: WireFault, after index: Int, allowing attempts: Int?) async throws -> [Finding] {
        let run = try await run(plan(.fullRefresh), of: FaultyUpstream(base: upstream(), fault: fault))
        if run.error == nil {
            return [
                Finding(
                    at: fault.place, expected: "the sync fails",
                    actual: "It succeeded with \(run.summary?.rowsRead ?? 0) rows.", history: run.log.lines())
            ]
        }
        let sent = run.log.requests.count - index
        guard let attempts, sent > attempts else { return [] }
        return [
            Finding(
                at: fault.place, expected: "at most \(attempts) requests from there on",
                actual: "\(sent) were made.", history: run.log.lines())
        ]
    }
}
