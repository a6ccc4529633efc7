import Cassettes
import Columns
import Pipeline
import Tributary

/// What a read costs the database, and what it leaves behind.
enum ResourceChecks {
    static let all = [serverSideCursor, errorsClassified, resourcesReleased]

    private static let serverSideCursor = Check(
        "db-server-side-cursor", group: .database, level: .simulated,
        proves: "Results are taken in bounded pieces: the first rows leave before the last ones are produced.",
        method:
            "The table grows to 3,000 rows and the driver gives 250 at a time. When the source hands over its first "
            + "rows, no statement may have given more than 500; and what the source asks for at once must be neither a few rows "
            + "nor more than 256 MiB.",
        likelyCause:
            "The result is gathered by `query` instead of being taken by `stream`, or pages are collected in a "
            + "list.", catches: "fetch-all-rows", "one-row-a-fetch", "gigabytes-a-fetch"
    ) { input in
        try await Bench.judging(input) { bench in
            _ = try bench.demandDatabase()
            guard !bench.objects.isEmpty else { return [] }
            let rows = (0..<3_000).map { bench.newRow($0, like: bench.objects[$0 % bench.objects.count]) }
            var weather = DatabaseWeather()
            weather.fetchRows = 250
            let upstream = try bench.database(showing: rows, weather: weather)
            let log = EventLog()
            let context = try bench.lab.context(
                upstream, clock: LabClock(upstream.now), log: log, limit: 10_000)
            let response = try await bench.lab.source.read(bench.inputs(.fullRefresh), in: context)
            let first = Lock<LoggedStatement?>(nil)
            try await response.items.run(
                into: Emitter { item, _ in
                    guard (item?.rowCount ?? 0) > 0 else { return }
                    first.withLock { first in
                        if first == nil { first = log.databases.statements.max { $0.rows < $1.rows } }
                    }
                })
            bench.tally.add(Counters(rows: log.databases.rows, runs: 1))
            let sizes = log.databases.statements.compactMap(oddPieces)
            if !sizes.isEmpty { return Array(sizes.prefix(1)) }
            guard let largest = first.withLock({ $0 }), largest.rows > 500 else { return [] }
            return [
                Finding(
                    at: "first rows of a table of 3,000", expected: "at most 500 rows produced by then",
                    actual:
                        "\(largest.rows) rows had come of one statement\(largest.holdsAll ? ", all held at once" : "").",
                    witness: [largest.description])
            ]
        }
    }

    /// A fetch for a few rows of many, or one that may fill the memory.
    private static func oddPieces(_ statement: LoggedStatement) -> Finding? {
        guard let pieces = statement.pieces else { return nil }
        func finding(_ expected: String, _ actual: String, _ cause: String) -> Finding {
            Finding(
                at: "full read of a table of 3,000 rows", expected: expected, actual: actual,
                witness: [statement.description], cause: cause)
        }
        // What gives few rows may ask for few.
        if pieces.rows < 20, statement.rows > 250 {
            return finding(
                "some hundreds of rows a fetch", "It fetches \(pieces.rows.counted("row")) at a time.",
                "Each fetch goes to the server and back: ask `stream` for some hundreds of rows, and let `maxBytes` bound them."
            )
        }
        if pieces.bytes > 256 << 20 {
            return finding(
                "at most 256 MiB a fetch", "It allows \(pieces.bytes >> 20) MiB at once.",
                "A table of wide rows fills the memory: give `stream` a `maxBytes` of some megabytes.")
        }
        return nil
    }

    private static let errorsClassified = Check(
        "db-errors-classified", group: .database, level: .fault,
        proves: "Passing failures of a database are overcome without a lost row; lasting ones end the sync at once.",
        method:
            "A timeout and, in turn, a lost connection, a deadlock, a serialisation failure or a conflict with recovery "
            + "strike each step once, or four of them for a table that is read as one before it is: the sync must end "
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

    private static let resourcesReleased = Check(
        "db-resources-released", group: .database, level: .fault,
        proves: "Connections, snapshots and results are gone after success, failure and cancellation.",
        method:
            "Validation, discovery and a sync end well, fail at each of their steps, and are cancelled there, the first two "
            + "once for tables that are read alike; a sync "
            + "also fails in the hands of its consumer. Nothing may be open afterwards, and no time-out may hold a connection for "
            + "more than ten minutes while it is made, or a day while it waits for an answer.",
        likelyCause: "The connection is closed on the good path alone: close it in `defer`, or use `withDatabase`.",
        profile: .quick, catches: "connection-not-closed-on-error", "database-waited-for-without-end"
    ) { input in
        try await Bench.judging(input) { bench in
            _ = try bench.demandDatabase()
            let endless = try await bench.endlessTimeouts()
            if !endless.isEmpty { return endless }
            // Validation and listing are no matter of the table.
            for action in try input.isStoodFor ? [.sync] : DatabaseAction.allCases {
                let findings = try await bench.releasing(action)
                if !findings.isEmpty { return findings }
            }
            return []
        }
    }
}

/// What a program does with a source.
private enum DatabaseAction: String, CaseIterable {
    case validation
    case discovery
    case sync
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

    /// Time-outs with which a dead server is waited for as if for ever.
    fileprivate func endlessTimeouts() async throws -> [Finding] {
        let run = try await run(plan(.fullRefresh), of: database())
        guard
            let times = run.log.databases.endpoints.map(\.timeouts).first(where: {
                $0.connect > .seconds(600) || $0.answer > .seconds(86_400)
            })
        else { return [] }
        return [
            Finding(
                at: "connection", expected: "at most ten minutes to connect, and a day for an answer",
                actual: "It would wait \(times.connect.components.seconds) s for the connection and "
                    + "\(times.answer.components.seconds) s for an answer.",
                cause: "The endpoint's time-outs are set too long: leave them, or take minutes.")
        ]
    }

    /// One action, well, failing and cancelled at each step.
    fileprivate func releasing(_ action: DatabaseAction) async throws -> [Finding] {
        let base = try database(weather: Bench.pieces)
        let seen = Lock(0)
        var counting = Bench.pieces
        counting.before = { _, _ in seen.withLock { $0 += 1 } }
        var findings = try await left(by: action, base.with(counting), at: "\(action.rawValue) that ends well")
        let errors: [(String, any Error)] = [
            ("fails", SourceError(.upstreamFailure, "Reading from the database: the kit says no.")),
            ("is cancelled", CancellationError()),
        ]
        for index in 0..<seen.withLock({ $0 }) {
            for (what, error) in errors where findings.isEmpty {
                let upstream = base.with(weather(at: index) { _, _ in throw error })
                findings = try await left(by: action, upstream, at: "\(action.rawValue) that \(what) at step \(index)")
            }
        }
        if findings.isEmpty, action == .sync {
            findings = try await left(by: action, base, consumerFails: true, at: "sync whose consumer fails")
        }
        return findings
    }

    private func left(
        by action: DatabaseAction, _ upstream: DatabaseUpstream, consumerFails: Bool = false, at place: String
    ) async throws -> [Finding] {
        let log: EventLog
        if action == .sync {
            var plan = plan(.fullRefresh)
            if consumerFails { plan.onTaken = { _ in throw CancellationError() } }
            log = try await run(plan, of: upstream).log
        } else {
            log = EventLog()
            let context = try lab.context(upstream, clock: LabClock(upstream.now), log: log)
            do {
                if action == .discovery {
                    _ = try await lab.source.schemas(in: context)
                } else {
                    try await lab.source.validateCredentials(in: context)
                }
            } catch {
                log.append(.ended("\(error)"))
            }
            tally.add(Counters(requests: log.databases.statements.count, runs: 1))
        }
        let open = log.databases
        let rest = [
            open.openConnections.isEmpty
                ? nil : "connections \(open.openConnections.map(String.init).joined(separator: ", "))",
            open.openSnapshots == 0 ? nil : "\(open.openSnapshots) snapshots",
            open.openCursors == 0 ? nil : "\(open.openCursors) results",
        ].compactMap { $0 }
        if rest.isEmpty { return [] }
        return [
            Finding(
                at: place, expected: "nothing is open", actual: "Still open: \(rest.joined(separator: ", ")).",
                history: log.lines())
        ]
    }
}
