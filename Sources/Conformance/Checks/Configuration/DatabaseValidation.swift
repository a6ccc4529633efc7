import Cassettes
import Columns
import Tributary

/// Validations of credentials that a database answers, or its cassette where the engine is not at hand.
struct DatabaseValidation {
    let input: CheckCase
    /// The state whose database answers.
    let state: String

    /// Nil for a scenario whose upstream speaks HTTP.
    ///
    /// - Throws: ``DatabaseMissing`` where neither an engine nor a cassette answers.
    init?(_ input: CheckCase) throws {
        guard DatabaseTales.areTold(in: input), let state = input.scenario.manifest.states.first else { return nil }
        if state.database == nil { try input.demandEngine() }
        self.input = input
        self.state = state.name
    }

    /// What the source makes of a refused login; of the recorded one, where the scenario is of that.
    func ofRefusal() async throws -> (outcome: Validation, looked: Counters) {
        let base = try input.replay(state)
        guard input.scenario.goodState != nil else { return try await run(base) }
        return try await run(struck(base, "the login refused", asked: false, Self.refusal))
    }

    /// Failures that have nothing to do with the credentials, at the login and at each statement.
    func ofOutages() async throws -> [Finding] {
        for (what, kind) in Self.outages {
            for asked in [false, true] {
                let place = asked ? "each statement" : "the login"
                let error = SourceError(kind, "Asking the database: \(what).", recovery: .retry(after: nil))
                let outcome = try await run(struck(input.replay(state), "\(what) at \(place)", asked: asked, error))
                    .outcome
                let isBlamed = (outcome.error as? SourceError).map {
                    [.invalidCredentials, .permissionDenied, .invalidConfig].contains($0.kind)
                }
                guard isBlamed == true || (outcome.isAccepted && !asked) else { continue }
                return [
                    Finding(
                        at: "validation with \(what) at \(place)",
                        expected: "an error that says the database is unavailable",
                        actual: outcome.error.map { "The user is told: \($0)" } ?? "The credentials were accepted.",
                        history: outcome.history)
                ]
            }
        }
        return []
    }

    /// What the source makes of a right that lacks where the credentials are good.
    func ofForbiddenStatement() async throws -> [Finding] {
        let error = SourceError(.permissionDenied, "Asking the database: permission denied for table t.")
        let outcome = try await run(struck(input.replay(state), "each statement forbidden", asked: true, error)).outcome
        guard let error = outcome.error as? SourceError, error.kind == .invalidCredentials else { return [] }
        return [
            Finding(
                at: "validation whose statements are forbidden", expected: "accepted, or permission-denied",
                actual: "The user is told \(error.kind.rawValue): \(error.message)", history: outcome.history,
                cause: "A right that lacks is told as wrong credentials: let the database's own error through.")
        ]
    }

    /// What the source makes of one forbidden table when it is asked about that table.
    func ofForbiddenTable(_ schema: Manifest.Schema) async throws -> Verdict {
        let plain = try await Validation(input, input.replay(state), of: schema.name)
        if let error = plain.error {
            // A cassette holds what the version of the source asked that it was derived from.
            let isUnknown = (error as? SourceError)?.kind == .unmatchedRequest
            return isUnknown
                ? .notExercised("The cassette holds no validation of the table.")
                : Self.failed("validation of \(schema.name)", "it is accepted", "It ended with: \(error)", plain)
        }
        let names = [schema.name, schema.name.split(separator: ".").last.map(String.init) ?? schema.name]
        let error = SourceError(.permissionDenied, "Asking the database: permission denied for table \(schema.name).")
        let denied = StruckDatabase(base: try input.replay(state), what: "\(schema.name) forbidden") { statement in
            if let statement, names.contains(where: statement.mentions) { throw error }
        }
        let outcome = try await Validation(input, denied, of: schema.name)
        let place = "validation of \(schema.name), of which no statement is allowed"
        switch outcome.error {
        case nil:
            return Self.failed(
                place, "permission-denied", "It succeeded: no statement that it sends asks for this table.", outcome)
        case let error as SourceError where error.kind == .permissionDenied:
            return try await ofConnection(without: schema, names)
        case let error?:
            return Self.failed(place, "permission-denied", "It ended with: \(error)", outcome)
        }
    }

    /// A right that lacks for one table says nothing of the connection, and of no other table.
    private func ofConnection(without schema: Manifest.Schema, _ names: [String]) async throws -> Verdict {
        let passed = Verdict.judged([], looked: Counters(runs: 3, items: 1))
        // Who reads one table alone may ask for it.
        guard input.scenario.manifest.schemas.count > 1 else { return passed }
        let error = SourceError(.permissionDenied, "Asking the database: permission denied for table \(schema.name).")
        let denied = StruckDatabase(base: try input.replay(state), what: "\(schema.name) forbidden") { statement in
            if let statement, names.contains(where: statement.reads) { throw error }
        }
        let outcome = try await Validation(input, denied)
        guard !outcome.isAccepted, let error = outcome.error else { return passed }
        return Self.failed(
            "validation of the connection, with \(schema.name) forbidden", "it is accepted", "It ended with: \(error)",
            outcome,
            cause: "The validation of the connection asks for one certain table: what any user may ask is SELECT 1.")
    }

    private static func failed(
        _ place: String, _ expected: String, _ actual: String, _ outcome: Validation, cause: String? = nil
    ) -> Verdict {
        .failed([
            Finding(
                at: place, expected: expected, actual: actual, history: outcome.history,
                cause: cause
                    ?? "Ask the table itself for no row of it, as in SELECT 1 FROM the table WHERE 1 = 0, and let the error through."
            )
        ])
    }

    /// What a validation fetches while a table holds few rows, and while it holds many: as many rows, and of a statement
    /// that gives one row the same.
    func ofLargeTables() async throws -> (findings: [Finding], looked: Counters) {
        var looked = Counters()
        for schema in input.scenario.manifest.schemas.prefix(4) {
            var input = input
            input.schema = schema
            guard let bench = try? await Bench.make(input), !bench.objects.isEmpty else { continue }
            let many = (0..<1_100).map { bench.newRow($0, like: bench.objects[$0 % bench.objects.count]) }
            for table in [nil, schema.name] {
                let few = try await rows(bench, bench.objects, of: table)
                guard let few, let more = try await rows(bench, many, of: table) else { continue }
                looked += Counters(runs: 2, items: 1)
                let place =
                    "validation\(table.map { " of \($0)" } ?? ""), with \(many.count) rows in \(schema.name)"
                if more.count > few.count {
                    let finding = Finding(
                        at: place, expected: "the same rows fetched whatever the tables hold",
                        actual:
                            "\(few.count) with \(bench.objects.count) rows in the table, \(more.count) with \(many.count).",
                        history: more.history,
                        cause: "The validation reads a table: ask for no row of it, WHERE 1 = 0.")
                    return ([finding], looked)
                }
                guard let (one, other) = zip(few.answers, more.answers).first(where: { $0 != $1 }) else { continue }
                let finding = Finding(
                    at: place, expected: "the same answers whatever the tables hold",
                    actual: "It is told \(one) with \(bench.objects.count) rows in the table, and \(other) now.",
                    history: more.history,
                    cause:
                        "The validation counts or sums up a table, which takes minutes where that is large: ask for no row of it, "
                        + "as in SELECT 1 FROM the table WHERE 1 = 0.")
                return ([finding], looked)
            }
        }
        return ([], looked)
    }

    /// The rows that a validation fetches, and those that came alone out of the table; nil where the table cannot hold such
    /// rows, or it fails.
    private func rows(
        _ bench: Bench, _ rows: [World.Object], of table: String?
    ) async throws -> (count: Int, answers: [String], history: [String])? {
        let name = try bench.demandDatabase().table.name
        let upstream = try bench.database(showing: rows)
        let log = EventLog()
        let context = try bench.lab.context(upstream, clock: LabClock(upstream.now), log: log, limit: 200)
        do {
            try await bench.lab.source.validateCredentials(schema: table, in: context)
        } catch {
            return nil
        }
        let answers = log.databases.statements.filter { $0.statement.reads(name) }.compactMap(\.onlyRow)
        return (log.databases.rows, answers, log.lines())
    }

    /// A validation of the connection, and what there was to look at.
    func run(_ upstream: any Upstream) async throws -> (outcome: Validation, looked: Counters) {
        let outcome = try await Validation(input, upstream)
        return (outcome, Counters(runs: 1, items: 1))
    }

    private func struck(
        _ base: any Upstream, _ what: String, asked: Bool, _ error: SourceError
    ) -> StruckDatabase {
        StruckDatabase(base: base, what: what) { statement in if (statement != nil) == asked { throw error } }
    }

    private static let refusal = SourceError(
        .invalidCredentials, "Connecting to the database: authentication failed for the user.")
    private static let outages: [(String, SourceError.Kind)] = [
        ("a time-out", .timedOut), ("a name that does not resolve", .unreachable),
        ("a lost connection", .upstreamFailure),
    ]
}
