import Cassettes
import Columns
import Conformance
import Foundation
import Transports
import Tributary

/// Where the repository's material lies, and production's layers over a client.
enum Material {
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    static func scenario(_ id: String) throws -> Scenario {
        try Scenario(at: root.appending(path: "Fixtures/\(id)"))
    }

    static let stack: HTTPStack = { client, clock in RetryingHTTPClient(client, clock: clock) }
}
