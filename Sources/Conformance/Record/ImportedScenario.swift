import Cassettes
import Columns
import Foundation
import Tributary

/// Makes a scenario of somebody else's recording: redacted and scanned as our own are, and marked as derived.
public struct ImportedScenario: Sendable {
    let source: AnySource
    let config: JSONValue
    let name: String
    let fixtures: URL
    let origin: String
    let today: String
    let key: [UInt8]

    /// - Parameters:
    ///   - fixtures: the folder of all fixtures.
    ///   - origin: where the recording comes from.
    ///   - today: such as `2026-12-31`.
    public init(
        source: AnySource, config: JSONValue, name: String, fixtures: URL, origin: String, today: String, key: [UInt8]
    ) {
        self.source = source
        self.config = config
        self.name = name
        self.fixtures = fixtures
        self.origin = origin
        self.today = today
        self.key = key
    }

    /// Writes the scenario and gives its folder.
    ///
    /// - Throws: `SourceError`: of kind `invalidConfig` when the scenario is there, `invalidFixture` for what must not be
    ///   published.
    public func write(_ imported: HARImport, clock: Int64) throws -> URL {
        let type = source.description.type.lowercased()
        let folder = fixtures.appending(path: type).appending(path: name)
        guard !FileManager.default.fileExists(atPath: folder.path) else {
            throw SourceError(
                .invalidConfig, "Importing \(type)/\(name): there is a scenario of this name.",
                advice: "Choose another with --scenario.")
        }
        guard !imported.exchanges.isEmpty else {
            throw SourceError(
                .invalidFixture, "Importing \(type)/\(name): the file holds no request of an API.",
                advice: "Check --host; pages, styles, scripts and pictures are left out.")
        }
        let configured = try source.configure(config)
        var redaction = Redaction(
            source: type, rules: try RedactionRules(folder: fixtures.appending(path: type)), key: key)
        let redacted = redaction.redact(
            imported.exchanges, config: configured.storedConfig, masked: configured.maskedConfig)
        let entries = try DraftEntries(modes: [:], rules: MatchRules()).entries(
            redacted.exchanges, redacted: redacted.countsByExchange)
        let output = HARWriter(scenario: name, state: "t0", clock: clock, provenance: "derived").write(entries)
        var files = ScenarioFiles(output.bodies)
        files.files["t0.har"] = output.har
        let manifest = manifest(type, redacted, imported.creator, clock: clock, seal: files.seal)
        files.files["manifest.json"] = manifest.document
        try LeakGate(fixtures: fixtures, source: type, today: today).check(
            files, name: "\(type)/\(name)", originals: redacted.originals)
        try files.write(to: folder)
        return folder
    }

    private func manifest(
        _ type: String, _ redacted: Redaction.Result, _ creator: String, clock: Int64, seal: String
    ) -> JSONValue {
        [
            "format": 1, "source": .string(type), "title": .string("\(source.description.label): \(name)"),
            "schemas": .object(JSONObject()), "config": .object(redacted.config),
            "provenance": [
                "kind": "derived", "origin": .string(origin), "recorder": .string(creator),
                "recordedAt": .string(today), "pseudonyms": .string(redacted.keyFingerprint), "seal": .string(seal),
            ],
            "states": [
                [
                    "name": "t0", "clock": .string(ScenarioDraft.moment(clock)),
                    "story": .string("as \(creator) saw it"),
                    "http": "t0.har",
                ]
            ],
        ]
    }
}
