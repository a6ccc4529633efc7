import Cassettes
import Conformance
import Foundation
import SourceCatalog
import Testing
import Tributary

@Suite struct ReleaseTests {
    @Test("a release writes the declaration, and for each scenario the states that its syncs store")
    func files() async throws {
        let fixture = try Fixture(at: Material.root.appending(path: "Fixtures/github"))
        let writer = ReleaseFiles(
            source: try SourceRegistry.builtIn.source("github"), scenarios: fixture.scenarios, stack: Material.stack)
        let files = try await writer.files(version: "1.2")
        #expect(files.map(\.path) == ["released/1.2.json", "released/1.2/repository.json"])
        let states = try JSONDecoder().decode(GoldenStates.self, from: Data(try #require(files.last).bytes))
        #expect(states.version == "1.2")
        let issues = states.entries.filter { $0.table == "tributary-demo/widgets.issues" }
        #expect(issues.contains { $0.next?.contains("since=") == true }, "the state at the end of an increment")
        #expect(issues.contains { $0.next?.contains("page=") == true }, "the state half-way")
    }

    @Test("a run that takes longer than its budget fails, and names its slowest checks")
    func budget() async throws {
        let check = try #require(CheckCatalogue.check("config-fields-well-formed"))
        let runner = CheckRunner(catalogue: [check], stack: Material.stack)
        var options = CheckRunner.Options(today: "2025-10-16")
        let cases = runner.cases(
            of: try SourceRegistry.builtIn.source("stripe"), scenarios: [try Material.scenario("stripe/billing")],
            options: options)
        let results = await runner.run(cases, options: options)
        func outcome(_ budget: Duration) -> ConformanceReport {
            options.budget = budget
            return ConformanceReport(
                of: results, catalogue: [check], options: options, duration: .seconds(2), began: "")
        }
        #expect(outcome(.seconds(3)).outcome == .passed)
        let late = outcome(.seconds(1))
        #expect(late.outcome == .failed)
        #expect(late.problems.first?.actual.contains("config-fields-well-formed") == true)
    }
}
