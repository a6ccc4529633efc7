import Cassettes
import Columns
import Foundation
import Tributary

/// Replays: strict, closed, used to the last exchange, and the same each time.
enum FixtureReplayChecks {
    static let all = [noConnection, unmatchedFails, everyExchangeUsed, deterministic]

    private static let noConnection = Check(
        "fixture-replay-makes-no-connection", group: .fixtures, level: .replay, scope: .source,
        proves:
            "A replayed source asks the recording alone: it opens no connection of its own and reads no real secret.",
        method:
            "The source's own files, where they lie in Sources/SourceCatalog, are searched for sockets, URL loading, "
            + "name look-ups, processes, the environment and the machine's clock; and it lists and reads a table over the "
            + "recording while databases and tunnels that the scenario does not record refuse and count.",
        likelyCause:
            "A client of the platform was used: ask context.http, context.databases or context.tunnels instead.",
        profile: .quick, catches: "opens-its-own-connection"
    ) { input in
        try await input.judging { tally in
            guard input.scenario.goodState != nil else {
                throw Bench.Verdicted(verdict: .notApplicable(ConfigurationChecks.noTables))
            }
            let files = input.sourceFiles()
            tally.add(Counters(items: files.count))
            let findings = files.flatMap(Self.ownWays)
            if !findings.isEmpty { return findings }
            guard let schema = input.scenario.manifest.schemas.first else { return [] }
            let reading = try await Reading(input, schema, try input.material())
            tally.add(reading.looked)
            guard let error = reading.error as? SourceError, error.kind == .unreachable else { return [] }
            return [
                Finding(
                    at: "\(schema.name) over the recording", expected: "only what is recorded is asked for",
                    actual: "It ended with: \(error)", history: reading.history)
            ]
        }
    }

    /// What a source could reach the world by without the runtime. Words of code, not of comments.
    private static let ways = [
        ("URLSession", "loads URLs by itself"), ("FoundationNetworking", "loads URLs by itself"),
        ("contentsOf: URL(string", "loads a URL by itself"), ("getaddrinfo(", "looks up names by itself"),
        ("gethostbyname(", "looks up names by itself"), ("socket(", "opens a socket"),
        ("import Network", "opens a socket"),
        ("import CCurl", "opens a connection"), ("import CPostgres", "opens a connection"),
        ("import CMariaDB", "opens a connection"), ("Process()", "starts a process"),
        ("ProcessInfo.processInfo.environment", "reads the environment"), ("getenv(", "reads the environment"),
        ("Date()", "reads the machine's clock instead of context.clock"),
        ("Date.now", "reads the machine's clock instead of context.clock"),
        ("timeIntervalSinceNow", "reads the machine's clock instead of context.clock"),
        ("ContinuousClock.now", "reads the machine's clock instead of context.clock"),
        ("Task.sleep", "waits by the machine's clock instead of context.clock.sleep"),
        ("usleep(", "waits by the machine's clock instead of context.clock.sleep"),
    ]

    private static func ownWays(_ file: SourceFile) -> [Finding] {
        file.lines.enumerated().flatMap { index, line -> [Finding] in
            let code = line.range(of: "//").map { String(line[..<$0.lowerBound]) } ?? line
            return ways.filter { code.contains($0.0) }.map { way in
                Finding(
                    at: "\(file.path), line \(index + 1)", expected: "no way out but the context's",
                    actual: "It \(way.1): \(line.trimmingCharacters(in: .whitespaces))")
            }
        }
    }

    private static let unmatchedFails = Check(
        "fixture-unmatched-request-fails", group: .fixtures, level: .replay, scope: .source,
        proves:
            "A request that was not recorded fails, and the message shows the nearest recorded one and the difference.",
        method:
            "Recorded requests are sent as they are, then with another value of each parameter, one parameter more, "
            + "another path and without authorization. What the manifest declares as ignored must not decide which rows "
            + "come: no parameter by which the model pages, filters or orders.",
        likelyCause: "The manifest's match rules ignore something that the source needs to get right.", profile: .quick,
        catches: "match-ignores-the-cursor"
    ) { input in
        try await input.judging { tally in
            var findings: [Finding] = []
            let declaration = try? input.model()
            for state in input.scenario.manifest.states where state.http != nil {
                for exchange in try input.scenario.exchanges(state: state.name).spread(over: 4) {
                    for trial in RequestTrial.all(of: exchange) {
                        tally.add(Counters(requests: 1))
                        let error = try await trial.error(in: input.scenario, state: state.name)
                        guard let actual = trial.problem(error, input.scenario.manifest.match, declaration) else {
                            continue
                        }
                        findings.append(
                            Finding(
                                at: "\(input.scenario.id) at \(state.name), \(exchange.id) with \(trial.what)",
                                expected: trial.isAsRecorded ? "the recorded answer" : "an unmatched-request error",
                                actual: actual, file: state.http))
                    }
                }
            }
            if tally.sum.isEmpty { throw Bench.Verdicted(verdict: .notApplicable("The scenario records no HTTP.")) }
            return Array(findings.prefix(3))
        }
    }

    private static let everyExchangeUsed = Check(
        "fixture-every-exchange-used", group: .fixtures, level: .replay, scope: .source,
        proves: "Every recorded exchange is asked for by some run of the source, and a database cassette is what its "
            + "seeds give.",
        method:
            "Validation, listing and every table of the scenario run on each state in each kind of sync, increments "
            + "on top of the state before; an exchange that none of them asks for is left over. The same runs over the "
            + "seeds, on the engine itself, must give each cassette byte for byte, but for the order of rows that a statement "
            + "without ORDER BY leaves open.",
        likelyCause: "The source asks otherwise than when this was recorded: record the scenario anew with `tributary "
            + "rerecord`, and bad-credentials by its --refusal, or take the exchange out; cassettes are derived anew with `tributary fixtures derive`.",
        catches: "exchange-nobody-asks-for", "statement-nobody-sends"
    ) { input in
        try await input.judging { tally in
            var findings: [Finding] = []
            var lakes: [String: MemoryLake.Files] = [:]
            for state in input.scenario.manifest.states where state.http != nil {
                let usage = try ExchangeUsage(input, state: state.name)
                try await usage.validate()
                for schema in input.scenario.manifest.schemas {
                    try await usage.validate(schema.name)
                    lakes[schema.name] = try await usage.read(schema, after: lakes[schema.name])
                }
                tally.add(Counters(requests: usage.requests, runs: usage.runs))
                let left = usage.unused
                if left.isEmpty { continue }
                findings.append(
                    Finding(
                        at: "\(input.scenario.id) at \(state.name)", expected: "every exchange is asked for",
                        actual: "\(left.count) are not.", witness: left, file: state.http))
            }
            findings += try await Self.staleCassettes(input, tally)
            if tally.sum.isEmpty {
                throw Bench.Verdicted(verdict: .notApplicable("The scenario has neither exchanges nor cassettes."))
            }
            return findings
        }
    }

    private static func staleCassettes(_ input: CheckCase, _ tally: Bench.Tally) async throws -> [Finding] {
        let states = input.scenario.manifest.states.filter { $0.database != nil }
        if states.isEmpty { return [] }
        let derived = try await StatementDerivation(input).cassettes()
        tally.add(Counters(runs: states.count, items: derived.reduce(0) { $0 + $1.cassette.records.count }))
        return states.compactMap { state in
            let file = state.database ?? ""
            let data = FileManager.default.contents(atPath: input.scenario.folder.appending(path: file).path)
            let text = derived.first { $0.state == state.name }?.cassette.text ?? ""
            return Self.difference(String(decoding: data ?? Data(), as: UTF8.self), text).map { line, kept, now in
                Finding(
                    at: "\(input.scenario.id) at \(state.name)", expected: "the cassette that the seeds give",
                    actual: "They differ from line \(line) on.", witness: ["kept:    \(kept)", "derived: \(now)"],
                    file: file)
            }
        }
    }

    /// The first line in which two texts differ, from 1.
    private static func difference(_ one: String, _ two: String) -> (line: Int, one: String, two: String)? {
        if one == two { return nil }
        let lines = [one, two].map { $0.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) }
        let count = min(lines[0].count, lines[1].count)
        let index = (0..<count).first { lines[0][$0] != lines[1][$0] } ?? count
        let shown = lines.map { $0.indices.contains(index) ? String($0[index].prefix(200)) : "nothing" }
        return (index + 1, shown[0], shown[1])
    }

    private static let deterministic = Check(
        "fixture-deterministic", group: .fixtures, level: .meta,
        proves: "Two replays give the same requests and the same table, in any order of tables and in another process.",
        method:
            "The table is read from the first state twice, once after another table, and where a child process can be "
            + "had there, in another time zone and with another seed of hashes. Requests and rows must be equal.",
        likelyCause: "A value is drawn by chance, taken from the wall clock, or depends on the order of a set.",
        catches: "rows-differ-by-chance"
    ) { input in
        guard let schema = input.schema, input.scenario.goodState != nil else {
            return .notApplicable(ConfigurationChecks.noTables)
        }
        let first = try await ReplayImage(input, schema)
        if first.error != nil { return .notExercised("The first state holds no complete read of this table.") }
        var findings = first.difference(from: try await ReplayImage(input, schema), "read a second time")
        if let other = input.scenario.manifest.schemas.first(where: { $0.name != schema.name }) {
            _ = try await ReplayImage(input, other)
            findings += first.difference(from: try await ReplayImage(input, schema), "read after \(other.name)")
        }
        // A child has no database engine to build a seed on.
        let isHTTP = input.scenario.manifest.states.first?.http != nil
        if isHTTP, let children = input.children, findings.isEmpty {
            let outcome = try await children.run(
                ReplayImage.child.name, of: input, environment: ["TZ": "Asia/Kathmandu", "LANG": "tr_TR.UTF-8"])
            guard let result = outcome.result else { return .couldNotRun("The child process: \(outcome.ending)") }
            findings += first.difference(from: ReplayImage(result), "read in another process, in Asia/Kathmandu")
        }
        return .judged(findings, looked: Counters(rows: first.rows.count, requests: first.requests.count, runs: 3))
    }
}

extension Collection {
    /// At most so many elements, the first and the last among them.
    fileprivate func spread(over count: Int) -> [Element] {
        guard self.count > count, count > 1 else { return Array(self) }
        return (0..<count).map { self[index(startIndex, offsetBy: $0 * (self.count - 1) / (count - 1))] }
    }
}
