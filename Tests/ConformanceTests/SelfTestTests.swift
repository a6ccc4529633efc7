import Conformance
import Testing

@Suite struct SelfTestTests {
    @Test("each seeded fault is caught by the check that names it", arguments: SpecimenFault.allCases)
    func caught(_ fault: SpecimenFault) async throws {
        let row = try await SelfTest(stack: Material.stack).row(fault, onlyIntended: true)
        #expect(!row.intended.isEmpty, "No check names this fault.")
        #expect(row.isAsIntended, "\(row.results.map { "\($0.item.name): \($0.verdict)" })")
    }

    @Test("the clean twin passes every check, and each check looks at something of it")
    func clean() async throws {
        let row = try await SelfTest(stack: Material.stack).row(nil)
        let failures = row.results.filter { $0.isFailure(strict: false) }
        #expect(failures.isEmpty, "\(failures.map { "\($0.item.name): \($0.verdict)" })")
        for check in CheckCatalogue.all {
            let passed = row.results.contains { $0.item.check.name == check.name && $0.verdict.name == "passed" }
            #expect(passed, "\(check.name) passed on no table of the clean twin")
        }
    }

    @Test("every fault that a check names exists, and names are unique")
    func names() {
        let known = Set(SpecimenFault.allCases.map(\.rawValue))
        for check in CheckCatalogue.all {
            for fault in check.catches { #expect(known.contains(fault), "\(check.name) names \(fault)") }
        }
        #expect(Set(CheckCatalogue.all.map(\.name)).count == CheckCatalogue.all.count)
    }
}
