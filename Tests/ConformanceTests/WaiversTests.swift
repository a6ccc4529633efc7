import Cassettes
import Columns
import Foundation
import TestSupport
import Testing
import Tributary

@testable import Conformance

@Suite struct WaiversTests {
    /// The waivers of a manifest, and what is wrong with them.
    private func read(_ entries: JSONValue) throws -> (all: [Waiver], problems: [String]) {
        var document = try Specimen.ledger.fixture(nil)
        document.change("manifest.json", at: ["waivers"]) { _ in entries }
        let written = try document.written()
        let scenario = written.scenario
        let problems = Waivers.problems(of: scenario, checks: CheckCatalogue.all, today: "2026-01-01")
        return (Waivers(scenario.manifest).all, problems.map(\.actual))
    }

    private let rest: JSONObject = ["reason": "it is so", "reference": "https://a.example", "until": "2026-12-31"]

    private func entry(_ members: JSONObject) -> JSONValue {
        .object(JSONObject(members.members.map { ($0.name, $0.value) } + rest.members.map { ($0.name, $0.value) }))
    }

    @Test("one entry with lists is a waiver of each check for each table")
    func lists() throws {
        let (all, problems) = try read([
            entry([
                "checks": ["watermark-monotone", "resume-at-every-step"], "tables": ["notes", "payments"],
            ]),
            entry(["check": "key-scalar", "tables": ["notes"]]),
        ])
        #expect(problems.isEmpty)
        #expect(
            all.map { "\($0.check) \($0.table)" } == [
                "watermark-monotone notes", "watermark-monotone payments", "resume-at-every-step notes",
                "resume-at-every-step payments", "key-scalar notes",
            ])
    }

    @Test("lists that are none, beside the single name, or of nothing, are told")
    func malformed() throws {
        let (all, problems) = try read([
            entry(["check": "key-scalar", "checks": ["key-scalar"]]), entry(["checks": "key-scalar"]),
            entry(["checks": ["key-scalar"], "tables": []]), entry(["table": "notes"]),
            entry(["checks": ["no-such-check"], "tables": ["notes"]]),
        ])
        #expect(all.map(\.check) == ["no-such-check"])
        #expect(
            problems == [
                "The waiver has both check and checks.", "The waiver has checks that are no list of texts.",
                "The waiver has tables that are no list of texts.", "The waiver has no check.",
                "The waiver is of a check that does not exist.",
            ])
    }

    @Test(
        "a waiver goes where its check passes, and of a single table where it does not apply to it",
        arguments: [
            ("notes", Verdict.passed(Counters(rows: 1)), true), ("*", .passed(Counters(rows: 1)), true),
            ("notes", .notApplicable("It has no cursor."), true), ("*", .notApplicable("It has no cursor."), false),
            ("notes", .notExercised("There are no rows."), false), ("notes", .failed([]), false),
        ])
    func unneeded(_ table: String, _ verdict: Verdict, _ isTold: Bool) throws {
        var document = try Specimen.ledger.fixture(nil)
        let waiver = entry(["check": "key-scalar", "table": .string(table)])
        document.change("manifest.json", at: ["waivers"]) { _ in .array([waiver]) }
        let written = try document.written()
        let tables = table == "*" ? ["notes", "payments"] : [table]
        let told = Waivers.unneeded(
            of: written.scenario, verdicts: tables.map { ("key-scalar", $0, verdict) }, profile: .full)
        #expect(told.isEmpty == !isTold)
        #expect(told.allSatisfy { $0.actual.contains("no longer needed") })
    }
}
