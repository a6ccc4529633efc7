import Cassettes
import Columns
import Tributary

extension CredentialChecks {
    static let forbiddenProbe = Check(
        "credentials-forbidden-probe-not-invalid", group: .configuration, level: .fault, scope: .source,
        proves: "Genuine credentials that may not read what the validation asks for are not called wrong.",
        method:
            "Each answer to the validation becomes 403 with the name of a scope. The credentials may be accepted, or the "
            + "permission may be told to lack; they must not be called invalid. Where a scenario records that the upstream "
            + "refuses wrong credentials with 403, the status says nothing and is not judged. A database forbids each "
            + "statement of the validation.",
        likelyCause: "401 and 403 are told alike: a 401 means wrong credentials, a 403 that a right lacks.",
        catches: "forbidden-probe-told-as-wrong-key", "every-database-error-told-as-wrong-password"
    ) { input in
        guard let state = input.scenario.goodState else { return .notApplicable(ConfigurationChecks.noTables) }
        if let database = try DatabaseValidation(input) {
            return .judged(try await database.ofForbiddenStatement(), looked: Counters(runs: 1))
        }
        guard try input.recordsValidation(state) else { return .notExercised(ConfigurationChecks.noValidation) }
        if try input.refusesWithForbidden() {
            return .notApplicable("The upstream is recorded to answer wrong credentials with 403.")
        }
        let plain = try await Validation(input, try input.replay(state))
        let denied = DenyingUpstream(base: try input.replay(state), paths: Set(plain.paths))
        let outcome = try await Validation(input, denied)
        let looked = plain.looked + outcome.looked
        guard let error = outcome.error as? SourceError, error.kind == .invalidCredentials else {
            return .judged([], looked: looked)
        }
        return .judged(
            [
                Finding(
                    at: "validation whose requests are answered with 403",
                    expected: "accepted, or permission-denied with what the upstream says of the scope",
                    actual: "The user is told \(error.kind.rawValue): \(error.message)", history: outcome.history,
                    cause:
                        "401 and 403 are told alike. If the upstream does answer wrong credentials with 403, record it: "
                        + "`tributary rerecord --refusal`.")
            ], looked: looked)
    }
}

extension CheckCase {
    /// Whether a scenario shows wrong credentials that were answered with 403: they read nothing else either.
    fileprivate func refusesWithForbidden() throws -> Bool {
        try scenarios().contains { scenario in
            guard scenario.goodState == nil else { return false }
            return try scenario.manifest.states.contains { state in
                let answers = try scenario.exchanges(state: state.name)
                return answers.allSatisfy { $0.status >= 400 }
                    && answers.contains { $0.status == 403 && $0.exchange.schemas.isEmpty }
            }
        }
    }
}
