import Cassettes
import Columns
import Tributary

/// What is said of credentials when something else is wrong, and what asking costs.
enum CredentialChecks {
    static let all = [transientNotInvalid, forbiddenProbe, cheapAndReadOnly, missingScopeNamed, tablePermissionAsked]

    private static let transientNotInvalid = Check(
        "credentials-transient-not-invalid", group: .configuration, level: .fault, scope: .source,
        proves:
            "An upstream that is down, slow or busy is never told to the user as wrong credentials, nor takes any for right.",
        method:
            "Each answer to the validation is replaced by 429, 500, 502, 503, 504, a time-out, a name that does not "
            + "resolve and a reset, by itself and for good. A database meets a time-out, a name that does not resolve and a lost "
            + "connection, at the login and at each statement.",
        likelyCause:
            "The validation catches every error, and calls it invalid or passes over it: let it through as it came.",
        catches: "outage-told-as-wrong-key", "outage-passed-over", "every-database-error-told-as-wrong-password"
    ) { input in
        guard let state = input.scenario.goodState else { return .notApplicable(ConfigurationChecks.noTables) }
        if let database = try DatabaseValidation(input) {
            return .judged(try await database.ofOutages(), looked: Counters(runs: 6))
        }
        guard try input.recordsValidation(state) else { return .notExercised(ConfigurationChecks.noValidation) }
        let plain = try await Validation(input, try input.replay(state))
        var findings: [Finding] = []
        var looked = plain.looked
        for fault in Weather.all {
            for index in [nil] + (0..<plain.requests.count).map({ $0 as Int? }) {
                var fault = fault
                fault.index = index
                let outcome = try await Validation(input, FaultyUpstream(base: try input.replay(state), fault: fault))
                looked += outcome.looked
                if index == nil, outcome.isAccepted, !plain.requests.isEmpty {
                    findings.append(
                        Finding(
                            at: "validation with \(fault.what) in place of each answer",
                            expected: "an error that says the upstream is unavailable",
                            actual: "The credentials were accepted without an answer.", history: outcome.history,
                            cause: "The validation passes over errors that are not about the credentials."))
                }
                guard let error = outcome.error as? SourceError,
                    [.invalidCredentials, .permissionDenied, .invalidConfig].contains(error.kind)
                else { continue }
                findings.append(
                    Finding(
                        at: "validation with \(fault.what)" + (index.map { " in place of answer \($0)" } ?? ""),
                        expected: "success after a retry, or an error that says the upstream is unavailable",
                        actual: "The user is told \(error.kind.rawValue): \(error.message)", history: outcome.history))
            }
        }
        return .judged(Array(findings.prefix(3)), looked: looked)
    }

    private static let cheapAndReadOnly = Check(
        "credentials-validation-cheap-and-read-only", group: .configuration, level: .simulated, scope: .source,
        proves: "Validating credentials takes few requests, changes nothing upstream, and reads no table.",
        method:
            "The requests of a validation are counted and classified, on the recording and on modelled lists of two "
            + "sizes with one row a page: it must cost the same on both, use GET, HEAD or paths that the manifest lists "
            + "under limits.readOnlyPaths, and at most limits.validationRequests requests (5 unless it says otherwise). Of a "
            + "database it must fetch as many rows with 1,100 rows in a table as with few, and be told no number that depends on "
            + "them, such as a count.",
        likelyCause: "The validation reads a whole list, or creates something to see whether it may.", profile: .quick,
        catches: "validation-reads-a-table", "validation-writes", "validation-reads-a-database-table",
        "validation-counts-a-database-table"
    ) { input in
        guard let state = input.scenario.goodState else { return .notApplicable(ConfigurationChecks.noTables) }
        if let database = try DatabaseValidation(input) {
            try input.demandEngine()
            let (findings, looked) = try await database.ofLargeTables()
            return .judged(findings, looked: looked)
        }
        guard try input.recordsValidation(state) else { return .notExercised(ConfigurationChecks.noValidation) }
        let limits = input.scenario.manifest.document["limits"]
        let allowed = limits?["validationRequests"]?.int64.map(Int.init) ?? 5
        let readOnly = (limits?["readOnlyPaths"]?.array ?? []).compactMap(\.string)
        let recorded = try await Validation(input, try input.replay(state))
        var runs = [recorded]
        if let declaration = try input.model() {
            let world = try input.memo.world(upTo: state, declaration)
            for size in [1, Int.max] {
                let part = World(world.collections.mapValues { Array($0.prefix(size)) })
                let upstream = try ModelUpstream(
                    input.scenario, state: state, declaration: declaration, world: part, pageSize: 1)
                runs.append(try await Validation(input, upstream))
            }
        }
        var findings: [Finding] = []
        if let most = runs.max(by: { $0.requests.count < $1.requests.count }), most.requests.count > allowed {
            findings.append(
                Finding(
                    at: "validation against \(most.place)", expected: "at most \(allowed) requests",
                    actual: "\(most.requests.count) were made.", history: most.history,
                    cause: "The validation walks a list to its end."))
        } else if runs.count == 3, runs[1].requests.count < runs[2].requests.count {
            findings.append(
                Finding(
                    at: "validation against \(runs[2].place)",
                    expected: "the same number of requests whatever the tables hold",
                    actual: "\(runs[1].requests.count) with one row a list, \(runs[2].requests.count) with all.",
                    history: runs[2].history))
        }
        let writes = runs.flatMap(\.requests).filter { request in
            ![.get, .head].contains(request.request.method)
                && !readOnly.contains { request.request.url.hasSuffix($0) }
        }
        if let write = writes.first {
            findings.append(
                Finding(
                    at: "validation", expected: "only requests that change nothing", actual: "It sent \(write).",
                    cause: "If the path only reads, list it under limits.readOnlyPaths of the manifest."))
        }
        return .judged(findings, looked: runs.reduce(Counters()) { $0 + $1.looked })
    }

    private static let missingScopeNamed = Check(
        "credentials-missing-scope-named", group: .configuration, level: .fault,
        proves: "A permission that lacks for one table is told as that, of that table, and leaves the others readable.",
        method:
            "The requests that only this table makes are answered with 403 and the name of a scope. Its read must end "
            + "with permission-denied, name the table and quote the scope; the connection's validation, its list of "
            + "tables and another table must work as before.",
        likelyCause: "A 403 is taken for wrong credentials, or ends the whole connection.",
        catches: "one-forbidden-table-stops-all", "forbidden-told-as-wrong-key"
    ) { input in
        try await Forbidding.judging(input) { forbidding, schema in
            let (plain, other, denied) = (forbidding.plain, forbidding.other, forbidding.denied)
            var findings: [Finding] = []
            let reading = try await Reading(input, schema, denied)
            findings += Self.attribution(reading, schema)
            let after = try await Validation(input, denied)
            if let error = after.error, forbidding.validation.error == nil {
                findings.append(
                    Finding(
                        at: "validation of the connection, with \(schema.name) forbidden", expected: "accepted",
                        actual: "It ended with: \(error)", history: after.history))
            }
            if let other, case let read = try await Reading(input, other, denied), let error = read.error,
                (error as? SourceError)?.kind != .unmatchedRequest
            {
                findings.append(
                    Finding(
                        at: "\(other.name), with \(schema.name) forbidden", expected: "it is read as before",
                        actual: "It ended with: \(error)", history: read.history))
            }
            return .judged(findings, looked: plain.looked + reading.looked + after.looked)
        }
    }.needing(.http)

    private static func attribution(_ reading: Reading, _ schema: Manifest.Schema) -> [Finding] {
        func finding(_ actual: String, cause: String? = nil) -> [Finding] {
            [
                Finding(
                    at: "\(schema.name), whose requests are answered with 403",
                    expected: "permission-denied, of \(schema.name), with the scope that the upstream names",
                    actual: actual, history: reading.history, cause: cause)
            ]
        }
        guard let error = reading.error else {
            return finding(
                "The read succeeded.",
                cause:
                    "The refusal is swallowed, by an action that ignores 403 or where the error is caught: the table looks "
                    + "empty, and nobody learns that a right is missing.")
        }
        guard let error = error as? SourceError else { return finding("The error is no SourceError: \(error)") }
        if error.kind != .permissionDenied { return finding("Its kind is \(error.kind.rawValue): \(error.message)") }
        if !error.description.contains(schema.name) { return finding("It does not name the table: \(error)") }
        if !error.description.contains(DenyingUpstream.scope) {
            return finding(
                "It does not quote what the upstream said of the scope: \(error)",
                cause:
                    "The error's message is the source's own words alone. Quote what the answer says, redacted: only the "
                    + "upstream knows which right is missing.")
        }
        return []
    }
}
