import Cassettes
import Conformance
import Foundation
import SourceCatalog
import TestSupport
import Testing
import Tributary

/// Every check of the quick profile on every table of every recorded scenario, each as a case of its own.
@Suite struct CatalogueTests {
    struct Item: Sendable, CustomTestStringConvertible {
        let base: CheckRunner.Case
        var testDescription: String { "\(base.name) (\(base.input.scenario.name))" }
    }

    private static let runner = CheckRunner(catalogue: CheckCatalogue.all, stack: Material.stack)

    private static var options: CheckRunner.Options {
        var options = CheckRunner.Options(today: "2025-10-16")
        options.profile = .quick
        return options
    }

    static func items() throws -> [Item] {
        try ["stripe", "github"].flatMap { name in
            let fixture = try Fixture(at: Material.root.appending(path: "Fixtures/\(name)"))
            let source = try SourceRegistry.builtIn.source(name)
            return runner.cases(of: source, scenarios: fixture.scenarios, options: options).map(Item.init)
        }
    }

    @Test(
        "no check of the quick profile fails on a built-in source",
        .enabled(if: Requirement.isExhaustive, "\(Requirement.exhaustiveHint)"), arguments: try items())
    func quick(_ item: Item) async throws {
        let result = await Self.runner.judge(item.base, options: Self.options)
        #expect(!result.isFailure(strict: false), "\(result.verdict)")
    }
}
