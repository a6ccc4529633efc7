import Columns
import Pipeline
import Tributary

/// What a source makes of the failures of its database.
enum DatabaseFailures {
    static let check = Check(
        "db-errors-classified", group: .database, level: .fault,
        proves: "Passing failures of a database are overcome without a lost row; lasting ones end the sync at once.",
        method:
            "A timeout and, in turn, a lost connection, a deadlock, a serialisation failure or a conflict with recovery "
            + "strike each step once, or three of them for a table that is read as one before it is: the sync must end "
            + "well and whole. A missing permission and a syntax error strike from each "
            + "step on, and a refused password where it connects: the sync must fail with that very error, which must still say that no retry helps. The list of tables and the "
            + "validation, whose every statement fails, must fail as well, and the validation must ask something.",
        likelyCause: "An error in the middle of a result is taken for its end, or a lasting error is retried.",
        catches: "lost-connection-taken-for-the-end", "lasting-database-error-retried"
    ) { input in
        try await Bench.judging(input) { bench in
            _ = try bench.demandDatabase()
            let upstream = try bench.database(weather: Bench.pieces)
            let steps = try await bench.steps(bench.plan(.fullRefresh), of: upstream)
            let passedOver = try await bench.failuresPassedOver()
            if !passedOver.isEmpty { return passedOver }
            // What a read makes of rows is judged by others: failures alone are looked at.
            let calm = try await bench.successful(bench.plan(.fullRefresh), of: upstream, at: "undisturbed sync")
            let image = try await bench.table(calm)
            // Keys that are doubled anyway tell nothing apart.
            let isPlain = TableDiff(expected: image, actual: image, comparesSchema: false).isEmpty
            for step in try bench.spread(steps) {
                let findings =
                    try await bench.ending(step, of: upstream)
                    + (isPlain ? bench.overcoming(step, of: upstream, expecting: image) : [])
                if !findings.isEmpty { return findings }
            }
            return []
        }
    }
}

extension Bench {
    /// Failures of one kind, in the words of engines: runtimes judge by the kind, so a step meets one of them.
    private static let passing = [
        "a lost connection", "a deadlock", "a serialisation failure", "a conflict with recovery",
    ]

    /// The list of tables and the validation while the database answers nothing: tables that are not listed are dropped,
    /// and credentials that nobody has tried are no good ones.
    fileprivate func failuresPassedOver() async throws -> [Finding] {
        var weather = Bench.pieces
        weather.before = { _, _ in
            throw SourceError(
                .unreachable, "Reading from the database: a lost connection.", recovery: .retry(after: nil))
        }
        let upstream = try database(weather: weather)
        let log = EventLog()
        let context = try lab.context(upstream, clock: LabClock(upstream.now), log: log)
        let place = "a lost connection at each statement"
        tally.add(Counters(items: 2))
        if let listed = try? await lab.source.schemas(in: context), !log.databases.statements.isEmpty {
            return [
                Finding(
                    at: "the list of tables, \(place)", expected: "an error",
                    actual: "\(listed.count.counted("table was", "tables were")) listed.", history: log.lines(),
                    cause: "Discovery passes over what its statements fail with: let the error through.")
            ]
        }
        let asked = EventLog()
        let validating = try lab.context(upstream, clock: LabClock(upstream.now), log: asked)
        do {
            try await lab.source.validateCredentials(in: validating)
        } catch { return [] }
        let isSilent = asked.databases.connections == 0 && asked.databases.statements.isEmpty
        return [
            Finding(
                at: "the validation of the credentials, \(place)", expected: "an error",
                actual: "They were accepted.", history: asked.lines(),
                cause: isSilent
                    ? "The validation asks the database nothing: connect, and send a statement as cheap as SELECT 1."
                    : "The validation passes over what its statements fail with, or sends none: connect, send one as cheap as "
                        + "SELECT 1, and let the error through.")
        ]
    }

    /// Passing failures, once at a step.
    fileprivate func overcoming(
        _ step: DatabaseStep, of database: DatabaseUpstream, expecting image: TableImage?
    ) async throws -> [Finding] {
        var plan = plan(.fullRefresh)
        plan.options.maxAttempts = 3
        let failure = Self.passing[step.index % Self.passing.count]
        for (what, kind) in [("a statement timeout", SourceError.Kind.timedOut), (failure, .upstreamFailure)] {
            let upstream = database.with(
                weather(at: step.index) { _, _ in
                    throw SourceError(kind, "Reading from the database: \(what).", recovery: .retry(after: nil))
                })
            let place = "\(what) at step \(step.index), a \(step.kind.rawValue)"
            let run = try await successful(plan, of: upstream, at: place)
            let difference = TableDiff(expected: image, actual: try await table(run), comparesSchema: false)
            tally.add(Counters(rows: image?.rows.count ?? 0))
            let findings = finding(difference, at: place, expected: "the rows of the undisturbed sync", run)
            if !findings.isEmpty { return findings }
        }
        return []
    }

    /// Lasting failures, from a step on.
    fileprivate func ending(_ step: DatabaseStep, of database: DatabaseUpstream) async throws -> [Finding] {
        var plan = plan(.fullRefresh)
        plan.options.maxAttempts = 3
        let refusal = step.kind == .connect ? [("a refused password", SourceError.Kind.invalidCredentials)] : []
        for (what, kind) in refusal + [
            ("a missing permission", .permissionDenied), ("a syntax error", .upstreamFailure),
        ] {
            let struck = Lock(0)
            var weather = Bench.pieces
            weather.before = { now, _ in
                guard now.index >= step.index else { return }
                struck.withLock { $0 += 1 }
                throw SourceError(kind, "Reading from the database: \(what).", advice: "Ask the owner.")
            }
            let run = try await run(plan, of: database.with(weather))
            let place = "\(what) from step \(step.index) on, a \(step.kind.rawValue)"
            if let error = run.retried.first {
                return [
                    Finding(
                        at: place, expected: "an error that says that no retry helps, as the driver's does",
                        actual: "It says that it may pass, and the sync was tried again: \(error)",
                        history: run.log.lines(),
                        cause:
                            "The error is made anew with a recovery of its own: let it through, or keep its `recovery`."
                    )
                ]
            }
            let attempts = struck.withLock { $0 }
            guard let error = run.error as? SourceError else {
                return [
                    Finding(
                        at: place, expected: "the sync fails with this error",
                        actual: run.error.map { "It ended with: \($0)" } ?? Finding.errorIsGone,
                        history: run.log.lines(),
                        cause: run.error == nil
                            ? "The source catches the error and goes on as if the rows had ended: let it through." : nil
                    )
                ]
            }
            if error.kind != kind || attempts > 3 {
                return [
                    Finding(
                        at: place, expected: "the very error, after one attempt",
                        actual: "It was met \(attempts) times and became \(error.kind.rawValue): \(error)",
                        history: run.log.lines())
                ]
            }
        }
        return []
    }
}
