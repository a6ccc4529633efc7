import Cassettes
import Columns
import Conformance
import TestSupport
import Testing
import Transports

@Suite struct SelfTestTests {
    private static func selfTest() throws -> SelfTest {
        SelfTest(
            stack: Material.stack, databases: try DatabaseStack(connector: LiveDatabaseConnector()),
            children: Material.children)
    }

    @Test(
        "each seeded fault is caught by the check that names it",
        .enabled(if: Requirement.isExhaustive, "\(Requirement.exhaustiveHint)"), arguments: SeededFault.all)
    func caught(_ fault: SeededFault) async throws {
        let row = try await Self.selfTest().row(of: fault, onlyIntended: true)
        #expect(!row.intended.isEmpty, "No check names this fault.")
        #expect(row.isAsIntended, "\(row.results.map { "\($0.item.name): \($0.verdict)" })")
        for result in row.results where !result.findings.isEmpty { expectWhole(result) }
    }

    @Test("what one check reads with a config hides nothing from another that puts its own secrets there")
    func sharedReads() async throws {
        let fault = try #require(SeededFault.all.first { $0.name == "credentials-inside-rows" })
        let row = try await Self.selfTest().row(of: fault, beside: ["http-transient-retried"])
        #expect(row.results.contains { $0.item.check.name == "http-transient-retried" })
        #expect(
            row.caughtBy.contains("secret-never-in-output"), "\(row.results.map { "\($0.item.name): \($0.verdict)" })")
    }

    /// Every part that the message of a failure must have, and no secret.
    private func expectWhole(_ result: CheckResult) {
        let text = FailureStory(result).text
        for part in ["Where:", "Promise:", "Expected:", "Actual:", "Repeat:", "Cause:", "Clause:"] {
            #expect(text.contains("\n\(part)"), "\(result.item.name) lacks \(part)\n\(text)")
        }
        let secrets = result.item.input.scenario.manifest.document["config"]?.object?.members.compactMap { member in
            member.value["fake"] == nil ? nil : result.item.input.scenario.config[member.name]?.string
        }
        for secret in secrets ?? [] { #expect(!text.contains(secret), "\(result.item.name) shows a secret") }
    }

    @Test("what is not built as a check has a reason and a name of its own")
    func omitted() {
        let built = Set(CheckCatalogue.all.map(\.name))
        for omitted in CheckCatalogue.omitted {
            #expect(!built.contains(omitted.name))
            #expect(!omitted.reason.isEmpty)
        }
        #expect(Set(CheckCatalogue.omitted.map(\.name)).count == CheckCatalogue.omitted.count)
    }

    @Test(
        "the clean twins pass every check, and each check looks at something of one",
        .enabled(if: Requirement.isExhaustive, "\(Requirement.exhaustiveHint)"))
    func clean() async throws {
        var passed: Set<String> = []
        for specimen in Specimen.all {
            let row = try await Self.selfTest().cleanTwin(of: specimen)
            let failures = row.results.filter { $0.isFailure(strict: false) }
            #expect(failures.isEmpty, "\(specimen.name): \(failures.map { "\($0.item.name): \($0.verdict)" })")
            passed.formUnion(row.results.filter { $0.verdict.name == "passed" }.map(\.item.check.name))
        }
        for check in CheckCatalogue.all {
            #expect(passed.contains(check.name), "\(check.name) passed on no table of a clean twin")
        }
    }

    @Test("every fault that a check names exists, and names are unique")
    func names() {
        let known = SeededFault.all.map(\.name)
        #expect(Set(known).count == known.count)
        for check in CheckCatalogue.all {
            for fault in check.catches { #expect(known.contains(fault), "\(check.name) names \(fault)") }
        }
        #expect(Set(CheckCatalogue.all.map(\.name)).count == CheckCatalogue.all.count)
    }
}
