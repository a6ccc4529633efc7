import Columns
import Tributary

/// What a scenario shows: `manifest.json`.
public struct Manifest: Sendable {
    /// One moment of the upstream.
    public struct State: Sendable {
        /// Such as `t0`.
        public var name: String
        /// The frozen "now", in microseconds since 1970.
        public var clock: Int64
        /// What changed upstream since the state before.
        public var story: String
        /// The HAR file, if HTTP was recorded.
        public var http: String?
        /// The database cassette, if there is one.
        public var database: String?
        /// The seed script, if there is one.
        public var seed: String?
    }

    /// How one schema is read in this scenario.
    public struct Schema: Sendable {
        /// As the source calls it.
        public var name: String
        /// How it is read.
        public var mode: SyncType
        /// The cursor field of an incremental read.
        public var field: IncrementalField?
        /// Columns that identify a row.
        public var primaryKeys: [String]
        /// The order in which rows come.
        public var sortMode: SortMode?
    }

    /// Where the material comes from, for readers who must know how far to trust it.
    public struct Provenance: Sendable {
        /// The kinds.
        public enum Kind: String, Sendable, Hashable, CaseIterable {
            /// As an upstream sent it.
            case recorded
            /// As an upstream sent it, but for edits that the manifest gives reasons for.
            case recordedEdited = "recorded-edited"
            /// Written after the vendor's published reference.
            case documented
            /// Invented.
            case synthetic
            /// Converted from somebody else's recording.
            case derived
        }

        /// Which kind it is.
        public var kind: Kind
        /// The pages that it follows, each with the day on which it was read.
        public var docs: [String]
        /// What the reference leaves open and was guessed.
        public var guessed: [String]
        /// The version of the upstream's API.
        public var apiVersion: String?
        /// The whole object, for what only a recorder needs.
        public var details: JSONObject
    }

    /// The source's type, in lower case.
    public var source: String
    /// One sentence that says what the scenario shows.
    public var title: String
    /// Behaviours that it covers, such as `pagination:cursor`.
    public var covers: [String]
    /// The schemas that it exercises, in order.
    public var schemas: [Schema]
    /// The source's config; secrets are made up when the scenario is opened, see ``FakeSecret``.
    public var config: JSONObject
    /// Where its material comes from.
    public var provenance: Provenance
    /// The upstream's moments, oldest first.
    public var states: [State]
    /// What of a request counts.
    public var match: MatchRules
    /// Figures by state and schema, from a reader of their own.
    public var expected: JSONObject
    /// Notes for readers.
    public var notes: [String]
    /// OAuth accounts that the config refers to by id.
    public var integrations: [Integration]
    /// The file as it was read; also what later tools need of it (`variants`, `limits`, `allowLarge`, `waivers`).
    public var document: JSONValue
}

/// Secrets of fixtures: `{"fake": "stripe.secretKey", "n": 1}` stands for `fake-secret-key-1`.
///
/// They are made when a scenario is opened and look like nobody's key, so that no scanner of committed secrets stops at
/// a fixture.
public enum FakeSecret {
    /// The text that a fake stands for; nil when the value is none.
    static func text(of value: JSONValue) -> String? {
        guard let kind = value["fake"]?.string else { return nil }
        let name = kind.split(separator: ".").last.map(String.init) ?? kind
        let words = name.reduce(into: "") { text, character in
            text += character.isUppercase ? "-" + character.lowercased() : String(character)
        }
        return "fake-\(words)-\(value["n"]?.int64 ?? 1)"
    }

    /// The value with every fake in it replaced by its text.
    static func materialized(_ value: JSONValue) -> JSONValue {
        if let text = text(of: value) { return .string(text) }
        switch value {
        case .array(let values): return .array(values.map(materialized))
        case .object(let object): return .object(JSONObject(object.members.map { ($0.name, materialized($0.value)) }))
        default: return value
        }
    }
}
