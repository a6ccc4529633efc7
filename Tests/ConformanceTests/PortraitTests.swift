import Cassettes
import Columns
import SourceCatalog
import Testing
import Tributary

@testable import Conformance

/// Two versions of a source on the same traffic: here a specimen, and the same with a seeded fault as the later version.
@Suite(.timeLimit(.minutes(2))) struct PortraitTests {
    private static func portrait(_ name: String, fault: String? = nil) async throws -> Portrait {
        let specimen = try #require(Specimen.all.first { $0.name == name })
        let fault = try fault.map { try #require(SeededFault.named($0)) }
        // The traffic is that of the clean twin: it is the source that changed.
        let material = try specimen.fixture(nil).written()
        defer { withExtendedLifetime(material) {} }
        let source = specimen.source(fault)
        var input = CheckCase(
            source: source, scenario: material.scenario, schema: nil, seed: 1, profile: .full,
            stack: specimen.stack(fault, Material.stack))
        input.config = material.config(fault)
        let version = fault?.name ?? "clean"
        return Portrait(version: version, sources: [await SourcePortrait(of: source, [input])])
    }

    @Test("two portraits of one version differ in nothing, though much was compared")
    func same() async throws {
        let comparison = try await PortraitComparison(
            before: Self.portrait("ledger"), after: Self.portrait("ledger"))
        #expect(comparison.changes.isEmpty && comparison.notCompared.isEmpty, "\(comparison)")
        let extent = comparison.compared
        #expect(extent.tables == 2 && extent.runs >= 8 && extent.rows > 20 && extent.requests > 8, "\(extent)")
        #expect(!comparison.isEmpty)
    }

    struct Expectation: Sendable, CustomTestStringConvertible {
        var fault: String
        var impact: ContractChange.Impact
        var subject: ContractChange.Subject
        var words: String
        var testDescription: String { fault }

        init(
            _ fault: String, _ impact: ContractChange.Impact, _ subject: ContractChange.Subject, _ words: String
        ) {
            (self.fault, self.impact, self.subject, self.words) = (fault, impact, subject, words)
        }
    }

    @Test(
        "a later version with a fault is told from the earlier one, and what it breaks is named",
        arguments: [
            Expectation("released-table-renamed", .breaking, .tables, "gone, or was renamed"),
            Expectation("released-key-changed", .breaking, .key, "merges do not find the rows"),
            Expectation("first-page-only", .breaking, .rows, "do not come any more"),
            Expectation("first-page-only", .notable, .requests, "Other requests are made."),
            Expectation("report-to-another-host", .notable, .requests, "is asked, which was not asked before"),
            Expectation(
                "served-partition-value-drifts", .notable, .partitioning, "partitioning asked for was datetime"),
            Expectation("credentials-inside-rows", .harmless, .columns, "is new"),
            Expectation("validation-asks-nothing", .notable, .requests, "For credentials and tables: Other requests"),
        ])
    func faults(_ expected: Expectation) async throws {
        let comparison = try await PortraitComparison(
            before: Self.portrait("ledger"), after: Self.portrait("ledger", fault: expected.fault))
        let found = comparison.changes.filter {
            $0.impact == expected.impact && $0.subject == expected.subject && $0.text.contains(expected.words)
        }
        #expect(!found.isEmpty, "\(comparison.changes.map { "\($0.impact) \($0.subject): \($0.text)" })")
    }

    @Test("a source that asks for what is not recorded is a break of the later version, and no news of the earlier one")
    func unrecorded() async throws {
        let (clean, asking) = try await (
            Self.portrait("ledger"), Self.portrait("ledger", fault: "full-refresh-keeps-a-bound")
        )
        let forwards = PortraitComparison(before: clean, after: asking)
        #expect(forwards.changes.contains { $0.subject == .outcome && $0.text.contains("not recorded") })
        let backwards = PortraitComparison(before: asking, after: clean)
        #expect(!backwards.changes.contains { $0.subject == .outcome })
        #expect(backwards.notCompared.contains { $0.contains("earlier version asks for what is not recorded") })
    }
}

/// The judgement of single changes, on portraits that are made by hand.
@Suite struct PortraitComparisonTests {
    private static func field(_ name: String, _ change: (inout FormField) -> Void = { _ in }) -> FormField {
        var field = FormField(.text, name: name, label: name)
        change(&field)
        return field
    }

    private static func run(_ change: (inout RunPortrait) -> Void = { _ in }) -> RunPortrait {
        var run = RunPortrait(table: "notes", name: "full-refresh, replay of t0")
        run.advice = ReadAdvice(primaryKeys: ["id"], order: "ascending", partitioning: "md5")
        run.columns = ["id int64", "text utf8"]
        run.rows = [
            .init(values: ["id": "1", "text": "one"], partition: "0"), .init(values: ["id": "2"], partition: "1"),
        ]
        run.requests = ["GET /notes"]
        change(&run)
        return run
    }

    private static func portrait(
        form: [FormField] = [], run: RunPortrait = run(), _ change: (inout SourcePortrait) -> Void = { _ in }
    ) -> Portrait {
        let scenario = ScenarioPortrait(id: "acme/notes", tables: [], runs: [run])
        var source = SourcePortrait(
            type: "Acme", label: "Acme", category: "other", status: "alpha", form: form, scenarios: [scenario])
        change(&source)
        return Portrait(version: "one", sources: [source])
    }

    private static func changes(
        _ before: Portrait = portrait(), _ after: Portrait
    ) -> [(impact: ContractChange.Impact, text: String)] {
        PortraitComparison(before: before, after: after).changes.map { ($0.impact, $0.text) }
    }

    @Test("fields: what breaks stored connections, what can be noticed, what only adds")
    func form() {
        let old = [
            Self.field("host") { $0.required = true }, Self.field("key") { $0.secret = true },
            Self.field("region") {
                $0.type = .select
                $0.options = [.init(label: "EU", value: "eu"), .init(label: "US", value: "us")]
            },
        ]
        func judged(_ new: [FormField]) -> [(impact: ContractChange.Impact, text: String)] {
            Self.changes(Self.portrait(form: old), Self.portrait(form: new))
        }
        #expect(judged(old).isEmpty)
        #expect(judged(Array(old.dropFirst())).map(\.impact) == [.breaking])
        #expect(judged(old + [Self.field("team")]).map(\.impact) == [.harmless])
        #expect(judged(old + [Self.field("team") { $0.required = true }]).map(\.impact) == [.breaking])
        let defaulted = Self.field("team") { ($0.required, $0.defaultValue) = (true, .string("all")) }
        #expect(judged(old + [defaulted]).map(\.impact) == [.harmless])
        var clear = old
        clear[1].secret = nil
        #expect(judged(clear).first?.text == "The field 'key' is no secret any more: stored values would be shown.")
        var narrower = old
        narrower[2].options?.removeLast()
        #expect(judged(narrower).first?.text == "The field 'region' offers 'us' no more.")
    }

    @Test("columns and values: wider is noticed, other is broken, a value where there was none is noticed")
    func values() {
        func judged(_ change: (inout RunPortrait) -> Void) -> [(impact: ContractChange.Impact, text: String)] {
            Self.changes(Self.portrait(), Self.portrait(run: Self.run(change)))
        }
        #expect(judged { $0.columns[1] = "text int64" }.map(\.impact) == [.breaking])
        #expect(
            Self.changes(
                Self.portrait(run: Self.run { $0.columns[0] = "id int32" }), Self.portrait()
            ).map(\.impact) == [.notable])
        #expect(judged { $0.columns.append("more utf8") }.map(\.impact) == [.harmless])
        let other = judged { $0.rows[0].values["text"] = "uno" }
        #expect(other.map(\.impact) == [.breaking] && other[0].text == "Column text has other values in 1 row.")
        #expect(judged { $0.rows[1].values["text"] = "two" }.map(\.impact) == [.notable])
        #expect(judged { $0.rows[0].values["text"] = nil }.map(\.impact) == [.breaking])
        #expect(judged { $0.rows.removeLast() }.first?.text == "Rows that do not come any more: 1 of 2.")
        #expect(judged { $0.rows.append($0.rows[0]) }.map(\.impact) == [.breaking])
    }

    @Test("a key of the later version does not hide which rows are the same")
    func key() {
        let after = Self.portrait(run: Self.run { $0.advice?.primaryKeys = ["id", "text"] })
        let changes = PortraitComparison(before: Self.portrait(), after: after).changes
        #expect(changes.map(\.subject) == [.key])
    }

    @Test("requests: other ones are shown, the same in another order are told")
    func requests() {
        let before = Self.portrait(run: Self.run { $0.requests = ["GET /a", "GET /b"] })
        let turned = PortraitComparison(
            before: before, after: Self.portrait(run: Self.run { $0.requests = ["GET /b", "GET /a"] }))
        #expect(turned.changes.map(\.text) == ["The same requests are made in another order."])
        let more = PortraitComparison(
            before: before, after: Self.portrait(run: Self.run { $0.requests = ["GET /a", "GET /b", "GET /c"] }))
        #expect(
            more.changes.map(\.witness) == [["2 before, 3 now", "now: GET /c"]] && more.changes[0].impact == .notable)
    }

    @Test(
        "a new source is said to be new, a source that is gone breaks, and nothing compared is told from nothing changed"
    )
    func sources() {
        let nobody = Portrait(version: "none", sources: [])
        let new = PortraitComparison(before: nobody, after: Self.portrait())
        #expect(new.isEmpty && new.changes.isEmpty && new.notCompared.first?.contains("is new") == true)
        let gone = PortraitComparison(before: Self.portrait(), after: nobody)
        #expect(gone.changes.map(\.impact) == [.breaking])
        let missing = PortraitComparison(
            before: Self.portrait(), after: Self.portrait { $0.scenarios[0].missing = "No engine." })
        #expect(missing.notCompared == ["acme/notes: No engine."] && missing.compared.runs == 0)
    }

    @Test("one change of many tables is told once; a table that is gone is not told again by its reads")
    func merged() {
        let tables = ["notes", "tasks", "users", "teams"]
        func portrait(order: String, _ offered: [String]) -> Portrait {
            Self.portrait { source in
                source.scenarios[0].runs = tables.map { table in
                    Self.run {
                        $0.table = table
                        $0.advice?.order = order
                        $0.error = offered.contains(table) ? nil : "There is no table \(table)."
                    }
                }
                source.scenarios[0].tables = offered.map { .init(SourceSchema($0, primaryKeys: ["id"])) }
            }
        }
        let comparison = PortraitComparison(
            before: portrait(order: "ascending", tables),
            after: portrait(order: "descending", tables.filter { $0 != "users" }))
        #expect(comparison.changes.map(\.subject) == [.tables, .order])
        #expect(comparison.changes.map(\.place) == ["acme / users", "acme / notes, tasks, teams"])
        #expect(comparison.changes.last?.seen.count == 3)
    }

    @Test("long values are shortened and still told apart")
    func digests() {
        let (a, b) = (String(repeating: "a", count: 500) + "x", String(repeating: "a", count: 500) + "y")
        let texts = [a, b].compactMap { RunPortrait.text(.string($0)) }
        #expect(texts.count == 2 && texts[0] != texts[1] && texts.allSatisfy { $0.count < 60 })
        #expect(RunPortrait.text(.string("short")) == "short" && RunPortrait.text(.null) == nil)
    }
}
