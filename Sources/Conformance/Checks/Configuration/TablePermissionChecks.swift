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
            + "that asks what it asks of a connection, whatever the table, is not judged.",
        likelyCause:
            "`validateCredentials` looks at what any credentials may read, whatever `schema` is: where a schema is given, ask "
            + "for the first page of that table, as `client.probe(schema, from: endpoints)` does.",
        catches: "table-permission-not-asked", "another-table-asked-for-permission"
    ) { input in
        guard let schema = input.schema, let state = input.scenario.goodState else {
            return .notApplicable(ConfigurationChecks.noTables)
        }
        let forbidding: Forbidding
        switch try await Forbidding.of(schema, input, state) {
        case .table(let found): forbidding = found
        case .none(let verdict): return verdict
        }
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
            let isTheConnections = Set(asked.paths).isSubset(of: forbidding.validation.paths)
            if isTheConnections, asked.requests.isEmpty == forbidding.validation.requests.isEmpty {
                return .notApplicable("Whatever the table, the validation asks what it asks of a connection.")
            }
            return failed(
                asked.requests.isEmpty
                    ? "It succeeded without a request." : "It succeeded: what it asked for says nothing of this table.")
        }
        guard let error = error as? SourceError else { return failed("The error is no SourceError: \(error)") }
        // What was never recorded tells nothing: the request is of the validation's own.
        if error.kind == .unmatchedRequest {
            return .notExercised("The validation asks for what was not recorded: \(error.message)")
        }
        return error.kind == .permissionDenied
            ? .judged([], looked: looked) : failed("Its kind is \(error.kind.rawValue): \(error.message)")
    }.needing(.http)
}

/// An upstream that forbids what one table alone asks for.
struct Forbidding {
    /// The one, or why there is none.
    enum Outcome {
        case table(Forbidding)
        case none(Verdict)
    }

    /// A read of the table with nothing forbidden.
    let plain: Reading
    /// A validation of the connection with nothing forbidden.
    let validation: Validation
    /// Another table of the scenario.
    let other: Manifest.Schema?
    let denied: DenyingUpstream

    static func of(_ schema: Manifest.Schema, _ input: CheckCase, _ state: String) async throws -> Outcome {
        let plain = try await Reading(input, schema, try input.replay(state))
        guard plain.error == nil, !plain.requests.isEmpty else {
            return .none(.notExercised("The first state holds no complete read of this table over HTTP."))
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
            return .table(
                Forbidding(
                    plain: plain, validation: validation, other: other,
                    denied: DenyingUpstream(base: try input.replay(state), paths: paths)))
        }
        return .none(.notApplicable("Every request of this table also serves another one."))
    }

    /// The paths that a read of another table asks for.
    private static func paths(
        of table: Manifest.Schema?, _ input: CheckCase, _ state: String
    ) async throws -> Set<String> {
        guard let table else { return [] }
        return Set(try await Reading(input, table, input.replay(state)).paths)
    }
}
