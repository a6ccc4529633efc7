import Cassettes
import Columns
import Foundation
import Pipeline
import Tributary

/// Secrets in what comes out, in what is stored, and on their way.
enum SecretChecks {
    static let all = [
        neverInOutput, errorBodyNotLogged, fieldsMarked, neverInFixtures, onlyToAllowedHosts, ownConnection,
        reentryOnHostChange, tlsVerification,
    ]

    private static let neverInOutput = Check(
        "secret-never-in-output", group: .security, level: .fault,
        proves:
            "No secret of the config, and no part of one, is in rows, logs, errors, URLs, the lake or the summary of a "
            + "sync or a validation; requests carry secrets as such, and not as plain text.",
        method:
            "Validations that are accepted and refused, and reads that succeed, are refused with 404 and with 401 in words "
            + "that quote the credentials, fail with 500, break off and cannot be parsed; all that came out is searched for "
            + "the config's secrets in plain, percent-encoded, base 64, hexadecimal, JSON-escaped and truncated form, at the "
            + "most talkative log level. "
            + "Where a model answers, the secrets are of the kit's own, and six letters of one are enough. Of a database the "
            + "connection, statements and the last rows fail in turn, the list of tables is searched as well, and errors are "
            + "searched as the source throws them, before the runtime masks the secrets that it knows.",
        likelyCause: "A secret is revealed into a text, a row or a query parameter. Hand it over as a Secret.",
        profile: .quick, isWaivable: false, catches: "secret-in-the-log", "credentials-inside-rows",
        "secret-in-error-message-url", "secret-encoded-in-the-log", "end-of-the-key-in-the-log",
        "beginning-of-the-key-in-the-error", "reason-that-quotes-the-key-in-the-log",
        "credentials-in-the-validation-error", "secret-in-a-plain-header", "database-password-in-the-log",
        "database-password-in-the-error", "database-password-in-the-position", "database-login-in-the-error"
    ) { input in
        let input = try await input.strengthened()
        let canaries = input.canaries
        let search = SecretSearch(canaries)
        if canaries.secrets.isEmpty { return .notApplicable("The config of the scenario holds no secret.") }
        if DatabaseTales.areTold(in: input) { return try await DatabaseTales.secrets(input, search) }
        return try await StormBench.judging(input) { weather in
            let faults: [WireFault] =
                [.none, .quotingRefusal(401), .refusal(500)]
                + (input.profile == .quick
                    ? [] : [.refusal(404), .reset, WireFault.disguised[3], .cut(.closed, after: 0.5)])
            let refusals: [WireFault] = input.profile == .quick ? [] : [.refusal(403), .refusal(500), .reset]
            for fault in [.none, .quotingRefusal(401)] + refusals {
                let findings = try await search.validation(weather, under: fault)
                if !findings.isEmpty { return findings }
            }
            for read in weather.reads.prefix(input.profile == .quick ? 1 : 2) {
                for fault in faults {
                    let index = fault.what == "nothing" ? -1 : read.journal.count - 1
                    let storm = try await weather.storm(fault.from(max(0, index)), read)
                    if index < 0 {
                        let findings =
                            search.bare(in: read.journal, at: read.name)
                            + search.findings(weather.rows(read), at: read.name)
                        if !findings.isEmpty { return findings }
                    }
                    let findings = try await search.findings(storm)
                    if !findings.isEmpty { return findings }
                }
            }
            return []
        }
    }

    private static let errorBodyNotLogged = Check(
        "error-body-not-logged", group: .security, level: .fault,
        proves:
            "What an upstream says gets into no log and no stored error, but for the reason of a refusal: neither the "
            + "rest of its body nor the rows.",
        method: "Refusals whose bodies hold a person's data and a session beside the message, as JSON, HTML and text; "
            + "logs, errors and summary are searched for them. The model's rows get a mark in their texts, and logs and "
            + "errors of reads that succeed and fail are searched for it, those of a database as well. The texts among the "
            + "parameters of a database's statements, which are values of rows, must not be in errors either, also where a "
            + "resumed read fails.",
        likelyCause: "The body of a failed request is logged or put into the error as a whole, or rows are logged.",
        isWaivable: false, catches: "error-body-in-the-log", "error-body-in-the-error", "rows-in-the-log",
        "database-rows-in-the-log", "statement-parameters-in-the-error"
    ) { input in
        if DatabaseTales.areTold(in: input) { return try await DatabaseTales.rows(input) }
        return try await StormBench.judging(input) { weather in
            let told = try await MarkedRows.mustNotBeTold(weather)
            if !told.isEmpty { return told }
            let search = SecretSearch(Canaries(WireFault.personal), for: "detail of the answer")
            for read in weather.reads {
                for fault in WireFault.talkative {
                    for index in read.indices(2) {
                        let storm = try await weather.storm(fault.from(index), read)
                        let findings = try await search.findings(storm)
                        if !findings.isEmpty { return findings }
                    }
                }
            }
            return []
        }
    }

    private static let fieldsMarked = Check(
        "secret-fields-marked", group: .security, level: .static, scope: .source,
        proves: "Every field that takes a credential is declared as a secret.",
        method: "The names of all fields of the form are searched for the usual words.",
        likelyCause: "The property's type is String: make it Secret.", profile: .quick, isWaivable: false,
        catches: "key-field-in-clear"
    ) { input in
        let fields = input.source.form.allFields
        let open = fields.filter { inputs.contains($0.type) && soundsSecret($0.name) && $0.secret != true }
        let findings = open.map {
            Finding(
                at: "form field \($0.name)", expected: "a secret",
                actual: "It is an ordinary field of type \($0.type.rawValue).")
        }
        return .judged(findings, looked: Counters(items: fields.count))
    }.needing(.fields)

    private static let inputs: Set<FormField.FieldType> = [.text, .email, .search, .url, .password, .textarea, .number]

    /// Said here a second time, so that the kit does not judge a source by the library's own list.
    private static func soundsSecret(_ name: String) -> Bool {
        let words = ["password", "passphrase", "secret", "token", "api_key", "apikey", "access_key", "private_key"]
        let harmless = ["_id", "_url", "_type", "_kind", "_name", "_expires_at"]
        return words.contains(where: name.contains) && !harmless.contains(where: name.hasSuffix)
    }

    private static let neverInFixtures = Check(
        "secret-never-in-fixtures", group: .security, level: .static, scope: .source,
        proves: "The scenario's files hold no key, token, cookie or signed link, and no data of a person.",
        method:
            "Every file of the scenario is scanned, inside base 64, gzip and JSON within text as well, by the rules "
            + "behind `tributary fixtures scan` and with its allow-list.",
        likelyCause: "The recording was not redacted: record anew, with a rule for the value in redaction.json.",
        profile: .quick, isWaivable: false, catches: "token-left-in-the-recording"
    ) { input in
        // Entries of the allow-list that have run out are judged by `fixtures scan`, which knows the day, and the places
        // of this machine by the check of personal data.
        let report = try input.memo.leaks(today: "2000-01-01")
        let findings = report.findings.filter { $0.rule != .place }.prefix(10).map { leak in
            Finding(
                at: "\(leak.file), \(leak.place)", expected: "nothing that must not be published",
                actual: "It holds \(leak.what) (\(leak.rule.rawValue)).",
                witness: [leak.excerpt, "fingerprint \(leak.fingerprint)"], file: leak.file, line: leak.line)
        }
        return .judged(Array(findings), looked: Counters(items: report.files))
    }

    private static let onlyToAllowedHosts = Check(
        "secret-only-to-allowed-hosts", group: .security, level: .fault,
        proves: "Credentials go to the upstream's own origin and to no other, whatever an answer says.",
        method:
            "Answers redirect to another host and hold links to another host, another port, a host whose name begins "
            + "like the own, and one without encryption. Every request to a stranger is searched for credentials.",
        likelyCause: "Addresses out of answers are requested with the client's own credentials.", isWaivable: false,
        catches: "credentials-follow-a-redirect", "next-link-to-foreign-host"
    ) { input in
        try await StormBench.judging(input) { weather in
            let faults = [.strangerRedirect] + WireFault.Link.astray.map { WireFault.links($0) }
            return try await weather.first(of: faults, limit: 2, isLasting: true) { fault, read in
                try await weather.storm(fault, read).mustKeepCredentialsHome()
            }
        }
    }

    private static let reentryOnHostChange = Check(
        "secret-reentry-on-host-change", group: .security, level: .static,
        proves: "A config whose host was changed does not use the secret of the old host: it has to be entered again.",
        method:
            "Fields that decide the host are found by giving them another one and looking where requests go. With the "
            + "host changed and the secrets left out, the config must be refused, or no secret may be sent.",
        likelyCause: "A secret is remembered beside the config and outlives a change of the host.", isWaivable: false,
        catches: "secret-kept-for-another-host"
    ) { input in
        try await HostTaint.judging(input) { taint in
            for field in taint.fields {
                let findings = try await taint.withoutSecrets(field)
                if !findings.isEmpty { return findings }
            }
            return []
        }
    }

    private static let tlsVerification = Check(
        "tls-verification-on", group: .security, level: .static,
        proves: "Secrets travel over TLS alone, and no setting turns the checking of certificates off by default.",
        method:
            "Every request of a read that carries a secret must go to an https address, and the form may have no field "
            + "that by its default turns certificates or host names unchecked. That the live client refuses wrong, expired "
            + "and self-signed certificates is proved against a real server in the transports' tests. A database is connected to with "
            + "TLS, unless a field of the form turns it off.",
        likelyCause:
            "The base URL begins with http (a server without TLS can answer for the https address that users have: "
            + "tributary record --stand-in), or a switch such as «verify certificates» is off by default.",
        isWaivable: false, catches: "base-url-without-encryption", "certificates-unchecked-by-default",
        "database-without-encryption"
    ) { input in
        let lax = input.source.form.allFields.filter(\.turnsCheckingOff)
        if let field = lax.first {
            return .failed([
                Finding(
                    at: "form field \(field.name)", expected: "certificates are checked unless a user says otherwise",
                    actual: "By its default the field leaves them unchecked.")
            ])
        }
        if DatabaseTales.areTold(in: input) { return try await DatabaseTales.encryption(input) }
        let canaries = input.canaries
        return try await StormBench.judging(input) { weather in
            for read in weather.reads {
                for (index, entry) in read.journal.enumerated() where entry.request.url.lowercased().hasPrefix("http:")
                {
                    guard let place = Storm.secret(in: entry.request, canaries) else { continue }
                    return [
                        Finding(
                            at: "\(read.name), request \(index)", expected: "an https address",
                            actual: "A secret is sent without encryption, in \(place).",
                            witness: [canaries.masked("\(LoggedRequest(index: index, request: entry.request))")])
                    ]
                }
            }
            return []
        }
    }
}

extension SourceForm {
    /// All fields, those inside options and groups included.
    var allFields: [FormField] { Self.flat(fields) }

    private static func flat(_ fields: [FormField]) -> [FormField] {
        fields.flatMap { [$0] + flat($0.fields ?? []) + flat(($0.options ?? []).flatMap { $0.fields ?? [] }) }
    }
}

extension FormField {
    /// Whether a user may choose by this field whether the connection is encrypted: a switch, a mode, or a whole URL.
    var choosesEncryption: Bool {
        let words = [
            "tls", "ssl", "encrypt", "secure", "connection", "url", "uri", "dsn", "mode", "options", "parameters",
        ]
        return words.contains { name.lowercased().contains($0) }
    }

    /// Whether the default of this field leaves certificates unchecked.
    fileprivate var turnsCheckingOff: Bool {
        let name = name.lowercased()
        let isAboutTLS = ["tls", "ssl", "cert", "verif", "hostname_check"].contains { name.contains($0) }
        guard isAboutTLS, let value = defaultValue ?? self.default else { return false }
        let isOn =
            switch value {
            case .bool(let isOn): isOn
            case .string(let text): ["true", "yes", "on", "1"].contains(text.lowercased())
            case .int(let number): number != 0
            case .double(let number): number != 0
            }
        if ["insecure", "skip", "disable", "ignore", "allow_invalid", "no_verify"].contains(where: name.contains) {
            return isOn
        }
        return name.contains("verif") && !isOn
    }
}

extension WireFault {
    /// What the talkative refusals hold that is nobody else's business.
    static let personal = ["edna.krabappel.4711@mail.invalid", "sess-9f3c77aa1b-private", "4929-1188-0042-7731"]

    /// Refusals with a person's data beside the message.
    static let talkative: [WireFault] = [
        .status(
            500,
            [
                "error": ["message": "Something broke.", "code": "internal"],
                "debug": [
                    "customer": .string(personal[0]), "session": .string(personal[1]), "card": .string(personal[2]),
                ],
            ]),
        .status(422, ["error": ["message": "Not like this."], "request": ["body": ["email": .string(personal[0])]]]),
        WireFault("status 500 with a page for people") { exchange in
            let filler = String(repeating: "<p>An error has occurred.</p>", count: 20)
            let page = "<html><body>\(filler)<pre>user=\(personal[0]) card=\(personal[2])</pre></body></html>"
            return exchange.response(500, [("Content-Type", "text/html")], Array(page.utf8))
        },
        .instead(
            "status 200 with a page for people", "text/html",
            "<html><body>\(String(repeating: "<p>Sign in</p>", count: 40))<pre>user=\(personal[0])</pre></body></html>"),
    ]
}
