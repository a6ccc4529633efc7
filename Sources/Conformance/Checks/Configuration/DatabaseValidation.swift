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
