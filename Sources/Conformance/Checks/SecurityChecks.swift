import Cassettes
import Columns
import Pipeline
import Tributary

/// Group L: secrets stay where they are.
enum SecurityChecks {
    static let all = [neverInOutput, fieldsMarked]

    private static let neverInOutput = Check(
        "secret-never-in-output", group: .security, level: .fault,
        proves: "No secret of the config is in rows, logs, errors, URLs or the summary of a sync.",
        method:
            "A full read that succeeds, one that is refused with 401 and one that is answered with 500; all that came out "
            + "is searched for the config's secrets, at the most talkative log level.",
        likelyCause: "A secret is revealed into a text, a row or a query parameter. Hand it over as a Secret.",
        profile: .quick, isWaivable: false, catches: "secret-in-the-log", "credentials-inside-rows"
    ) { input in
        let secrets = input.secrets
        if secrets.isEmpty { return .notApplicable("The config of the scenario holds no secret.") }
        return try await Bench.judging(input) { bench in
            var texts: [(String, String)] = []
            for status in [nil, 401, 500] {
                let upstream: any Upstream =
                    try status.map {
                        let fault = WireFault.status($0, ["error": ["message": "no"]], at: nil)
                        return FaultyUpstream(base: try bench.upstream(), fault: fault)
                    } ?? bench.upstream()
                let run = try await bench.run(bench.plan(.fullRefresh), of: upstream)
                texts += run.log.lines(last: 10_000).map { ("the log of \(upstream.name)", $0) }
                texts.append(("the summary", run.summary.map { "\($0)" } ?? ""))
            }
            texts += try await bench.emitted(bench.upstream()).map { ("a row", JSONValue.object($0).text) }
            let leaks = texts.filter { text in secrets.contains { text.1.contains($0) } }
            guard let first = leaks.first else { return [] }
            let shown = leaks.map { leak in secrets.reduce(leak.1) { $0.replacing($1, with: Secret.mask) } }
            return [
                Finding(
                    at: first.0, expected: "no secret", actual: "\(leaks.count) texts hold a secret of the config.",
                    witness: shown.map { String($0.prefix(160)) })
            ]
        }
    }

    private static let fieldsMarked = Check(
        "secret-fields-marked", group: .security, level: .static, scope: .source,
        proves: "Every field that takes a credential is declared as a secret.",
        method: "The names of all fields of the form are searched for the usual words.",
        likelyCause: "The property's type is String: make it Secret.", profile: .quick, isWaivable: false,
        catches: "key-field-in-clear"
    ) { input in
        let fields = allFields(input.source.form.fields)
        let open = fields.filter { inputs.contains($0.type) && soundsSecret($0.name) && $0.secret != true }
        let findings = open.map {
            Finding(
                at: "form field \($0.name)", expected: "a secret",
                actual: "It is an ordinary field of type \($0.type.rawValue).")
        }
        return .judged(findings, looked: Counters(items: fields.count))
    }

    private static func allFields(_ fields: [FormField]) -> [FormField] {
        fields.flatMap { field in
            [field] + allFields(field.fields ?? []) + allFields((field.options ?? []).flatMap { $0.fields ?? [] })
        }
    }

    private static let inputs: Set<FormField.FieldType> = [.text, .email, .search, .url, .password, .textarea, .number]

    /// Said here a second time, so that the kit does not judge a source by the library's own list.
    private static func soundsSecret(_ name: String) -> Bool {
        let words = ["password", "passphrase", "secret", "token", "api_key", "apikey", "access_key", "private_key"]
        let harmless = ["_id", "_url", "_type", "_kind", "_name", "_expires_at"]
        return words.contains(where: name.contains) && !harmless.contains(where: name.hasSuffix)
    }
}

extension Scenario {
    /// The first state, where the scenario reads tables with credentials that work.
    var goodState: String? {
        let showsRefusal = manifest.covers.contains { $0.hasPrefix("errors:") || $0.hasPrefix("error:") }
        return manifest.schemas.isEmpty || showsRefusal ? nil : manifest.states.first?.name
    }
}
