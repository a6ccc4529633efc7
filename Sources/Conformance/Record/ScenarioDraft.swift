import Cassettes
import Columns
import Foundation
import Tributary

/// A scenario on its way to the disk: what was recorded of one state, redacted, beside what is there of the others.
struct ScenarioDraft {
    let plan: RecordingPlan
    let source: String
    /// What is there of the scenario; empty when it is new.
    let existing: ScenarioFiles
    let tables: [RecordedTable]
    let redacted: Redaction.Result
    var entries: [DraftEntry]
    private let drafts: DraftEntries
    /// The OAuth accounts of the config, as a manifest has them.
    var accounts: [JSONValue] = []
    /// The digest of a model that is wholly the recorder's proposal; nil where somebody wrote in it.
    var proposedModel: String?
    /// The statements of a database's state; nil where HTTP was recorded.
    var seed: [UInt8]?

    /// - Throws: `SourceError` of kind `invalidFixture`.
    init(
        plan: RecordingPlan, source: String, existing: ScenarioFiles, runs: RecordedRuns, redacted: Redaction.Result
    ) throws {
        self.plan = plan
        self.source = source
        self.existing = existing
        tables = runs.tables
        self.redacted = redacted
        var rules = MatchRules()
        rules.headers = redacted.comparedHeaders
        drafts = DraftEntries(modes: runs.modes, rules: rules)
        entries = try drafts.entries(redacted.exchanges, redacted: redacted.countsByExchange)
        keepWeather()
    }

    /// Leaves out what no replay asks for, and says of the rest which runs do.
    mutating func keep(_ outcome: DryReplay.Outcome) {
        entries.removeAll { outcome.unused.contains($0.id) }
        entries = drafts.asked(entries, outcome.asked)
        keepWeather()
    }

    /// The manifest that is there.
    private var manifest: JSONValue? {
        existing.files["manifest.json"].flatMap { try? JSONValue(parsing: $0) }
    }

    /// What was recorded of the state before now: entries by id.
    private var before: [String: JSONValue] {
        let har = existing.files["\(plan.state).har"].flatMap { try? JSONValue(parsing: $0) }
        let entries = har?["log"]?["entries"]?.array ?? []
        return Dictionary(entries.compactMap { entry in entry["_id"]?.string.map { ($0, entry) } }) { first, _ in first
        }
    }

    /// Header fields, and an order of members, that differ with each answer stay as they were where the answer itself is
    /// the same.
    private mutating func keepWeather() {
        let before = before
        if before.isEmpty { return }
        for index in entries.indices {
            guard let old = before[entries[index].id], old["request"]?["url"]?.string == entries[index].exchange.url,
                entries[index].exchange.keepBody(body(of: old))
            else { continue }
            let fields = (old["response"]?["headers"]?.array ?? []).compactMap { field -> (String, String)? in
                guard let name = field["name"]?.string, let value = field["value"]?.string else { return nil }
                return (name, value)
            }
            guard fields.map(\.0).sorted() == entries[index].exchange.responseHeaders.map(\.name).sorted() else {
                continue
            }
            entries[index].exchange.setResponseHeaders(fields)
        }
    }

    private func body(of entry: JSONValue) -> [UInt8] {
        let content = entry["response"]?["content"]
        if let path = content?["_file"]?.string { return existing.files[path] ?? [] }
        return content?["text"]?.string.map { Array($0.utf8) } ?? []
    }

    /// Whether the model that is there is a proposal that nobody has touched, or there is none.
    var hasOwnModel: Bool {
        guard let model = existing.files["model.json"] else { return true }
        return manifest?["provenance"]?["modelSeal"]?.string == ScenarioFiles.digest(model)
    }

    // MARK: Files

    /// All files of the scenario, but for `model.json` and the figures.
    func files() -> ScenarioFiles {
        var files = existing
        if let seed {
            files.files["seed/\(plan.state).sql"] = seed
            return files
        }
        files.files["\(plan.state).har"] = nil
        let others = Self.bodies(in: files)
        for path in files.files.keys where path.hasPrefix("bodies/") && !others.contains(path) {
            files.files[path] = nil
        }
        let writer = HARWriter(
            scenario: plan.scenario, state: plan.state, clock: plan.clock, provenance: "recorded")
        let kept = files.files.filter { $0.key.hasPrefix("bodies/") }
        let output = writer.write(entries, existing: kept)
        files.files.merge(output.bodies) { $1 }
        files.files["\(plan.state).har"] = output.har
        return files
    }

    /// The bodies that HAR files name.
    static func bodies(in files: ScenarioFiles) -> Set<String> {
        var names: Set<String> = []
        for (path, content) in files.files where path.hasSuffix(".har") {
            let entries = (try? JSONValue(parsing: content))?["log"]?["entries"]?.array ?? []
            for entry in entries {
                for content in [entry["response"]?["content"], entry["request"]?["postData"]] {
                    if let name = content?["_file"]?.string { names.insert(name) }
                }
            }
        }
        return names
    }

    // MARK: The manifest

    /// The manifest; parts that a person wrote stay.
    ///
    /// - Parameter expected: figures of this state by table.
    func manifest(expected: JSONObject, seal: String, covers: [String]) -> JSONObject {
        var manifest = manifest?.object ?? JSONObject()
        let title = plan.title ?? manifest["title"]?.string ?? "\(plan.source.description.label): \(plan.scenario)"
        manifest["format"] = 1
        manifest["source"] = .string(source)
        manifest["title"] = .string(title)
        let old = manifest["covers"]?.array?.compactMap(\.string) ?? []
        manifest["covers"] = .array((old + covers.filter { !old.contains($0) }).map { .string($0) })
        manifest["schemas"] = .object(schemas(manifest["schemas"]?.object ?? JSONObject()))
        if manifest["config"] == nil { manifest["config"] = .object(redacted.config) }
        if manifest["integrations"] == nil, !accounts.isEmpty { manifest["integrations"] = .array(accounts) }
        manifest["provenance"] = .object(provenance(manifest["provenance"]?.object ?? JSONObject(), seal: seal))
        manifest["states"] = .array(states(manifest["states"]?.array ?? []))
        let match = matching(manifest["match"]?.object ?? JSONObject())
        manifest["match"] = match.isEmpty ? nil : .object(match)
        var limits = manifest["limits"]?.object ?? JSONObject()
        for name in RecordingLimits.names { limits[name] = plan.limits.json[name] }
        let known = limits["readOnlyPaths"]?.array?.compactMap(\.string) ?? []
        let readOnly = known + ReadOnlyPaths.of(redacted.exchanges).filter { !known.contains($0) }
        if !readOnly.isEmpty { limits["readOnlyPaths"] = .array(readOnly.map { .string($0) }) }
        if !limits.isEmpty { manifest["limits"] = .object(limits) }
        var figures = manifest["expected"]?.object ?? JSONObject()
        figures[plan.state] = .object(expected)
        manifest["expected"] = .object(figures)
        return manifest
    }

    private func schemas(_ old: JSONObject) -> JSONObject {
        var schemas = old
        for table in tables {
            var entry = JSONObject([("mode", .string(table.mode.rawValue))])
            if let field = table.field {
                entry["field"] = .string(field.name)
                entry["type"] = .string(field.type.rawValue)
            }
            if !table.primaryKeys.isEmpty { entry["keys"] = .array(table.primaryKeys.map { .string($0) }) }
            if let sort = table.sortMode { entry["sort"] = sort == .descending ? "desc" : "asc" }
            schemas[table.schema.name] = .object(entry)
        }
        return schemas
    }

    private func provenance(_ old: JSONObject, seal: String) -> JSONObject {
        var provenance = old
        provenance["kind"] = provenance["kind"] ?? "recorded"
        let isUnchanged = old["seal"]?.string == seal
        if !isUnchanged || provenance["recordedAt"] == nil {
            provenance["recordedAt"] = .string(plan.today)
            provenance["verifiedAt"] = .string(plan.today)
        }
        provenance["recorder"] = "tributary record 1"
        provenance["apiVersion"] = .string(plan.apiVersion ?? old["apiVersion"]?.string ?? version)
        provenance["pseudonyms"] = .string(redacted.keyFingerprint)
        provenance["seal"] = .string(seal)
        provenance["modelSeal"] = proposedModel.map { .string($0) }
        return provenance
    }

    /// The version that requests or answers name, or the paths; APIs without one have none.
    private var version: String {
        for entry in entries {
            let fields = entry.exchange.requestHeaders + entry.exchange.responseHeaders
            if let field = fields.first(where: { $0.name.contains("version") && $0.name != "x-runtime-version" }) {
                return field.value
            }
        }
        for entry in entries {
            let path = URLComponents(string: entry.exchange.url)?.path ?? ""
            let part = path.split(separator: "/").first { $0.first == "v" && $0.dropFirst().first?.isNumber == true }
            if let part { return String(part) }
        }
        return "unversioned"
    }

    private func states(_ old: [JSONValue]) -> [JSONValue] {
        var state = old.first { $0["name"]?.string == plan.state }?.object ?? JSONObject()
        state["name"] = .string(plan.state)
        state["clock"] = .string(Self.moment(plan.clock))
        state["story"] = .string(plan.story ?? state["story"]?.string ?? "as it was on \(plan.today)")
        if seed == nil {
            state["http"] = .string("\(plan.state).har")
        } else {
            state["seed"] = .string("seed/\(plan.state).sql")
        }
        var states = old
        if let index = states.firstIndex(where: { $0["name"]?.string == plan.state }) {
            states[index] = .object(state)
        } else {
            states.append(.object(state))
        }
        return states
    }

    private func matching(_ old: JSONObject) -> JSONObject {
        var match = old
        var headers = old["headers"]?.array?.compactMap(\.string) ?? []
        headers += redacted.comparedHeaders.filter { !headers.contains($0) }
        if !headers.isEmpty { match["headers"] = .array(headers.map { .string($0) }) }
        return match
    }

    static func moment(_ microseconds: Int64) -> String {
        Date(timeIntervalSince1970: Double(microseconds / 1_000_000)).formatted(.iso8601)
    }
}
