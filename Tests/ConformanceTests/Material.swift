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

    /// What the kit says of a scenario; `checks` empty means all of the profile.
    static func results(
        _ source: AnySource, _ folder: URL, profile: Profile = .full, checks: Set<String> = [],
        tables: Set<String> = [], databases: DatabaseStack? = nil
    ) async throws -> [CheckResult] {
        let runner = CheckRunner(catalogue: CheckCatalogue.all, stack: stack, databases: databases)
        var options = CheckRunner.Options(today: "2026-01-08")
        options.profile = profile
        options.checks = checks
        options.tables = tables
        let cases = runner.cases(of: source, scenarios: [try Scenario(at: folder)], options: options)
        return await runner.run(cases, options: options)
    }

    static let stack: HTTPStack = { LiveHTTP.simulated(over: $0, clock: $1) }
}
