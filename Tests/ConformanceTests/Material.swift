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

    /// The folder of the built products, which holds the test bundle too.
    private static let products: URL = {
        let bundle = Bundle.allBundles.first { $0.bundlePath.hasSuffix(".xctest") }?.bundleURL
        return bundle?.deletingLastPathComponent() ?? Bundle.main.bundleURL
    }()

    /// Runs parts of checks in processes of their own.
    static let children = ChildProcessRunner(executable: products.appending(path: "tributary").path)

    static let stack: HTTPStack = { LiveHTTP.simulated(over: $0, clock: $1) }
}
