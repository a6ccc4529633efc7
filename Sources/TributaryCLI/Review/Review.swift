import Cassettes
import Conformance
import Foundation
import Tributary

/// Reviews one source: code, fixtures, contract, conformance, and the fourteen points.
struct Review {
    let folder: SourceFolder
    let git: Git
    let base: String?
    let earlier: EarlierVersion
    let profile: Profile
    /// Engines for sources that read databases.
    let databases: DatabaseStack
    /// The same for the base, which is a process of its own.
    let variables: [String: String]

    func report() async throws -> ReviewReport {
        let files = folder.swiftFiles()
        let changed = base.map { Set(git.changes(since: $0)) } ?? []
        let fixtures = FixtureReview(folder: folder, today: Kit.today, changed: changed)
        let results = try await results()
        var sections = [ReviewReport.Section(title: "What changed", remarks: changes(changed))]
        if base != nil, !isNew {
            let contract = ContractReview(
                folder: folder, earlier: earlier, databases: databases, variables: variables)
            sections.append(.init(title: "Contract on the same traffic", remarks: await contract.remarks()))
        }
        sections += [
            .init(title: "Code", remarks: code(files)),
            .init(title: "Fixtures", remarks: try fixtures.remarks()),
            .init(
                title: "Conformance", remarks: ConformanceReview(results: results, before: verdictsBefore).remarks()),
            .init(title: "Documentation and icon", remarks: presentation()),
            .init(title: "The fourteen points", remarks: FourteenPoints.remarks(results)),
        ]
        return ReviewReport(source: folder.source.description.type, base: base, sections: sections)
    }

    /// Whether the base has no such source.
    private var isNew: Bool { base.map { folder.isNew(since: $0, in: git) } ?? false }

    private var verdictsBefore: [String: String]? {
        guard case .built = earlier, !isNew else { return nil }
        return try? earlier.verdicts(of: folder.source.description.type, profile: profile, with: variables)
    }

    private func changes(_ changed: Set<String>) -> [ReviewReport.Remark] {
        guard let base else {
            return [.init(level: .warning, text: "There is no base to compare with: give --base REV.")]
        }
        let mine = changed.filter { file in folder.parts.contains { file.hasPrefix($0) } }.sorted()
        if mine.isEmpty {
            return [.init(level: .good, text: "Nothing of this source differs from \(base.prefix(12)).")]
        }
        let count = "\(mine.count.counted("file differs", "files differ")) from \(base.prefix(12))"
        return [.init(level: .good, text: isNew ? "\(count): the source is new." : "\(count).")]
            + mine.filter { $0.hasSuffix(".swift") || $0.hasSuffix("manifest.json") || $0.hasSuffix("model.json") }
            .map { ReviewReport.Remark(level: .person, text: "Read what changed here.", file: $0) }
    }

    private func code(_ files: [SourceText]) -> [ReviewReport.Remark] {
        guard !files.isEmpty else { return [.init(level: .bad, text: "The source's folder was not found.")] }
        let problems = folder.source.declarationProblems.map { ReviewReport.Remark(level: .bad, text: $0) }
        let remarks = CodeScan.remarks(files) + problems
        let lines = files.reduce(0) { $0 + $1.lines.count }
        let clean = ReviewReport.Remark(
            level: .good, text: "\(files.count.counted("file")), \(lines.counted("line")): nothing to remark.")
        return (remarks.isEmpty ? [clean] : remarks)
            + HostScan(docs: folder.source.description.docs).remarks(files)
            + FormatReview(folder: folder).remarks(files)
    }

    private func results() async throws -> [CheckResult] {
        guard folder.exists(folder.fixtures) else { return [] }
        var options = CheckRunner.Options(today: Kit.today)
        options.profile = profile
        // A source that waits by itself is endless to the kit; its reviewer should not have to wait as long.
        options.caseLimit = .seconds(60)
        options.ledger = try FailureLedger(at: URL(filePath: folder.path("Fixtures/ledger.json")))
        let runner = CheckRunner(
            catalogue: CheckCatalogue.all, stack: Kit.stack, databases: databases, children: Kit.children)
        let fixture = try Fixture(at: URL(filePath: folder.path(folder.fixtures)))
        let cases = runner.cases(of: folder.source, scenarios: fixture.scenarios, options: options)
        return await runner.run(cases, options: options)
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
