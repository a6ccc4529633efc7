import Columns
import Tributary

/// A small correct source whose host a user chooses, as of self-hosted software; wrong in one way where its config says so.
struct HostedSource: Source {
    static let description = SourceDescription(
        type: "Specimen", label: "Specimen with a host", category: .crm, docs: "https://specimen.example/docs")

    struct Config: FormFields {
        @Input("Host") var host: String
        /// Some installations let everybody read.
        @Input("API key") var apiKey: Secret?
        /// The fault to be shown, by its name; none is the clean twin.
        @Input("Fault") var fault: String?

        init() {}
    }

    /// The last key that any config held: what the fault keeps.
    private static let keptKey = Lock<Secret?>(nil)

    init() {}

    func validateCredentials(_ config: Config, schema: String?, in context: SourceContext) async throws {
        let client = try client(config, context)
        if let schema { return try await client.probe(schema, from: [HostedSource.contacts]) }
        _ = try await client.get("/api/me")
    }

    func schemas(for config: Config, in context: SourceContext) async throws -> [SourceSchema] {
        [Self.contacts.schema]
    }

    func read(_ inputs: SourceInputs, with config: Config, in context: SourceContext) async throws -> SourceResponse {
        try client(config, context).response(to: inputs, from: [Self.contacts])
    }

    private func client(_ config: Config, _ context: SourceContext) throws -> RESTClient {
        var key = config.apiKey
        if config.fault == "secret-kept-for-another-host" {
            key = Self.keptKey.withLock { kept in
                kept = key ?? kept
                return kept
            }
        }
        return RESTClient(
            context, baseURL: "https://\(config.host)", authorization: key.map { .bearer($0) } ?? .none,
            pageSize: PageSize("per_page", 50), followsRedirects: false)
    }

    fileprivate static let contacts = RESTEndpoint(
        "contacts", path: "/api/contacts", primaryKeys: ["id"], rows: "contacts", partitioning: .md5(),
        paginator: .pageNumber(hasMore: "more"))
}

/// Wrong in its form: of the host a user chooses one label, and no rule says that it is one.
struct OpenLabelSpecimen: Source {
    static let description = HostedSource.description

    struct Config: FormFields {
        @Input("Host") var host: String
        @Input("API key") var apiKey: Secret?
        @Input("Fault") var fault: String?

        init() {}
    }

    init() {}

    func validateCredentials(_ config: Config, schema: String?, in context: SourceContext) async throws {
        let client = client(config, context)
        if let schema { return try await client.probe(schema, from: [HostedSource.contacts]) }
        _ = try await client.get("/api/me")
    }

    func schemas(for config: Config, in context: SourceContext) async throws -> [SourceSchema] {
        [HostedSource.contacts.schema]
    }

    func read(_ inputs: SourceInputs, with config: Config, in context: SourceContext) async throws -> SourceResponse {
        try client(config, context).response(to: inputs, from: [HostedSource.contacts])
    }

    private func client(_ config: Config, _ context: SourceContext) -> RESTClient {
        RESTClient(
            context, baseURL: "https://\(config.host).customer.example",
            authorization: config.apiKey.map { .bearer($0) } ?? .none, pageSize: PageSize("per_page", 50))
    }
}

extension Specimen {
    /// A list by page numbers on a host that a user chooses.
    static let hosted = Specimen(
        "hosted",
        faults: [
            SeededFault(
                "secret-kept-for-another-host", "Remembers the last key and uses it when the config has none.", .kit),
            SeededFault(
                "host-checked-only-at-creation", "Checks the host's address at validation, and not at each read.",
                .field),
            SeededFault("host-label-without-a-rule", "Makes a label of its host of whatever a user enters.", .kit),
        ],
        source: { fault in
            if fault?.name == "host-label-without-a-rule" { return AnySource(OpenLabelSpecimen.self) }
            return AnySource(HostedSource.self)
        },
        fixture: { fault in
            var fixture = HostedFixture.clean
            if fault?.name == "host-label-without-a-rule" {
                fixture.change("manifest.json", at: ["config", "host"]) { _ in "crm" }
            }
            return fixture
        },
        runtime: { fault in
            var runtime = LabRuntime()
            runtime.guardsReads = fault?.name != "host-checked-only-at-creation"
            return runtime
        })
}

/// The fixture of the hosted source: eleven contacts.
enum HostedFixture {
    static let clean = SpecimenFixture(
        "specimen/hosted", documents: ["manifest.json": manifest, "model.json": model, "t0.har": recording])

    private static let manifest: JSONValue = [
        "format": 1, "source": "specimen", "title": "Contacts on a host of the user's",
        "schemas": ["contacts": ["mode": "full-refresh", "keys": ["id"]]],
        "config": ["host": "crm.customer.example", "api_key": ["fake": "specimen.hostKey", "n": 1]],
        "provenance": ["kind": "synthetic"],
        "states": [["name": "t0", "clock": "2025-03-10T06:00:00Z", "http": "t0.har"]],
    ]

    private static let model: JSONValue = [
        "collections": [
            "contacts": ["key": "id", "mutable": ["name"], "from": [["path": "/api/contacts", "rows": "contacts"]]]
        ],
        "endpoints": [
            [
                "path": "/api/contacts", "collection": "contacts", "order": ["id"],
                "page": ["style": "page", "parameter": "page", "size": "per_page"],
                "envelope": ["contacts": "$rows", "more": "$more"],
            ]
        ],
    ]

    private static var recording: JSONValue {
        let contacts = (0..<11).map { index -> JSONValue in
            ["id": .string("c\(200 + index)"), "name": .string("Contact \(index)")]
        }
        let entries = [
            entry("me", "/api/me", ["id": "me"]),
            entry("contacts", "/api/contacts?page=1&per_page=50", ["contacts": .array(contacts), "more": false]),
        ]
        return [
            "log": ["version": "1.2", "creator": ["name": "specimen", "version": "1"], "entries": .array(entries)]
        ]
    }

    private static func entry(_ id: String, _ path: String, _ body: JSONValue) -> JSONValue {
        let request: JSONValue = [
            "method": "GET", "url": .string("https://crm.customer.example" + path),
            "headers": [["name": "authorization", "value": "Bearer fake-host-key-1"]],
        ]
        let response: JSONValue = [
            "status": 200, "headers": [["name": "Content-Type", "value": "application/json"]],
            "content": ["mimeType": "application/json", "text": .string(body.text)],
        ]
        var entry = JSONObject([
            ("_id", .string(id)), ("_replay", "repeat"), ("startedDateTime", "2025-03-10T06:00:00.000Z"), ("time", 0),
            ("request", request), ("response", response),
        ])
        if id == "contacts" { entry["_schema"] = ["contacts"] }
        return .object(entry)
    }
}
