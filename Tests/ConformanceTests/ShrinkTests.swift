import Conformance
import Testing

/// Failures are reduced to the smallest history that shows them.
@Suite struct ShrinkTests {
    private static let twoMinutes = Duration.seconds(120)

    private static func result(
        of fault: String, table: String, check: String, limit: Duration = twoMinutes, history: History = History()
    ) async throws -> CheckResult {
        var test = SelfTest(stack: Material.stack, children: Material.children)
        test.shrinkLimit = limit
        test.history = history
        let row = try await test.row(of: try #require(SeededFault.named(fault)), onlyIntended: true)
        return try #require(row.results.first { $0.item.table == table && $0.item.check.name == check })
    }

    @Test("reading the first page alone needs two rows, on two pages")
    func firstPage() async throws {
        let result = try await Self.result(of: "first-page-only", table: "notes", check: "read-rows-equal-model")
        let shrunk = try #require(result.shrunk)
        #expect(shrunk.rowsBefore == 14 && shrunk.rowsAfter == 2 && shrunk.history.page == 1 && shrunk.isMinimal)
        #expect(shrunk.keys.count == 2)
        #expect(result.findings.first?.actual == "The table has 1 row lost.")
        #expect(shrunk.description.hasPrefix("from 14 rows to 2"))
    }

    @Test("a bound that is a second late needs two rows")
    func lateBound() async throws {
        let result = try await Self.result(
            of: "cursor-rounded-up-hides-rows", table: "notes", check: "watermark-boundary-ties-kept")
        #expect(result.shrunk?.rowsAfter ?? 0 <= 2 && result.shrunk?.isMinimal == true)
    }

    @Test("a stored value that runs ahead needs few moments of the run")
    func moments() async throws {
        let result = try await Self.result(
            of: "position-ahead-of-emitted-page", table: "notes", check: "resume-at-every-step")
        let shrunk = try #require(result.shrunk)
        #expect(shrunk.rowsAfter < shrunk.rowsBefore && shrunk.history.moments != nil)
    }

    @Test("the same case gives the same history, and its command repeats the failure")
    func repeatable() async throws {
        let fault = "first-page-only"
        let first = try await Self.result(of: fault, table: "notes", check: "read-rows-equal-model")
        let second = try await Self.result(of: fault, table: "notes", check: "read-rows-equal-model")
        #expect(first.shrunk == second.shrunk && first.findings == second.findings)
        let history = try #require(first.shrunk?.history)
        #expect(first.command.contains("--history \(history.text)"))
        #expect(History(history.text) == history)
        let again = try await Self.result(
            of: fault, table: "notes", check: "read-rows-equal-model", limit: .zero, history: history)
        #expect(again.findings == first.findings && again.shrunk == nil)
    }

    @Test("what passes stays as it is, and without time nothing is reduced")
    func untouched() async throws {
        let passing = try await Self.result(of: "first-page-only", table: "payments", check: "read-rows-equal-model")
        #expect(passing.verdict.name == "passed" && passing.shrunk == nil)
        let hasty = try await Self.result(
            of: "first-page-only", table: "notes", check: "read-rows-equal-model", limit: .zero)
        #expect(hasty.verdict.name == "failed" && hasty.shrunk == nil)
    }

    @Test("checks pass on histories of a single row and of two", arguments: ["rows=0", "rows=0,1"])
    func small(_ text: String) async throws {
        var test = SelfTest(stack: Material.stack)
        test.history = try #require(History(text))
        let checks = CheckCatalogue.all.filter { $0.group == .watermark || $0.group == .resume || $0.group == .reading }
        let ledger = try #require(Specimen.all.first { $0.name == "ledger" })
        let row = try await test.cleanTwin(of: ledger, checks: checks.map(\.name))
        let failures = row.results.filter { $0.isFailure(strict: false) }
        #expect(failures.isEmpty, "\(failures.map { "\($0.item.name): \($0.verdict)" })")
    }

    @Test(
        "texts that are no history are refused", arguments: ["rows", "rows=", "rows=a", "page=0", "rows=1,,2", "x=1"])
    func refused(_ text: String) { #expect(History(text) == nil) }
}
