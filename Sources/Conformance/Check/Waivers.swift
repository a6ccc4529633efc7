import Cassettes
import Columns
import Foundation

/// The waivers of a manifest: failures that are accepted, with the reason, where it is discussed, and until when.
///
/// A waiver accepts as well that there is no material for its check. One of the check `*` for one table accepts that of all
/// checks, and no failure: a table that is empty at the upstream exercises little.
///
/// ```json
/// "waivers": [{"check": "watermark-boundary-ties-kept", "table": "events", "reason": "…", "reference": "https://…",
///              "until": "2026-12-31"}]
/// ```
///
/// One entry may name several, where they have one reason: `checks` and `tables` are lists, and each check is waived for
/// each table.
public struct Waivers: Sendable {
    /// Those that can be used: complete in their form.
    public let all: [Waiver]
    private let malformed: [(index: Int, problem: String)]

    /// Reads the member `waivers`; an entry that is malformed waives nothing and is one of the ``problems(of:checks:today:)``.
    public init(_ manifest: Manifest) {
        var waivers: [Waiver] = []
        var malformed: [(Int, String)] = []
        let value = manifest.document["waivers"] ?? .array([])
        if value.array == nil { malformed.append((0, "is not in a list")) }
        for (index, entry) in (value.array ?? []).enumerated() {
            let problems = Self.problems(of: entry)
            if problems.isEmpty { waivers += Self.waivers(entry) }
            malformed += problems.map { (index, $0) }
        }
        all = waivers
        self.malformed = malformed
    }

    private static let texts = ["check", "table", "reason", "reference", "until"]
    private static let lists = ["checks", "tables"]

    private static func waivers(_ entry: JSONValue) -> [Waiver] {
        func text(_ name: String) -> String { entry[name]?.string ?? "" }
        func list(_ name: String) -> [String]? { entry[name]?.array?.compactMap(\.string) }
        let tables = list("tables") ?? [entry["table"]?.string ?? "*"]
        return (list("checks") ?? [text("check")]).flatMap { check in
            tables.map { table in
                Waiver(
                    check: check, table: table, reason: text("reason"), reference: text("reference"),
                    until: text("until"))
            }
        }
    }

    private static func problems(of entry: JSONValue) -> [String] {
        guard let object = entry.object else { return ["is no object"] }
        let needed = texts.filter { $0 != "table" && ($0 != "check" || object["checks"] == nil) }
        var problems = needed.filter { (object[$0]?.string ?? "").allSatisfy(\.isWhitespace) }.map { "has no \($0)" }
        problems += object.names.filter { !(texts + lists).contains($0) }.map { "has the unknown member \"\($0)\"" }
        if let table = object["table"], table.string == nil { problems.append("has a table that is no text") }
        for (one, name) in [("check", "checks"), ("table", "tables")] {
            guard let list = object[name] else { continue }
            if object[one] != nil { problems.append("has both \(one) and \(name)") }
            let texts = list.array?.compactMap(\.string) ?? []
            if texts.isEmpty || texts.count != list.array?.count {
                problems.append("has \(name) that are no list of texts")
            }
        }
        if let until = object["until"]?.string, !until.isEmpty, CivilDay(until) == nil {
            problems.append("has the end date \"\(until)\", which is no day such as 2026-12-31")
        }
        return problems
    }

    /// What is wrong with a scenario's waivers themselves, whatever the checks say: incomplete, of an unknown check or
    /// table, of a check that cannot be waived, past their date.
    ///
    /// - Parameters:
    ///   - checks: the catalogue.
    ///   - today: as `2026-11-23`.
    public static func problems(of scenario: Scenario, checks: [Check], today: String) -> [Finding] {
        let waivers = Waivers(scenario.manifest)
        let tables = Set(scenario.manifest.schemas.map(\.name))
        var findings = waivers.malformed.map { entry in
            finding(scenario, "waiver \(entry.index + 1)", "The waiver \(entry.problem).", near: "\"waivers\"")
        }
        for waiver in waivers.all {
            findings += waivers.problems(of: waiver, tables, checks, today).map {
                finding(scenario, title(waiver), "The waiver \($0).", near: "\"\(waiver.check)\"")
            }
        }
        return findings
    }

    private func problems(
        of waiver: Waiver, _ tables: Set<String>, _ checks: [Check], _ today: String
    ) -> [String] {
        var problems: [String] = []
        let check = checks.first { $0.name == waiver.check }
        if waiver.isOfMaterial {
            if waiver.table == "*" { problems.append("is of all checks and all tables") }
        } else if check == nil {
            problems.append("is of a check that does not exist")
        }
        if check?.isWaivable == false { problems.append("is of a check that cannot be waived") }
        if waiver.table != "*", !tables.contains(waiver.table) { problems.append("is of a table that does not exist") }
        if waiver.until < today { problems.append("ran out on \(waiver.until)") }
        if all.count(where: { $0.check == waiver.check && $0.table == waiver.table }) > 1 {
            problems.append("stands there twice")
        }
        return problems
    }

    /// The waivers that no failure needs any more: their check ran on all of their tables and failed on none. One of all
    /// tables needs a pass as well; one of a single table is not needed either where the check does not apply to it.
    ///
    /// - Parameters:
    ///   - verdicts: of the scenario's cases, by check and table; `*` is the source as a whole.
    ///   - profile: that they are of. A pass over the small samples of the quick one does not show that a waiver is needed
    ///     no more.
    public static func unneeded(
        of scenario: Scenario, verdicts: [(check: String, table: String, verdict: Verdict)], profile: Profile
    ) -> [Finding] {
        if profile == .quick { return [] }
        return Waivers(scenario.manifest).all.filter { waiver in
            if waiver.isOfMaterial { return isUnneeded(waiver, verdicts.filter { $0.table == waiver.table }) }
            let own = verdicts.filter { $0.check == waiver.check && (waiver.table == "*" || waiver.table == $0.table) }
            let tables = Set(own.map(\.table))
            let isComplete =
                waiver.table != "*" || tables == ["*"] || tables == Set(scenario.manifest.schemas.map(\.name))
            let isShown = own.contains { entry in
                switch entry.verdict {
                case .passed: true
                case .notApplicable: waiver.table != "*"
                default: false
                }
            }
            return isComplete && isShown && own.allSatisfy { $0.verdict.isGood }
        }.map { waiver in
            finding(
                scenario, title(waiver),
                "The waiver is no longer needed: the check passes, or does not apply. Take it out.",
                near: "\"\(waiver.check)\"")
        }
    }

    /// Whether all checks ran on the table and each found material there.
    private static func isUnneeded(
        _ waiver: Waiver, _ own: [(check: String, table: String, verdict: Verdict)]
    ) -> Bool {
        let all = CheckCatalogue.all.filter { $0.scope == .table && $0.level != .live && $0.profile <= .full }
        return Set(all.map(\.name)).isSubset(of: own.map(\.check))
            && own.allSatisfy { entry in
                switch entry.verdict {
                case .waived(let used, _): used != waiver
                case .notExercised: false
                default: true
                }
            }
    }

    /// The waiver of a case.
    func waiver(of item: CheckRunner.Case) -> Waiver? {
        all.first { $0.check == item.check.name && ($0.table == "*" || $0.table == item.table) }
    }

    /// A failure that is waived is `waived`, and so is a lack of material; a waiver that has run out, or may not be, waives
    /// nothing.
    func applied(to verdict: Verdict, of item: CheckRunner.Case, today: String) -> Verdict {
        if case .notExercised = verdict {
            let own = all.first { ($0.isOfMaterial || $0.check == item.check.name) && $0.table == item.table }
            return own.map { $0.until >= today ? .waived($0, []) : verdict } ?? verdict
        }
        guard case .failed(let findings) = verdict, let waiver = waiver(of: item) else { return verdict }
        if item.check.isWaivable && waiver.until >= today { return .waived(waiver, findings) }
        return verdict
    }

    private static func title(_ waiver: Waiver) -> String { "waiver of \(waiver.check) for \(waiver.table)" }

    private static func finding(_ scenario: Scenario, _ place: String, _ problem: String, near text: String) -> Finding
    {
        Finding(
            at: "\(scenario.id)/manifest.json, \(place)",
            expected:
                "a waiver with check, reason, reference and end date, of a failure that exists and may be waived",
            actual: problem, cause: "Complete the waiver, or take it out.", file: "manifest.json",
            line: SourceLine.of(text, in: scenario.folder.appendingPathComponent("manifest.json"), after: "\"waivers\"")
        )
    }
}

extension Verdict {
    /// Neither a failure, nor an accepted one, nor a check that broke.
    var isGood: Bool {
        switch self {
        case .passed, .notApplicable, .notExercised: true
        case .failed, .waived, .known, .couldNotRun: false
        }
    }
}

/// A day of the calendar as text, such as `2026-12-31`; such texts stand in the order of the days.
struct CivilDay {
    init?(_ text: String) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.map(\.count) == [4, 2, 2], let year = Int(parts[0]), let month = Int(parts[1]),
            let day = Int(parts[2]), (1...12).contains(month)
        else { return nil }
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        let lengths = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        guard (1...lengths[month - 1]).contains(day) else { return nil }
    }
}
