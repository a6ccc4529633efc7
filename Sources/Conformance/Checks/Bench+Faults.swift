import Columns
import Pipeline

extension Bench {
    /// The moments at which something is done to a run: all of them in the profile hostile, else the first, the last and
    /// some between. A run does the same again and again, so that what goes wrong at one moment does so at many.
    ///
    /// - Parameter most: nil takes all, but of tables that are read as one before them is.
    func spread<Moment>(_ all: [Moment], most: Int? = nil) throws -> [Moment] {
        guard input.profile < .hostile else { return input.use.moments(all) }
        let isAlike = try input.placeAmongAlike > 0
        let most = isAlike ? min(most ?? 4, 4) : most ?? all.count
        guard all.count > most else { return input.use.moments(all) }
        return input.use.moments((0..<most).map { all[$0 * (all.count - 1) / (most - 1)] })
    }

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
