import Testing
import Tributary

@testable import Conformance

@Suite struct FailureOrderTests {
    /// Results of the ledger's notes with these failures, in the order of the catalogue.
    private func results(failing names: Set<String>) throws -> [CheckResult] {
        try results(names, .failed([Finding(at: "here", expected: "this", actual: "that")]))
    }

    private func passing(_ names: Set<String>) throws -> [CheckResult] {
        try results(names, .passed(Counters(rows: 1)))
    }

    private func results(_ names: Set<String>, _ verdict: Verdict) throws -> [CheckResult] {
        let written = try Specimen.ledger.fixture(nil).written()
        let runner = CheckRunner(catalogue: CheckCatalogue.all, stack: Material.stack)
        var options = CheckRunner.Options(today: "2026-01-08")
        options.tables = ["notes"]
        options.profile = .full
        let cases = runner.cases(of: Specimen.ledger.source(nil), scenarios: [written.scenario], options: options)
        return cases.filter { names.contains($0.check.name) }.map { item in
            CheckResult(item: item, verdict: verdict, duration: .zero, seed: 1)
        }
    }

    @Test("what explains other failures is told before them, and they name it; leaks come first of all")
    func explained() throws {
        let failing: Set = [
            "read-page-size-invariant", "read-rows-equal-model", "read-repeatable-instance", "watermark-monotone",
            "secret-never-in-output", "docs-tables-match-discovery",
        ]
        let results = CheckRunner.settled(try results(failing: failing))
        let told = FailureOrder.sorted(results)
        #expect(
            told.map(\.item.check.name) == [
                "secret-never-in-output", "read-repeatable-instance", "read-rows-equal-model", "watermark-monotone",
                "read-page-size-invariant",
            ])
        #expect(
            told.map(\.precedent) == [
                nil, nil, "read-repeatable-instance", "read-repeatable-instance", "read-repeatable-instance",
            ])
        let stories = told.map { FailureStory($0).causes }
        #expect(stories[1].count == 1 && stories[3].count == 2)
        // How pages are cut explains nothing here.
        #expect(
            stories[4] == [
                "read-repeatable-instance fails on this table too: look at that first, this may follow from it."
            ])
    }

    @Test("names that become one column explain what is wrong with its values")
    func collidingNames() throws {
        let names: Set = ["discovery-names-survive-normalisation", "read-values-as-recorded", "watermark-monotone"]
        let told = FailureOrder.sorted(CheckRunner.settled(try results(failing: names)))
        #expect(told.first?.item.check.name == "discovery-names-survive-normalisation")
        #expect(told.dropFirst().allSatisfy { $0.precedent == "discovery-names-survive-normalisation" })
    }

    @Test("a report as data tells failures in the same order, before what has not failed")
    func asData() throws {
        let results = CheckRunner.settled(
            try results(failing: ["secret-never-in-output", "read-rows-equal-model", "watermark-monotone"])
                + passing(["key-scalar"]))
        let report = ConformanceReport(
            of: results, catalogue: CheckCatalogue.all, options: CheckRunner.Options(today: "2026-01-08"),
            duration: .zero, began: "2026-01-08 00:00:00Z")
        #expect(
            JSONReport(report).cases.map(\.check) == [
                "secret-never-in-output", "read-rows-equal-model", "watermark-monotone", "key-scalar",
            ])
    }

    @Test("a read that fails is told by its error, and not by the causes of checks that could look at nothing")
    func failingReads() throws {
        let names: Set = ["secret-never-in-output", "read-rows-equal-model", "watermark-monotone"]
        let failed = try results(failing: names).map { result in
            let finding = Finding(
                at: "full read", expected: Finding.syncSucceeds, actual: "It ended with: no such column")
            return CheckResult(item: result.item, verdict: .failed([finding]), duration: .zero, seed: 1)
        }
        let told = FailureOrder.sorted(CheckRunner.settled(failed))
        #expect(
            told.map(\.item.check.name) == ["read-rows-equal-model", "watermark-monotone", "secret-never-in-output"])
        #expect(FailureStory(told[0]).causes == ["What the error says: nothing is wrong with the upstream here."])
        #expect(told[2].precedent == "read-rows-equal-model")
        #expect(FailureStory(told[2]).causes.count == 1)
    }

    @Test("without such a failure each stands for itself, in the order of the catalogue")
    func alone() throws {
        let results = CheckRunner.settled(
            try results(failing: ["watermark-monotone", "key-scalar", "resume-mid-page"]))
        #expect(
            FailureOrder.sorted(results).map(\.item.check.name) == [
                "key-scalar", "watermark-monotone", "resume-mid-page",
            ])
        #expect(results.allSatisfy { $0.precedent == nil })
    }

    @Test("what a check says of a second table comes behind what others say of the first")
    func distinctChecks() throws {
        let written = try Specimen.ledger.fixture(nil).written()
        let runner = CheckRunner(catalogue: CheckCatalogue.all, stack: Material.stack)
        var options = CheckRunner.Options(today: "2026-01-08")
        options.profile = .full
        options.checks = ["read-rows-equal-model", "watermark-monotone"]
        let cases = runner.cases(of: Specimen.ledger.source(nil), scenarios: [written.scenario], options: options)
        let finding = Finding(at: "here", expected: "this", actual: "that")
        let results = cases.map { CheckResult(item: $0, verdict: .failed([finding]), duration: .zero, seed: 1) }
        let told = FailureOrder.sorted(CheckRunner.settled(results)).map { "\($0.item.table) \($0.item.check.name)" }
        #expect(
            told == [
                "notes read-rows-equal-model", "notes watermark-monotone", "payments read-rows-equal-model",
                "payments watermark-monotone",
            ])
    }

    @Test("a failure that comes of what the source keeps in its process is told as such, first of all")
    func processState() async throws {
        let specimen = Specimen.ledger
        let fault = try #require(SeededFault.named("transport-of-the-first-connection-kept"))
        let material = try specimen.fixture(fault).written()
        let runner = CheckRunner(
            catalogue: CheckCatalogue.all, stack: specimen.stack(fault, Material.stack), children: Material.children)
        var options = CheckRunner.Options(today: "2025-03-10")
        // What the first table's upstream answers, the second one's read then asks.
        options.checks = ["key-preserves-distinctness"]
        options.width = 1
        options.shrinkLimit = .zero
        options.looksForProcessState = true
        let cases = runner.cases(of: specimen.source(fault), scenarios: [material.scenario], options: options)
            .map { $0.with(material.config(fault), specimen.runtime(fault), .specimen(specimen.name, fault)) }
        let failures = FailureOrder.sorted(await runner.run(cases, options: options).filter { !$0.findings.isEmpty })
        let first = try #require(failures.first)
        #expect(first.passesAlone == first.item.name)
        #expect(FailureStory(first).causes.first?.hasPrefix("In a process of its own this case passes") == true)
    }

    @Test("what a scenario lacks is told once, and not beside a refusal that reads no table")
    func lacking() throws {
        let name: Set = ["key-scalar"]
        let refusal = try results(name, .notExercised(ConfigurationChecks.noTables))
        let lacking = try results(name, .notExercised("nothing was recorded"))
        #expect(CheckRunner.settled(refusal + lacking).map(\.isNotExercised) == [false, true])
        #expect(CheckRunner.settled(refusal).map(\.isNotExercised) == [true])
        let judged = try results(name, .passed(Counters(rows: 1)))
        #expect(CheckRunner.settled(refusal + lacking + judged).map(\.isNotExercised) == [false, false, false])
    }
}
