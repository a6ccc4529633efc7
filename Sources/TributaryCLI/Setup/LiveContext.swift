import ArgumentParser
import Cassettes
import Foundation
import Logging
import Pipeline
import SourceCatalog
import Transports
import Tributary

/// The sources that this program knows.
enum Sources {
    private static let known = Lock<SourceRegistry?>(nil)

    /// Says which sources there are, once, before any command runs.
    static func use(_ registry: SourceRegistry) { known.withLock { $0 = registry } }

    static var registry: SourceRegistry { known.withLock { $0 } ?? .builtIn }

    /// The source of a type.
    ///
    /// - Throws: `SourceError` of kind `unknownSource`. Where fixtures of that type lie in the folder, the program is most
    ///   likely older than the source, and the error says so.
    static func source(_ type: String) throws -> AnySource {
        do {
            return try registry.source(type)
        } catch var error as SourceError where error.kind == .unknownSource {
            let isNew = FileManager.default.fileExists(atPath: "Fixtures/\(type.lowercased())")
            guard isNew, !type.isEmpty, !type.contains("/"), !type.hasPrefix(".") else { throw error }
            error.advice =
                "Fixtures/\(type.lowercased()) is there: this program was built before the source was registered. Build it "
                + "again, or run it by 'swift run tributary', which does."
            throw error
        }
    }
}

/// What the network side of a command can be told.
struct NetworkOptions: ParsableArguments {
    @Flag(
        name: .customLong("public-hosts-only"),
        help: "Refuse private, loopback and reserved addresses, as a host that serves several users must.")
    var publicHostsOnly = false

    @OptionGroup var standIns: StandInOptions

    /// What sources may use: live clients, this machine's clock, the accounts of the store.
    func context(store: StateStore) throws -> SourceContext {
        let policy: AddressPolicy = publicHostsOnly ? .publicOnly : .unrestricted
        let clock = SystemClock()
        let places = try standIns.places()
        let hosts = HostValidator(policy: policy, resolver: SystemResolver())
        var logger = Logger(label: "tributary")
        logger.logLevel = .error
        return SourceContext(
            http: LiveHTTP.make(policy: policy, clock: clock) { wire in
                places.isEmpty ? wire : StandInHints(RelocatingHTTPClient(wire, places: places), places: places)
            },
            databases: LiveDatabaseConnector(),
            tunnels: SSHTunnelOpener(
                hosts: hosts,
                knownHosts: URL(filePath: store.folder).appending(path: "known_hosts")),
            integrations: store, hosts: hosts, clock: clock, logger: logger)
    }
}

/// A stored connection and its source, ready to use.
struct OpenConnection {
    let connection: Connection
    let source: ConfiguredSource

    init(_ name: String, in store: StateStore) throws {
        connection = try store.connection(name)
        source = try Sources.source(connection.sourceType).configure(connection.config)
    }
}
