import Tributary

/// One recorded exchange with its bodies read, for whoever looks at the material itself instead of replaying it.
public struct RecordedExchange: Sendable {
    public let exchange: Exchange
    /// The body of the request.
    public let requestBody: [UInt8]
    /// The body of the answer, decoded.
    public let body: [UInt8]

    public var id: String { exchange.id }
    public var url: String { exchange.request.url }
    public var status: Int { exchange.response.status }
}

extension Scenario {
    /// Whether its HTTP traffic was made up and not recorded, as that of a new source's first scenario is: it answers what
    /// the source asked when it was written. A database's seed is made up as well, and a real engine answers for it.
    public var isMadeUpTraffic: Bool {
        manifest.provenance.kind == .synthetic && manifest.states.contains { $0.http != nil }
    }

    /// What one state recorded over HTTP, in order; nothing when it recorded none.
    ///
    /// - Throws: `SourceError` of kind `invalidFixture`.
    public func exchanges(state name: String) throws -> [RecordedExchange] {
        try recording(of: state(name))?.exchanges ?? []
    }

    /// The schemas of which some list was cut when it was recorded, so that its end says nothing of the upstream.
    ///
    /// - Parameter end: only the states before this one count; nil means all.
    /// - Throws: `SourceError` of kind `invalidFixture`.
    public func trimmedSchemas(before end: String? = nil) throws -> Set<String> {
        var names: Set<String> = []
        for state in manifest.states.prefix(while: { $0.name != end }) {
            for exchange in try exchanges(state: state.name) where exchange.exchange.isTrimmed {
                names.formUnion(exchange.exchange.schemas)
            }
        }
        return names
    }

    /// The recording of a state; nil when it recorded no HTTP.
    func recording(of state: Manifest.State) throws -> RecordedState? {
        try state.http.map { try recordings.recording(at: $0, in: folder, of: id, rules: manifest.match) }
    }
}
