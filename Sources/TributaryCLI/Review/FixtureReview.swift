import Cassettes
import Columns
import Conformance
import Foundation
import Tributary

/// What a reviewer wants to know of a source's fixtures: where they are from, how old, how much, what they leave out.
struct FixtureReview {
    let folder: SourceFolder
    let today: String
    /// The files that this change touches, relative to the package.
    let changed: Set<String>

    /// Beyond these a scenario is hard to read in a review.
    private static let (bodyLimit, scenarioLimit) = (64 << 10, 256 << 10)

    func remarks() throws -> [ReviewReport.Remark] {
        guard folder.exists(folder.fixtures) else {
            return [.init(level: .bad, text: "There is no recorded traffic: see Fixtures/README.md")]
        }
        let scenarios = try Fixture(at: URL(filePath: folder.path(folder.fixtures))).scenarios
        return try secrets() + coverage(scenarios) + scenarios.flatMap(remarks)
    }

    private func secrets() throws -> [ReviewReport.Remark] {
        let leaks = try LeakScanner().scan(
            folder: URL(filePath: folder.path(folder.fixtures)), root: URL(filePath: folder.path("Fixtures")),
            today: today)
        let remarks = leaks.findings.map { finding in
            ReviewReport.Remark(
                level: .bad, text: "\(finding.what) at \(finding.place): \(finding.excerpt)",
                file: "Fixtures/\(finding.file)", line: finding.line)
        }
        let allowed =
            leaks.allowed.isEmpty
            ? "" : " \(leaks.allowed.count.counted("finding is", "findings are")) allowed by Fixtures/scan-allow.json."
        let clean = ReviewReport.Remark(
            level: leaks.allowed.isEmpty ? .good : .person,
            text: "\(leaks.files.counted("file")): no secret, no personal data, no trace of a machine.\(allowed)")
        return remarks.isEmpty ? [clean] : remarks
    }

    /// Which tables of the source no scenario reads, and which incremental ones only at one moment.
    private func coverage(_ scenarios: [Scenario]) -> [ReviewReport.Remark] {
        var moments: [String: Int] = [:]
        var modes: [String: SyncType] = [:]
        for scenario in scenarios {
            for schema in scenario.manifest.schemas {
                moments[schema.name] = max(moments[schema.name] ?? 0, scenario.manifest.states.count)
                if schema.mode != .fullRefresh { modes[schema.name] = schema.mode }
            }
        }
        let once = modes.keys.filter { moments[$0] == 1 }.sorted()
        var remarks = [
            ReviewReport.Remark(
                level: moments.isEmpty ? .bad : .good,
                text:
                    "\(scenarios.count.counted("scenario reads", "scenarios read")) \(moments.count.counted("table")).")
        ]
        if !once.isEmpty {
            remarks.append(
                .init(
                    level: .warning,
                    text: "Increments of \(once.joined(separator: ", ")) are seen at one moment only: no second state.")
            )
        }
        let kinds = Dictionary(grouping: scenarios) { $0.manifest.provenance.kind.rawValue }.mapValues(\.count)
        let split = kinds.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", ")
        let isRecorded = kinds.keys.contains { $0.hasPrefix("recorded") }
        remarks.append(
            .init(
                level: isRecorded ? .good : .person,
                text: "Provenance: \(split)." + (isRecorded ? "" : " No real answer of the upstream was recorded.")))
        return remarks
    }

    private func remarks(on scenario: Scenario) -> [ReviewReport.Remark] {
        let manifest = scenario.manifest
        let file = "Fixtures/\(scenario.id)/manifest.json"
        func remark(_ level: ReviewReport.Level, _ text: String) -> ReviewReport.Remark {
            .init(level: level, text: "\(scenario.name): \(text)", file: file)
        }
        let states = manifest.states.map(\.name).joined(separator: ", ")
        let covers = manifest.covers.isEmpty ? "" : "; covers \(manifest.covers.joined(separator: ", "))"
        var remarks = [
            remark(
                .good,
                "\(manifest.provenance.kind.rawValue), states \(states), \(manifest.schemas.count.counted("table"))\(covers)."
            )
        ]
        remarks += manifest.provenance.guessed.map { remark(.person, "guessed: \($0)") }
        remarks += age(manifest).map { remark($0.level, $0.text) }
        remarks += size(scenario).map { remark($0.level, $0.text) }
        remarks += edits(scenario).map { remark($0.level, $0.text) }
        return remarks + waivers(manifest).map { remark(.person, $0) }
    }

    /// The waivers, those of one reason together.
    private func waivers(_ manifest: Manifest) -> [String] {
        var reasons: [String] = []
        var checks: [String: [String]] = [:]
        for waiver in manifest.document["waivers"]?.array ?? [] {
            let until = waiver["until"]?.string.map { " until \($0)" } ?? ""
            let reason = "waived\(until): \(waiver["reason"]?.string ?? "no reason")"
            if checks[reason] == nil { reasons.append(reason) }
            let named = waiver["checks"]?.array?.compactMap(\.string) ?? [waiver["check"]?.string ?? "?"]
            checks[reason, default: []] += named.filter { !(checks[reason] ?? []).contains($0) }
        }
        return reasons.map { reason in
            let names = checks[reason] ?? []
            return "\(names.joined(separator: ", ")) \(names.count == 1 ? "is" : "are") \(reason)"
        }
    }

    private typealias Found = (level: ReviewReport.Level, text: String)

    private func age(_ manifest: Manifest) -> [Found] {
        guard let day = manifest.provenance.newestDay else { return [(.warning, "no day says how old it is.")] }
        let days = ProvenanceDay.days(from: day, to: today)
        return [(days > 365 ? .warning : .good, "of \(day), \(Int(days).counted("day")) ago.")]
    }

    private func size(_ scenario: Scenario) -> [Found] {
        let files = ScenarioFiles(reading: scenario.folder).files
        let total = files.values.reduce(0) { $0 + $1.count }
        let allowance = (scenario.manifest.document["allowLarge"]?.array ?? [])
            .compactMap { $0["reason"]?.string }.joined(separator: "; ")
        let large = files.filter { $0.key.hasPrefix("bodies/") && $0.value.count > Self.bodyLimit }.keys.sorted()
        var found: [Found] = []
        let level: ReviewReport.Level = allowance.isEmpty ? .warning : .person
        let reason = allowance.isEmpty ? "" : " Its reason: \(allowance)."
        if total > Self.scenarioLimit {
            let text =
                "\(Figures.bytes(total)) in \(files.count.counted("file")), more than \(Figures.bytes(Self.scenarioLimit)): trim "
                + "it to what shows the behaviour, record an account with fewer rows, or give the reason in manifest.json: "
                + #""allowLarge": [{"reason": "…"}]."#
            found.append((level, text + reason))
        } else {
            found.append((.good, "\(Figures.bytes(total)) in \(files.count.counted("file"))."))
        }
        if !large.isEmpty {
            let names =
                large.prefix(3).joined(separator: ", ") + (large.count > 3 ? " and \(large.count - 3) more" : "")
            found.append(
                (level, "\(large.count.counted("body", "bodies")) beyond \(Figures.bytes(Self.bodyLimit)): \(names)."))
        }
        return found
    }

    /// A seal that does not fit is an edit by hand that nobody gave a reason for.
    private func edits(_ scenario: Scenario) -> [Found] {
        let provenance = scenario.manifest.provenance
        let reasons = (provenance.details["edits"]?.array ?? []).map { $0.string ?? $0["reason"]?.string ?? $0.text }
        var found: [Found] = reasons.map { (.person, "edited by hand: \($0)") }
        guard provenance.kind.rawValue.hasPrefix("recorded") else { return found }
        let seal = provenance.details["seal"]?.string
        if seal == nil {
            found.append((.warning, "it says that it is recorded, and carries no seal."))
        } else if seal != ScenarioFiles(reading: scenario.folder).seal {
            let isOwned = provenance.kind == .recordedEdited && !reasons.isEmpty
            found.append(
                (
                    isOwned ? .person : .bad,
                    "the seal does not fit the files: they were edited by hand after they were recorded."
                ))
        } else {
            found.append((.good, "the seal fits: nobody edited the recording by hand."))
        }
        let touched = changed.filter { $0.hasPrefix("Fixtures/\(scenario.id)/") }.count
        if touched > 0 {
            found.append(
                (.good, "\(touched.counted("file is new or differs", "files are new or differ")) from the base."))
        }
        return found
    }
}
