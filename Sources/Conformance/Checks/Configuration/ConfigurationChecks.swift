import Cassettes
import Columns
import Pipeline
import Tributary

/// Group A: what a user fills in, and what is said of it.
enum ConfigurationChecks {
    static let all =
        [fieldsWellFormed, goodAccepted, badRejected] + FormValueChecks.all + FormMeaningChecks.all
        + FormEffectChecks.all + CredentialChecks.all

    private static let fieldsWellFormed = Check(
        "config-fields-well-formed", group: .configuration, level: .static, scope: .source,
        proves: "Every field of the form has a name of its own and a label; options are distinct and hold the default.",
        method: "The declared form is walked, nested fields included.",
        likelyCause: "Two fields share a name on the wire, or a label or option was copied.", profile: .quick,
        isWaivable: false, catches: "two-fields-of-one-name"
    ) { input in
        let fields = input.source.form.fields
        let problems = input.source.declarationProblems + problems(of: fields, at: "")
        let findings = problems.map { Finding(at: "form", expected: "a well-formed field", actual: $0) }
        return .judged(findings, looked: Counters(items: fields.count))
    }.needing(.fields)

    private static func problems(of fields: [FormField], at place: String) -> [String] {
        let doubled = Dictionary(grouping: fields, by: \.name).filter { $0.value.count > 1 }.keys.sorted()
        return doubled.map { "The name \(place)\($0) comes twice." }
            + fields.flatMap { field -> [String] in
                let name = place + field.name
                var problems: [String] = []
                if field.name.isEmpty { problems.append("A field '\(field.label)' has no name.") }
                if field.label.allSatisfy(\.isWhitespace) { problems.append("\(name) has no label.") }
                let values = (field.options ?? []).map(\.value)
                if Set(values).count < values.count { problems.append("Options of \(name) come twice.") }
                if !values.isEmpty, case .string(let text) = field.defaultValue, !values.contains(text) {
                    problems.append("The default '\(text)' of \(name) is none of its options.")
                }
                problems += self.problems(of: field.fields ?? [], at: name + ".")
                return problems + (field.options ?? []).flatMap { self.problems(of: $0.fields ?? [], at: name + ".") }
            }
    }

    private static let goodAccepted = Check(
        "credentials-good-accepted", group: .configuration, level: .replay, scope: .source,
        proves: "Genuine credentials are accepted.",
        method: "The recorded answers to the validation of a scenario with tables are replayed.",
        likelyCause: "The probe asks for something that the upstream does not have, or that not every key may see.",
        profile: .quick, catches: "probe-of-a-missing-path"
    ) { input in
        guard let state = input.scenario.goodState else { return .notApplicable(Self.noTables) }
        let asksDatabase = try DatabaseValidation(input) != nil
        guard try asksDatabase || input.recordsValidation(state) else { return .notExercised(Self.noValidation) }
        let upstream = try input.replay(state)
        let log = EventLog()
        let lab = try input.lab()
        let context = try lab.context(upstream, clock: LabClock(upstream.now), log: log)
        do {
            try await lab.source.validateCredentials(in: context)
        } catch {
            return .failed([
                Finding(
                    at: upstream.name, expected: "the credentials are accepted", actual: "They were refused: \(error)",
                    history: log.lines())
            ])
        }
        let asked = log.requests.count + log.databases.statements.count
        return .judged([], looked: Counters(requests: asked))
    }

    static let noValidation = "The scenario holds no answer to a validation: every exchange belongs to a table."
    static let noTables = "The scenario reads no table: it shows an error, or needs an account that is not recorded."

    private static let badRejected = Check(
        "credentials-bad-rejected-for-the-user", group: .configuration, level: .fault, scope: .source,
        proves:
            "Refused credentials are refused with a sentence that a user can act on, without raw bodies or secrets.",
        method:
            "Every answer to the validation is 401, with an error as JSON and as an HTML page. The error must be of kind "
            + "invalid-credentials, short, and hold no markup, trace or secret. Where the validation asks by GraphQL, 200 with "
            + "errors and no data must be refused as well. A database refuses the login: in its recorded words, where the "
            + "scenario is of that.",
        likelyCause: "The validation asks the upstream nothing, or hands on its answer as it came.",
        catches: "validation-asks-nothing", "credentials-in-the-validation-error",
        "refusal-with-status-200-accepted", "refused-login-told-as-outage"
    ) { input in
        if let database = try DatabaseValidation(input) { return try await refusedLogin(database) }
        guard let state = input.scenario.goodState else { return .notApplicable(Self.noTables) }
        guard try input.recordsValidation(state) else { return .notExercised(Self.noValidation) }
        var findings: [Finding] = []
        var looked = Counters()
        let bodies: [JSONValue] = [
            ["error": ["message": "No such key"]], .string("<html><body>Unauthorized</body></html>"),
        ]
        for body in bodies {
            let upstream = FaultyUpstream(base: try input.replay(state), fault: .status(401, body, at: nil))
            let lab = try input.lab()
            let log = EventLog()
            let context = try lab.context(upstream, clock: LabClock(upstream.now), log: log)
            do {
                try await lab.source.validateCredentials(in: context)
                findings.append(
                    Finding(
                        at: upstream.name, expected: "a refusal", actual: "The credentials were accepted.",
                        history: log.lines()))
            } catch {
                let problem = Self.problem(of: error, input.canaries)
                if let problem {
                    findings.append(Finding(at: upstream.name, expected: "a helpful refusal", actual: problem))
                }
            }
            looked += Counters(requests: log.requests.count, items: 1)
        }
        let plain = try await Validation(input, try input.replay(state))
        if plain.requests.contains(where: \.request.isGraphQL) {
            let upstream = FaultyUpstream(base: try input.replay(state), fault: .graphQLRefusal)
            let outcome = try await Validation(input, upstream)
            looked += outcome.looked
            if outcome.isAccepted {
                findings.append(
                    Finding(
                        at: "validation whose answers are errors without data, with status 200", expected: "a refusal",
                        actual: "The credentials were accepted.", history: outcome.history,
                        cause: "The status alone is looked at: GraphQL tells its errors in the body, under errors."))
            }
        }
        return .judged(findings, looked: looked)
    }

    /// What becomes of a login that a database refuses.
    private static func refusedLogin(_ database: DatabaseValidation) async throws -> Verdict {
        let scenario = database.input.scenario
        guard scenario.goodState != nil || scenario.manifest.covers.contains("error:credentials") else {
            return .notApplicable(noTables)
        }
        let (outcome, looked) = try await database.ofRefusal()
        func finding(_ expected: String, _ actual: String) -> Verdict {
            .judged(
                [
                    Finding(
                        at: "validation whose login the database refuses", expected: expected, actual: actual,
                        history: outcome.history,
                        cause: "The database's own error says it all: let it through, with its kind and its words.")
                ], looked: looked)
        }
        guard let error = outcome.error else { return finding("a refusal", "The credentials were accepted.") }
        let problem = problem(of: error, database.input.canaries)
        return problem.map { finding("a helpful refusal of kind invalid-credentials", $0) }
            ?? .judged([], looked: looked)
    }

    private static func problem(of error: any Error, _ canaries: Canaries) -> String? {
        guard let error = error as? SourceError else { return "The error is no SourceError: \(error)" }
        let text = error.description
        if error.kind != .invalidCredentials { return "Its kind is \(error.kind.rawValue): \(text)" }
        if text.count > 600 { return "It is \(text.count) characters long." }
        if text.contains("</") || text.contains("{\"") { return "It holds a raw body: \(text)" }
        if let leak = canaries.leak(in: text) { return "It holds a secret, \(leak.form)." }
        return nil
    }
}

extension CheckCase {
    /// The made-up secrets of the config: they begin with `fake-`, and nothing else does.
    var secrets: [String] { Self.fakes(in: .object(config)) }

    /// Whether a state recorded exchanges that belong to no table, as those of a validation.
    func recordsValidation(_ state: String) throws -> Bool {
        try scenario.exchanges(state: state).contains { $0.exchange.schemas.isEmpty }
    }

    private static func fakes(in value: JSONValue) -> [String] {
        if let text = value.string { return text.hasPrefix("fake-") ? [text] : [] }
        return (value.array ?? []).flatMap(fakes) + (value.object?.members ?? []).flatMap { fakes(in: $0.value) }
    }
}
