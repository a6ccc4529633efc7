import Cassettes
import Columns
import Pipeline
import Tributary

/// What a read costs the database, and what it leaves behind.
enum ResourceChecks {
    static let all = [serverSideCursor, DatabaseFailures.check, resourcesReleased]

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

    private static let resourcesReleased = Check(
        "db-resources-released", group: .database, level: .fault,
        proves: "Connections, snapshots and results are gone after success, failure and cancellation.",
        method:
            "Validation, discovery and a sync end well, fail at each of their steps, and are cancelled there, the first two "
            + "once for tables that are read alike, the sync at three steps for those behind the first; a sync "
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
        for index in try spread(Array(0..<seen.withLock { $0 })) {
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
