import Columns
import Foundation
import Logging
import Tributary

/// One story about one source: its config, its states, and what the upstream answered in each.
///
/// ```swift
/// let scenario = try Scenario(at: URL(filePath: "Fixtures/stripe/billing"))
/// let session = try scenario.session(state: "t0")
/// // … run a sync with session.context …
/// try session.finish(schemas: ["charges"], syncType: .fullRefresh)
/// ```
public struct Scenario: Sendable {
    /// The folder's name.
    public let name: String
    /// The source's folder and the scenario's, such as `stripe/billing`.
    public let id: String
    /// Where its files are.
    public let folder: URL
    /// What the scenario says of itself.
    public let manifest: Manifest
    /// Its HAR files, each read when its state is first asked for.
    let recordings = RecordedStates()

    /// Opens a scenario's folder; its HAR files are read when a session starts.
    ///
    /// - Throws: `SourceError` of kind `invalidFixture`: file, JSON path and problem.
    public init(at folder: URL) throws {
        name = folder.lastPathComponent
        self.folder = folder
        id = "\(folder.deletingLastPathComponent().lastPathComponent)/\(name)"
        let file = "\(id)/manifest.json"
        let root = try FixtureValue.read(folder.appendingPathComponent("manifest.json"), named: file)
        manifest = try ManifestReader(root: root).manifest()
        for (index, state) in manifest.states.enumerated() {
            for path in [state.http, state.database, state.seed].compactMap({ $0 })
            where try FixturePath(path).resolved(in: folder) == nil {
                throw SourceError.fixture(file: file, at: "states[\(index)]", "the file \(path) is missing")
            }
        }
    }

    /// The source's config with the secrets of this fixture.
    public var config: JSONObject { manifest.config }

    /// The state of this name.
    ///
    /// - Throws: `SourceError` of kind `invalidFixture` that lists what there is.
    public func state(_ name: String) throws -> Manifest.State {
        guard let state = manifest.states.first(where: { $0.name == name }) else {
            throw SourceError(
                .notFound, "Looking for the state '\(name)' of \(id): there is none of this name.",
                advice: NearestName.advice(for: name, among: manifest.states.map(\.name)))
        }
        return state
    }

    /// Starts a replay of one state: nothing has been served yet, the clock stands at the state's moment.
    ///
    /// - Throws: `SourceError` of kind `invalidFixture`.
    public func session(state name: String, logger: Logger = Logger(label: "replay")) throws -> ReplaySession {
        let state = try state(name)
        let place = "\(id) at \(name)"
        let clock = FrozenClock(state.clock)
        let client = try recording(of: state).map { ReplayHTTPClient($0, place: place) }
        let missing = NothingRecorded(place: place)
        return ReplaySession(
            client: client,
            context: SourceContext(
                http: client ?? missing, databases: missing, tunnels: missing,
                integrations: FixtureIntegrations(manifest.integrations), clock: clock, logger: logger),
            clock: clock)
    }

    /// What a source needs to run against one state; for a run whose end is not checked.
    public func context(state name: String) throws -> SourceContext { try session(state: name).context }
}

/// A running replay of one state.
public struct ReplaySession: Sendable {
    /// Nil when the state recorded no HTTP.
    public let client: ReplayHTTPClient?
    /// What the source is handed.
    public let context: SourceContext
    /// The clock that the source sees.
    public let clock: FrozenClock

    /// Proves that every request was recorded and every recorded one asked for; see ``ReplayHTTPClient``.
    ///
    /// - Throws: `SourceError` of kind `unmatchedRequest` or `unusedExchanges`.
    public func finish(
        schemas: Set<String>? = nil, syncType: SyncType? = nil, leaving: Set<String> = []
    ) throws {
        try client?.finish(schemas: schemas, syncType: syncType, leaving: leaving)
    }
}
