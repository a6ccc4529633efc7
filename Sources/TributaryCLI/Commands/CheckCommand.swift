import ArgumentParser
import Cassettes
import Conformance
import Foundation
import SourceCatalog
import Tributary

/// `tributary check`: holds sources against the conformance catalogue, on recorded and modelled upstreams.
struct CheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Prove that sources keep the contract, on recorded and modelled upstreams.",
        discussion: """
            Needs no network and no account. Exit code 0: every case passed, was waived or is not applicable; 5: a case \
            failed, or a waiver or the ledger is not alive; 1: no case failed, but one could not run.
            A check that finds nothing to look at is 'not exercised': it never passes, and fails with --strict, which \
            is the default where the environment has CI.
            A trap in a source's code ends the program with exit code 1 and without a report: standard error then names the \
            cases that were running, and the command that repeats each by itself.
            With --against, two versions of the sources run on the same traffic, and what differs is told: form, tables, \
            keys, columns, rows value by value, layout and requests. Exit code 0: nothing breaks for users; 5: something \
            does; 1: nothing could be compared.
            """)

    @Argument(help: "The sources; none means all that have fixtures.", completion: .list(Sources.registry.types))
    var sources: [String] = []

    @Option(help: "Only this scenario; may be given several times.")
    var scenario: [String] = []

    @Option(help: "Only this table; may be given several times.")
    var table: [String] = []

    @Option(help: "Only this check; may be given several times.")
    var check: [String] = []

    @Option(help: "How thorough: quick, full or hostile.")
    var profile = Profile.full

    @Option(help: "text, json, junit, sarif or html; of --self-test: text, json or markdown.")
    var format = ReportFormat.text

    @Option(help: "Write the report to this file, and only its last line to the terminal.", completion: .file())
    var output: String?

    @Option(help: "The folder of the fixtures.", completion: .directory)
    var fixtures = "Fixtures"

    @Option(
        help: ArgumentHelp(
            "A PostgreSQL or MySQL server on which databases may be made, for the sources that read them.",
            discussion: """
                Such as postgres://user:password@127.0.0.1:5432/postgres; may be given once for each engine. Without one \
                their cassettes are replayed, and what asks for more is not exercised. Also read from \
                TRIBUTARY_CHECK_POSTGRES and TRIBUTARY_CHECK_MYSQL.
                """, valueName: "url"))
    var databaseServer: [String] = []

    @Option(help: "The seed of everything that is drawn by chance.")
    var seed: UInt64 = 1

    @Option(help: "Cases that run at once. If not given: three for each core, and one for each with --self-test.")
    var width: Int?

    @Option(help: "Seconds of real time after which a case is given up.")
    var caseLimit = 300

    @Option(help: "Seconds that the whole run may take: a longer one fails, and tells its slowest checks.")
    var budget: Double?

    @Option(help: "Seconds that reducing the history of a failure may take; 0 leaves failures as they are.")
    var shrink = 5

    @Option(
        help: ArgumentHelp(
            "Leave a part of the upstream's history out, as the command of a shrunken failure says.",
            valueName: "rows=…/page=…/states=…/moments=…"))
    var history = ""

    @Flag(help: "List the checks, and what is not built as one.")
    var list = false

    @Option(help: "Explain a check.")
    var explain: String?

    @Flag(help: "Show that each check catches its seeded faults, and passes the clean twin.")
    var selfTest = false

    @Flag(help: "With --self-test: run each fault against every check, and not only against those that must catch it.")
    var matrix = false

    @Flag(help: "Show the time of each check, and the slowest cases.")
    var timings = false

    @Flag(inversion: .prefixedNo, help: "Count 'not exercised' as failed; the default where CI is set.")
    var strict: Bool?

    @Option(
        help: ArgumentHelp(
            "Compare with another version: a revision, which is built for it, or a stored portrait.",
            discussion: """
                The revision's tree and its build are kept outside the checkout, in the user's cache \
                (TRIBUTARY_CACHE names another place), so that only the first comparison takes minutes. Both versions run \
                on the fixtures of this one.
                """, valueName: "rev|file"))
    var against: String?

    @Option(
        help: "Write what this version makes of the traffic to a file, for a later --against.", completion: .file())
    var portrait: String?

    func validate() throws {
        for name in check + [explain].compactMap({ $0 }) where CheckCatalogue.check(name) == nil {
            let advice =
                name.contains(",")
                ? "Give --check once for each."
                : NearestName.advice(for: name, among: CheckCatalogue.all.map(\.name)) ?? ""
            throw ValidationError("There is no check '\(name)'. \(advice)")
        }
        if let width, width < 1 { throw ValidationError("The width is 1 or more.") }
        if let budget, !(budget > 0) { throw ValidationError("The budget is more than 0 seconds.") }
        if shrink < 0 { throw ValidationError("The time for reducing a failure is 0 seconds or more.") }
        if History(history) == nil {
            throw ValidationError(
                "There is no history '\(history)'. One is rows=0,3/page=1/states=1/moments=4, or a part of it.")
        }
        let formats: [ReportFormat] = selfTest ? [.text, .json, .markdown] : [.text, .json, .junit, .sarif, .html]
        if !formats.contains(format) {
            let names = formats.map(\.rawValue).joined(separator: ", ")
            throw ValidationError("There is no report of this kind as \(format.rawValue), but as \(names).")
        }
        if caseLimit < 1 { throw ValidationError("The limit of a case is 1 second or more.") }
        if against != nil, format != .text, format != .json {
            throw ValidationError("With --against the format is text or json.")
        }
    }

    func run() async throws {
        if list { return CheckReport.list(CheckCatalogue.all) }
        if let explain, let check = CheckCatalogue.check(explain) { return CheckReport.explain(check) }
        CrashNotes.tell(exitingWith: ExitStatus.failure.rawValue)
        if selfTest { return try await runSelfTest(Kit.stack) }
        if against != nil || portrait != nil { return try await compareVersions() }
        let report = try await report(Kit.stack)
        if report.results.isEmpty { throw nothingToCheck }
        try show(report)
        switch report.outcome {
        case .passed: break
        case .failed: throw ExitStatus.upstream.exitCode
        case .couldNotRun: throw ExitStatus.failure.exitCode
        }
    }

    /// Which of the names is wrong, or what is missing.
    var nothingToCheck: SourceError {
        let asked = (try? chosen()) ?? []
        let names = asked.map { $0.description.type.lowercased() }
        let known = asked.flatMap { (try? Fixture(at: folder(of: $0)).scenarios) ?? [] }
        func error(_ problem: String, _ advice: String) -> SourceError {
            SourceError(.notFound, "Looking for cases to check: \(problem).", advice: advice)
        }
        if known.isEmpty {
            let source = names.count == 1 ? names[0] : "SOURCE"
            return error(
                "\(fixtures) holds no scenario of \(names.joined(separator: ", "))",
                "Record one with 'tributary record \(source) --scenario NAME', or name another folder with --fixtures.")
        }
        if let wrong = scenario.first(where: { name in !known.contains { $0.name == name } }) {
            return error("there is no scenario '\(wrong)'", Self.advice(for: wrong, among: known.map(\.name)))
        }
        let tables = Set(known.flatMap { $0.manifest.schemas.map(\.name) })
        if let wrong = table.first(where: { !tables.contains($0) }) {
            return error("no scenario has a table '\(wrong)'", Self.advice(for: wrong, among: Array(tables)))
        }
        return error(
            "no check of the profile \(profile.rawValue) was chosen that looks at these tables",
            "Choose another with --check or --profile; 'tributary check --list' shows all.")
    }

    private static func advice(for name: String, among names: [String]) -> String {
        NearestName.advice(for: name, among: Set(names).sorted()) ?? ""
    }

    private func options() throws -> CheckRunner.Options {
        var options = CheckRunner.Options(today: Kit.today)
        options.looksForProcessState = true
        options.profile = profile
        options.scenarios = Set(scenario)
        options.tables = Set(table)
        options.checks = Set(check)
        options.seed = seed
        if let width { options.width = width }
        options.isStrict = strict ?? (Console.environment("CI") != nil)
        options.caseLimit = .seconds(caseLimit)
        options.budget = budget.map { .seconds($0) }
        options.shrinkLimit = .seconds(shrink)
        options.history = History(history) ?? History()
        options.ledger = try FailureLedger(at: URL(filePath: fixtures).appending(path: "ledger.json"))
        if fixtures != "Fixtures" { options.fixtures = fixtures }
        return options
    }

    private func report(_ stack: @escaping HTTPStack) async throws -> ConformanceReport {
        let options = try options()
        let databases = try Kit.databases(databaseServer)
        let runner = CheckRunner(
            catalogue: CheckCatalogue.all, stack: stack, databases: databases, children: Kit.children)
        var cases: [CheckRunner.Case] = []
        for source in try chosen() {
            let folder = folder(of: source)
            guard FileManager.default.fileExists(atPath: folder.path) else { continue }
            cases += runner.cases(of: source, scenarios: try Fixture(at: folder).scenarios, options: options)
        }
        let progress = CheckProgress(total: cases.count)
        let began = ContinuousClock.now
        let clock = Moment.text(SystemClock().now)
        let results = await runner.run(cases, options: options) { progress.advance($0, done: $1) }
        progress.clear()
        await databases.close()
        return ConformanceReport(
            of: results, catalogue: CheckCatalogue.all, options: options, duration: began.duration(to: .now),
            began: clock)
    }

    private func folder(of source: AnySource) -> URL {
        URL(filePath: fixtures).appending(path: source.description.type.lowercased())
    }

    func chosen() throws -> [AnySource] {
        if sources.isEmpty { return Sources.registry.sources }
        return try sources.map { try Sources.source($0) }
    }

    private func show(_ report: ConformanceReport) throws {
        let isPainted = output == nil && Console.outputIsTerminal && Console.environment("NO_COLOR") == nil
        let text = CheckReportText(report: report, paint: Paint(isOn: isPainted), showsTimings: timings)
        let document: String
        switch format {
        case .text, .markdown: document = text.text
        case .json: document = String(decoding: try JSONOutput.bytes(of: JSONReport(report)), as: UTF8.self)
        case .junit: document = JUnitReport(report).text
        case .sarif:
            let root = URL(filePath: FileManager.default.currentDirectoryPath)
            document = String(decoding: try JSONOutput.bytes(of: SARIFReport(report, root: root)), as: UTF8.self)
        case .html: document = HTMLReport(report).text
        }
        try write(document, summary: text.summary)
    }

    private func write(_ document: String, summary: String) throws {
        guard let output else { return Console.result(document) }
        let text = document.hasSuffix("\n") ? document : document + "\n"
        try Data(text.utf8).write(to: URL(filePath: output))
        Console.result("\(summary) The report is in \(output).")
    }

    /// What the checks said of a specimen where that is not what they should.
    private func explain(_ row: SelfTest.Row) {
        for result in row.results {
            let isIntended = row.intended.contains(result.item.check.name)
            guard row.fault == nil ? result.isFailure(strict: false) : isIntended else { continue }
            if result.isFailure(strict: false) {
                Console.result(FailureStory(result).text)
            } else {
                Console.result("\(result.item.name): \(result.verdict)")
            }
        }
    }

    private func runSelfTest(_ stack: @escaping HTTPStack) async throws {
        let databases = try Kit.databases(databaseServer)
        var test = SelfTest(stack: stack, databases: databases, children: Kit.children)
        test.history = History(history) ?? History()
        let wanted = SeededFault.all.filter { fault in
            check.isEmpty || SelfTest.intended(fault).contains(where: check.contains)
        }
        let total = wanted.count + Specimen.all.count
        let rows = try await test.rows(
            of: wanted, checks: check.isEmpty ? nil : check, onlyIntended: !matrix,
            width: width ?? ProcessInfo.processInfo.activeProcessorCount
        ) { done in
            if Console.errorIsTerminal { Console.rewriteLine("\(done)/\(total)") }
        }
        await databases.close()
        if Console.errorIsTerminal { Console.rewriteLine("") }
        let report = SelfTestReport(rows, isWhole: check.isEmpty, isMatrix: matrix)
        switch format {
        case .json:
            try write(String(decoding: try JSONOutput.bytes(of: report), as: UTF8.self), summary: "\(report.figure).")
        case .markdown: try write(DetectionMatrixPage(report: report).text, summary: "\(report.figure).")
        default:
            try write(CheckReport.selfTest(report), summary: "\(report.figure).")
            for row in rows where !row.isAsIntended { explain(row) }
        }
        if rows.contains(where: { !$0.isAsIntended }) { throw ExitStatus.upstream.exitCode }
    }
}

/// The forms in which a report is written.
enum ReportFormat: String, ExpressibleByArgument, CaseIterable {
    case text, json, junit, sarif, html, markdown
}

extension Profile: ExpressibleByArgument {}
