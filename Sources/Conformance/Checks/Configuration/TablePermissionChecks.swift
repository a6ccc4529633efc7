import Cassettes
import Columns
import Tributary

extension CredentialChecks {
    static let tablePermissionAsked = Check(
        "credentials-table-permission-asked", group: .configuration, level: .fault,
        proves: "A validation that asks about one table finds out whether that table may be read.",
        method:
            "The requests that only this table makes are answered with 403, and the credentials are validated for this table "
            + "alone, as a form does before the table is chosen. The validation must end with permission-denied. One "
            + "that asks for what any credentials may read, or for the table's parents, is not judged. A database forbids each "
            + "statement that names the table, and the connection must be accepted all the same.",
        likelyCause:
            "`validateCredentials` looks at what any credentials may read, whatever `schema` is: where a schema is given, ask "
            + "for the first page of that table, as `client.probe(schema, from: endpoints)` does.",
        catches: "table-permission-not-asked", "another-table-asked-for-permission",
        "table-permission-refusal-swallowed", "database-table-not-asked-for",
        "one-database-table-asked-for-all"
    ) { input in
        if let database = try DatabaseValidation(input) {
            guard let schema = input.schema, input.scenario.goodState != nil else {
                return .notApplicable(ConfigurationChecks.noTables)
            }
            return try await database.ofForbiddenTable(schema)
        }
        return try await Forbidding.judging(input) { forbidding, schema in
            let asked = try await Validation(input, forbidding.denied, of: schema.name)
            let looked = forbidding.plain.looked + asked.looked
            func failed(_ actual: String) -> Verdict {
                .judged(
                    [
                        Finding(
                            at: "validation of \(schema.name), whose requests are answered with 403",
                            expected: "permission-denied", actual: actual,
                            witness: asked.requests.map { "asked: \($0)" }, history: asked.history)
                    ], looked: looked)
            }
            guard let error = asked.error else {
                if asked.requests.isEmpty, !forbidding.validation.requests.isEmpty {
                    return failed("It succeeded without a request.")
                }
                if asked.paths.contains(where: forbidding.denied.paths.contains) {
                    return failed("It was answered with 403, and succeeded.")
                }
                // What any credentials may read, or the list of the table's parents: a little is found out by that.
                let related = forbidding.validation.paths + forbidding.plain.paths
                if Set(asked.paths).isSubset(of: related) {
                    return .notApplicable("The validation asks for nothing that this table alone needs.")
                }
                return failed("It succeeded: what it asked for says nothing of this table.")
            }
            guard let error = error as? SourceError else { return failed("The error is no SourceError: \(error)") }
            // What was never recorded tells nothing: the request is of the validation's own.
            if error.kind == .unmatchedRequest {
                return .notExercised("The validation asks for what was not recorded: \(error.message)")
            }
            return error.kind == .permissionDenied
                ? .judged([], looked: looked) : failed("Its kind is \(error.kind.rawValue): \(error.message)")
        }
    }
}

/// An upstream that forbids what one table alone asks for.
struct Forbidding {
    /// A read of the table with nothing forbidden.
    let plain: Reading
    /// A validation of the connection with nothing forbidden.
    let validation: Validation
    /// Another table of the scenario.
    let other: Manifest.Schema?
    let denied: DenyingUpstream

    /// Judges the case's table with such an upstream; where nothing is asked for by the table alone, says why.
    static func judging(
        _ input: CheckCase, _ body: (Forbidding, Manifest.Schema) async throws -> Verdict
    ) async throws -> Verdict {
        guard let schema = input.schema, let state = input.scenario.goodState else {
            return .notApplicable(ConfigurationChecks.noTables)
        }
        let plain = try await Reading(input, schema, try input.replay(state))
        guard plain.error == nil, !plain.requests.isEmpty else {
            return .notExercised("The first state holds no complete read of this table over HTTP.")
        }
        let validation = try await Validation(input, try input.replay(state))
        // A table whose rows are the parents of another's is asked for by that one too: one beside both tells them apart.
        let others = input.scenario.manifest.schemas.filter { $0.name != schema.name }.prefix(3).map(Optional.some)
        for other in others.isEmpty ? [nil] : others {
            let otherPaths = try await paths(of: other, input, state)
            // A probe may look at what is also a table. One that looks at several tables is a fault of its own.
            let asksOthersToo = !otherPaths.subtracting(plain.paths).isDisjoint(with: validation.paths)
            let paths = Set(plain.paths).subtracting(otherPaths).subtracting(asksOthersToo ? [] : validation.paths)
            if paths.isEmpty { continue }
            let forbidding = Forbidding(
                plain: plain, validation: validation, other: other,
                denied: DenyingUpstream(base: try input.replay(state), paths: paths))
            return try await body(forbidding, schema)
        }
        return .notApplicable("Every request of this table also serves another one.")
    }

    /// The paths that a read of another table asks for.
    private static func paths(
        of table: Manifest.Schema?, _ input: CheckCase, _ state: String
    ) async throws -> Set<String> {
        guard let table else { return [] }
        return Set(try await Reading(input, table, input.replay(state)).paths)
    }
}
