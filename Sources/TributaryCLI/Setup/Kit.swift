import Conformance
import Foundation
import Transports
import Tributary

/// What the conformance kit needs of this program.
enum Kit {
    /// Production's layers, on the clock of a run.
    static let stack: HTTPStack = { LiveHTTP.simulated(over: $0, clock: $1) }

    /// Children are this program too.
    static var children: ChildProcessRunner? { ChildProcessRunner(executable: Bundle.main.executablePath) }

    /// Engines for the sources that read databases: SQLite, those that the environment names, and these.
    ///
    /// - Throws: `SourceError` of kind `invalidConfig` for a URL that names no server of a known kind.
    static func databases(_ servers: [String] = []) throws -> DatabaseStack {
        let urls = DatabaseStack.urls(in: ProcessInfo.processInfo.environment) + servers
        return try DatabaseStack(connector: LiveDatabaseConnector(), servers: urls)
    }

    /// Today as waivers and provenance spell it: `2026-12-31`.
    static var today: String { String(Moment.text(SystemClock().now).prefix(10)) }
}

/// Servers for a child process: passwords stand in their URLs, so they travel in the environment, and not on a command
/// line that anybody can list.
enum DatabaseServers {
    static func variables(_ urls: [String]) -> [String: String] {
        Dictionary(
            urls.map { url in
                (DatabaseStack.environmentName(url.hasPrefix("postgres") ? .postgres : .mysql), url)
            }
        ) { $1 }
    }
}
