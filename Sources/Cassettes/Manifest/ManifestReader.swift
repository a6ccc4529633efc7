import Columns
import Foundation
import Tributary

/// Reads and checks `manifest.json`.
struct ManifestReader {
    private static let known: Set<String> = [
        "format", "source", "sourceVersion", "title", "covers", "schemas", "config", "provenance", "states", "match",
        "expected", "variants", "limits", "allowLarge", "waivers", "notes", "integrations",
    ]

    let root: FixtureValue

    func manifest() throws -> Manifest {
        try root.allowOnly(Self.known)
        let format = try root.member("format")
        guard try format.int() == 1 else { throw format.fail("only format 1 is known") }
        let states = try states()
        let schemas = try root.optional("schemas")?.members().map { try schema($0.name, $0.value) } ?? []
        return Manifest(
            source: try root.member("source").string(), title: try root.member("title").string(),
            covers: try root.optional("covers")?.strings() ?? [], schemas: schemas,
            config: try config(), provenance: try provenance(root.member("provenance")), states: states,
            match: try root.optional("match").map(match) ?? MatchRules(),
            expected: try expected(states: states, schemas: schemas),
            notes: try root.optional("notes")?.strings() ?? [],
            integrations: try root.optional("integrations")?.array().map(integration) ?? [], document: root.value)
    }

    private func config() throws -> JSONObject {
        guard let config = try root.optional("config") else { return JSONObject() }
        _ = try config.members()
        return FakeSecret.materialized(config.value).object ?? JSONObject()
    }

    private func states() throws -> [Manifest.State] {
        let list = try root.member("states")
        let values = try list.array()
        guard !values.isEmpty else { throw list.fail("at least one state is needed") }
        var states: [Manifest.State] = []
        for value in values {
            let state = try state(value)
            if states.contains(where: { $0.name == state.name }) {
                throw value.fail("the state \"\(state.name)\" comes twice")
            }
            if let last = states.last, state.clock <= last.clock {
                throw value.fail("its clock must be later than that of \"\(last.name)\"")
            }
            states.append(state)
        }
        return states
    }

    private func state(_ value: FixtureValue) throws -> Manifest.State {
        try value.allowOnly(["name", "clock", "story", "http", "db", "seed"])
        return Manifest.State(
            name: try value.member("name").string(), clock: try value.member("clock").moment(),
            story: try value.optional("story")?.string() ?? "", http: try value.optional("http").map(path),
            database: try value.optional("db").map(path), seed: try value.optional("seed").map(path))
    }

    private func path(_ value: FixtureValue) throws -> String {
        do {
            return try FixturePath(value.string()).text
        } catch let problem as FixturePath.Problem {
            throw value.fail(problem.text)
        }
    }

    private func schema(_ name: String, _ value: FixtureValue) throws -> Manifest.Schema {
        try value.allowOnly(["mode", "field", "type", "keys", "sort", "rows"])
        let type: CursorType = try value.optional("type")?.choice() ?? .datetime
        return Manifest.Schema(
            name: name, mode: try value.member("mode").choice(),
            field: try value.optional("field").map { IncrementalField(try $0.string(), type) },
            primaryKeys: try value.optional("keys")?.strings() ?? [],
            sortMode: try value.optional("sort").map(sortMode))
    }

    private func sortMode(_ value: FixtureValue) throws -> SortMode {
        switch try value.string() {
        case "asc", "ascending": .ascending
        case "desc", "descending": .descending
        case let other: throw value.fail("\"\(other)\" is neither \"asc\" nor \"desc\"")
        }
    }

    private func provenance(_ value: FixtureValue) throws -> Manifest.Provenance {
        let provenance = Manifest.Provenance(
            kind: try value.member("kind").choice(), docs: try value.optional("docs")?.strings() ?? [],
            guessed: try value.optional("guessed")?.strings() ?? [],
            apiVersion: try value.optional("apiVersion")?.string(), details: value.value.object ?? JSONObject())
        if provenance.kind == .documented && provenance.docs.isEmpty {
            throw value.fail("documented material must name the pages that it follows in \"docs\"")
        }
        if provenance.kind == .recordedEdited, try value.optional("edits") == nil {
            throw value.fail("edited material must give its reasons in \"edits\"")
        }
        return provenance
    }

    private func match(_ value: FixtureValue) throws -> MatchRules {
        try value.allowOnly(["headers", "ignoreQuery", "ignoreBody", "unorderedParams", "hosts", "order"])
        var rules = MatchRules()
        rules.headers = try value.optional("headers")?.array().map(comparedHeader) ?? []
        rules.ignoredQuery = try value.optional("ignoreQuery").map(reasons) ?? [:]
        rules.ignoredBody = try value.optional("ignoreBody").map(reasons) ?? [:]
        rules.unorderedParameters = try value.optional("unorderedParams")?.strings() ?? []
        rules.hosts = try value.optional("hosts").map(texts) ?? [:]
        rules.order = try value.optional("order")?.choice() ?? .perKey
        return rules
    }

    private func comparedHeader(_ value: FixtureValue) throws -> String {
        let name = try value.string().lowercased()
        guard !MatchRules.neverCompared.contains(name) else {
            throw value.fail("the field \"\(name)\" says nothing about the question and is never compared")
        }
        return name
    }

    /// What is ignored, with the reason that each entry must have.
    private func reasons(_ value: FixtureValue) throws -> [String: String] {
        try texts(value).mapValues { reason in
            guard !reason.isEmpty else { throw value.fail("each ignored name needs its reason") }
            return reason
        }
    }

    private func texts(_ value: FixtureValue) throws -> [String: String] {
        try Dictionary(value.members().map { ($0.name, try $0.value.string()) }, uniquingKeysWith: { $1 })
    }

    /// Figures are for states and schemas that exist; their content belongs to whoever compares it.
    private func expected(states: [Manifest.State], schemas: [Manifest.Schema]) throws -> JSONObject {
        guard let expected = try root.optional("expected") else { return JSONObject() }
        for state in try expected.members() {
            guard states.contains(where: { $0.name == state.name }) else {
                throw state.value.fail("there is no state of this name")
            }
            for schema in try state.value.members() where !schemas.contains(where: { $0.name == schema.name }) {
                throw schema.value.fail("there is no such schema in \"schemas\"")
            }
        }
        return expected.value.object ?? JSONObject()
    }

    private func integration(_ value: FixtureValue) throws -> Integration {
        try value.allowOnly(["id", "kind", "label", "accessToken"])
        let token = try value.member("accessToken")
        guard let text = FakeSecret.text(of: token.value) else {
            throw token.fail("a fake such as {\"fake\": \"stripe.accessToken\", \"n\": 1} should be here")
        }
        return Integration(
            id: Int64(try value.member("id").int()), kind: try value.member("kind").string(),
            label: try value.optional("label")?.string() ?? "", accessToken: Secret(text))
    }
}
