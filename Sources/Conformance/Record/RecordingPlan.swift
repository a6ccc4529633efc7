import Cassettes
import Columns
import Tributary

/// What is to be recorded, and how much of it.
public struct RecordingPlan: Sendable {
    public var source: AnySource
    /// The config as a user gives it, secrets in clear.
    public var config: JSONValue
    /// The scenario's name: a folder of the source's fixtures.
    public var scenario: String
    /// The upstream's moment, such as `t0`.
    public var state = "t0"
    /// Tables by name; empty means those that the source selects by default.
    public var tables: [String] = []
    /// Whether ``tables`` are those of a scenario that is there, and not what somebody chose.
    public private(set) var followsScenario = false
    /// How every table is read; nil takes what the source offers best.
    public var mode: SyncType?
    /// How single tables are read, where that is known.
    public var modes: [String: SyncType] = [:]
    /// "Now" for the source, in microseconds since 1970: what the replay's clock will show.
    public var clock: Int64
    /// Whether the credentials are proved first.
    public var provesCredentials = true
    /// Whether a refusal of wrong credentials is recorded as a scenario of its own, where there is none yet.
    public var recordsRefusal = true
    /// Whether that scenario is written anew where there is one.
    public var replacesRefusal = false
    public var title: String?
    /// What is different from the state before.
    public var story: String?
    /// The version of the API; nil looks for it in the traffic.
    public var apiVersion: String?
    public var limits = RecordingLimits()
    /// The day of the recording, such as `2026-12-31`.
    public var today: String

    public init(source: AnySource, config: JSONValue, scenario: String, clock: Int64, today: String) {
        self.source = source
        self.config = config
        self.scenario = scenario
        self.clock = clock
        self.today = today
    }
}

/// How much of an upstream is kept.
public struct RecordingLimits: Sendable, Hashable {
    /// Rows of a page at most, where a request asks for a page's size; nil leaves it to the source.
    public var pageSize: Int? = 5
    /// Pages of each list at most.
    public var pages: Int? = 3
    /// Rows of each list at most; 0 keeps all, and nil is what is usual: of an API's lists all, of a table some.
    public var rows: Int?

    public init() {}

    /// Rows of a list at most, where `usual` is meant when nobody says; nil keeps all.
    func rows(usual: Int?) -> Int? { rows == 0 ? nil : rows ?? usual }

    /// Their names in a manifest.
    static let names = ["pageSize", "pages", "rows"]

    /// As `limits` of a manifest has them.
    var json: JSONObject {
        var object = JSONObject()
        for (name, value) in zip(Self.names, [pageSize, pages, rows]) {
            if let value { object[name] = .number(JSONNumber(Int64(value))) }
        }
        return object
    }

    /// Reads `limits` of a manifest.
    public init(_ value: JSONValue?) {
        pageSize = value?["pageSize"]?.int64.map(Int.init)
        pages = value?["pages"]?.int64.map(Int.init)
        rows = value?["rows"]?.int64.map(Int.init)
    }
}

/// The live side of a recording, handed in by the program: the kit itself opens no socket.
public struct LiveSide: Sendable {
    /// Production's HTTP client with something around its wire, below the retries.
    public var http: @Sendable (_ wrapping: (any HTTPClient) -> any HTTPClient) -> any HTTPClient
    public var databases: any DatabaseConnector
    public var tunnels: any TunnelOpener
    public var integrations: any IntegrationStore
    public var hosts: HostValidator
    /// Production's layers over a recording.
    public var replay: HTTPStack

    public init(
        http: @escaping @Sendable (_ wrapping: (any HTTPClient) -> any HTTPClient) -> any HTTPClient,
        databases: any DatabaseConnector, tunnels: any TunnelOpener, integrations: any IntegrationStore,
        hosts: HostValidator, replay: @escaping HTTPStack
    ) {
        self.http = http
        self.databases = databases
        self.tunnels = tunnels
        self.integrations = integrations
        self.hosts = hosts
        self.replay = replay
    }
}

extension RecordingPlan {
    /// A recording as a scenario's manifest says that it was made.
    ///
    /// - Throws: `SourceError` of kind `invalidFixture` when there is no such state.
    public init(
        again scenario: Scenario, state name: String, source: AnySource, config: JSONValue, today: String
    ) throws {
        self.init(
            source: source, config: config, scenario: scenario.name, clock: try scenario.state(name).clock, today: today
        )
        state = name
        follow(scenario)
        recordsRefusal = false
    }

    /// Takes over what of the upstream a scenario has: the same tables in the same modes, cut alike, so that its states
    /// can be compared.
    public mutating func follow(_ scenario: Scenario) {
        tables = scenario.manifest.schemas.map(\.name)
        followsScenario = true
        modes = Dictionary(scenario.manifest.schemas.map { ($0.name, $0.mode) }) { $1 }
        limits = RecordingLimits(scenario.manifest.document["limits"])
    }
}
