import Cassettes
import Conformance
import Foundation
import Tributary

/// Reviews one source: code, fixtures, contract, conformance, and the fourteen points.
struct Review {
    let folder: SourceFolder
    let git: Git
    let base: String?
    let today: String
    let profile: Profile

    func report() async throws -> ReviewReport {
        let files = folder.swiftFiles()
        let results = try await results()
        let sections = [
            ReviewReport.Section(title: "What changed", remarks: changes()),
            ReviewReport.Section(title: "Code", remarks: code(files)),
            ReviewReport.Section(title: "Fixtures", remarks: try fixtures()),
            ReviewReport.Section(title: "Conformance", remarks: conformance(results)),
            ReviewReport.Section(title: "Documentation and icon", remarks: presentation()),
            ReviewReport.Section(title: "The fourteen points", remarks: FourteenPoints.remarks(results)),
        ]
        return ReviewReport(source: folder.source.description.type, base: base, sections: sections)
    }

    private func changes() -> [ReviewReport.Remark] {
        guard let base else {
            return [.init(level: .warning, text: "There is no base to compare with: give --base REV.")]
        }
        let mine = [folder.code, folder.fixtures, folder.page].compactMap { $0 }
        let changed = git.changes(since: base).filter { file in mine.contains { file.hasPrefix($0) } }
        if changed.isEmpty {
            return [.init(level: .good, text: "Nothing of this source differs from \(base.prefix(12)).")]
        }
        let isNew = folder.code.map { git.run("ls-tree", "--name-only", base, "\($0)/") ?? "" }?.isEmpty ?? true
        var remarks = changed.filter {
            $0.hasSuffix(".swift") || $0.hasSuffix("manifest.json") || $0.hasSuffix("model.json")
        }
        .map { ReviewReport.Remark(level: .person, text: "Read what changed here.", file: $0) }
        let count = "\(changed.count) files differ from \(base.prefix(12))"
        remarks.insert(.init(level: .good, text: isNew ? "\(count): the source is new." : "\(count)."), at: 0)
        if !isNew {
            remarks.append(
                .init(
                    level: .person,
                    text:
                        "The contract on the same traffic: `tributary check \(folder.id) --against \(base.prefix(12))`."
                ))
        }
        return remarks
    }

    private func code(_ files: [(file: String, lines: [String])]) -> [ReviewReport.Remark] {
        guard !files.isEmpty else { return [.init(level: .bad, text: "The source's folder was not found.")] }
        let hosts = CodeScan.hosts(files)
        let host = ReviewReport.Remark(
            level: .person, text: "Hosts in the code: \(hosts.isEmpty ? "none" : hosts.joined(separator: ", ")).")
        let problems = folder.source.declarationProblems.map { ReviewReport.Remark(level: .bad, text: $0) }
        let remarks = CodeScan.remarks(files) + problems
        let lines = files.reduce(0) { $0 + $1.lines.count }
        let clean = ReviewReport.Remark(level: .good, text: "\(files.count) files, \(lines) lines: nothing to remark.")
        return (remarks.isEmpty ? [clean] : remarks) + [host]
    }

    private func fixtures() throws -> [ReviewReport.Remark] {
        guard folder.exists(folder.fixtures) else {
            return [
                .init(level: .bad, text: "There is no recorded traffic: see Fixtures/README.md")
            ]
        }
        let place = URL(filePath: folder.path(folder.fixtures))
        let leaks = try LeakScanner().scan(
            folder: place, root: URL(filePath: folder.path("Fixtures")), today: today)
        var remarks = leaks.findings.map { finding in
            ReviewReport.Remark(
                level: .bad, text: "\(finding.what) at \(finding.place): \(finding.excerpt)",
                file: "Fixtures/\(finding.file)", line: finding.line)
        }
        if remarks.isEmpty {
            remarks.append(
                .init(level: .good, text: "\(leaks.files) files: no secret, no personal data, no trace of a machine."))
        }
        for scenario in try Fixture(at: place).scenarios { remarks.append(contentsOf: Self.remarks(on: scenario)) }
        return remarks
    }

    private static func remarks(on scenario: Scenario) -> [ReviewReport.Remark] {
        let manifest = scenario.manifest
        let file = "Fixtures/\(scenario.id)/manifest.json"
        let kind = manifest.provenance.kind
        let states = manifest.states.map(\.name).joined(separator: ", ")
        var remarks = [
            ReviewReport.Remark(
                level: kind.rawValue.hasPrefix("recorded") ? .good : .person,
                text: "\(scenario.name): \(kind.rawValue), states \(states), \(manifest.schemas.count) tables.",
                file: file)
        ]
        for guess in manifest.provenance.guessed {
            remarks.append(.init(level: .person, text: "\(scenario.name): guessed: \(guess)", file: file))
        }
        if let edits = manifest.document["provenance"]?["edits"]?.array, !edits.isEmpty {
            remarks.append(
                .init(level: .warning, text: "\(scenario.name): edited by hand \(edits.count) times.", file: file))
        }
        for waiver in manifest.document["waivers"]?.array ?? [] {
            let check = waiver["check"]?.string ?? "?"
            let reason = waiver["reason"]?.string ?? "no reason"
            remarks.append(.init(level: .person, text: "\(scenario.name): \(check) is waived: \(reason)", file: file))
        }
        return remarks
    }

    private func results() async throws -> [CheckResult] {
        guard folder.exists(folder.fixtures) else { return [] }
        var options = CheckRunner.Options(today: today)
        options.profile = profile
        let runner = CheckRunner(catalogue: CheckCatalogue.all, stack: Kit.stack)
        let fixture = try Fixture(at: URL(filePath: folder.path(folder.fixtures)))
        let cases = runner.cases(of: folder.source, scenarios: fixture.scenarios, options: options)
        return await runner.run(cases, options: options)
    }

    private func conformance(_ results: [CheckResult]) -> [ReviewReport.Remark] {
        let counts = Dictionary(grouping: results, by: \.verdict.name).mapValues(\.count)
        let text = counts.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", ")
        let failures = results.filter { $0.isFailure(strict: false) }.map { result in
            ReviewReport.Remark(
                level: .bad, text: "\(result.item.name): \(Self.words(result)). Repeat: \(result.command)")
        }
        let summary = ReviewReport.Remark(
            level: results.isEmpty ? .bad : .good,
            text: results.isEmpty ? "No check ran." : "\(results.count) cases: \(text).")
        return [summary] + failures
    }

    private static func words(_ result: CheckResult) -> String {
        switch result.verdict {
        case .failed(let findings): findings.first?.actual ?? "failed"
        case .couldNotRun(let text): "could not run: \(text)"
        default: result.verdict.name
        }
    }

    private func presentation() -> [ReviewReport.Remark] {
        var remarks: [ReviewReport.Remark] = []
        let page = folder.page
        remarks.append(
            folder.exists(page)
                ? .init(level: .good, text: "The page is there.", file: page)
                : .init(level: .bad, text: "There is no page of documentation: \(page)."))
        if let icon = folder.icon {
            remarks.append(
                folder.exists(icon)
                    ? .init(level: .good, text: "The icon is there.", file: icon)
                    : .init(level: .bad, text: "There is no icon: \(icon)."))
        }
        if let text = try? String(contentsOfFile: folder.path(page), encoding: .utf8) {
            for (index, line) in text.components(separatedBy: "\n").enumerated() where line.hasPrefix("Say here") {
                remarks.append(
                    .init(level: .bad, text: "A sentence of the template is left.", file: page, line: index + 1))
            }
        }
        return remarks
    }
}
