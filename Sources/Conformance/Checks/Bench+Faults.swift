import Columns
import Pipeline

extension Bench {
    /// The moments at which something is done to a run: all of them in the profile hostile, else the first, the last and
    /// some between. A run does the same again and again, so that what goes wrong at one moment does so at many.
    ///
    /// Of a table that is read as one before it is, one moment between is taken, which is another for the next table.
    ///
    /// - Parameter most: nil takes all.
    func spread<Moment>(_ all: [Moment], most: Int? = nil) throws -> [Moment] {
        guard input.profile < .hostile else { return input.use.moments(all) }
        let place = try input.placeAmongAlike
        let most = min(most ?? all.count, place > 0 ? 3 : all.count)
        guard all.count > most else { return input.use.moments(all) }
        var moments = (0..<most).map { $0 * (all.count - 1) / (most - 1) }
        // An odd step comes by all places, or by half of them.
        if place > 0, most == 3 { moments[1] = 1 + place * (all.count / 2 | 1) % (all.count - 2) }
        return input.use.moments(moments.map { all[$0] })
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
