import ArgumentParser
import Cassettes
import Conformance
import Foundation
import SourceCatalog
import Transports
import Tributary

/// `tributary check`: holds sources against the conformance catalogue, on recorded and modelled upstreams.
struct CheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Prove that sources keep the contract, on recorded and modelled upstreams.",
        discussion: """
            Needs no network and no account. Exit code 0: all checks passed; 5: a check failed; 1: a check could not run.
            A check that finds nothing to look at is 'not exercised': it never passes, and fails with --strict.
            """)

    @Argument(help: "The sources; none means all that have fixtures.", completion: .list(Sources.registry.types))
    var sources: [String] = []

    @Option(help: "Only this table.")
    var table: String?

    @Option(help: "Only this check.")
    var check: String?

    @Option(help: "How thorough: quick or full.")
    var profile = "full"

    @Option(help: "text or json.")
    var format = "text"

    @Option(help: "The folder of the fixtures.", completion: .directory)
    var fixtures = "Fixtures"

    @Option(
        help: ArgumentHelp(
            "A PostgreSQL or MySQL server on which databases may be made, for the sources that read them.",
            discussion: """
                Such as postgres://user:password@127.0.0.1:5432/postgres; may be given once for each engine. Without one \
                their checks are not exercised. Also read from TRIBUTARY_CHECK_POSTGRES and TRIBUTARY_CHECK_MYSQL.
                """, valueName: "url"))
    var databaseServer: [String] = []

    @Option(help: "The seed of everything that is drawn by chance.")
    var seed: UInt64 = 1

    @Flag(help: "List the checks.")
    var list = false

    @Option(help: "Explain a check.")
    var explain: String?

    @Flag(help: "Show that each check catches its seeded faults, and passes the clean twin.")
    var selfTest = false

    @Flag(help: "With --self-test: run each fault against every check, and not only against those that must catch it.")
    var matrix = false

    @Flag(help: "Show the slowest cases.")
    var timings = false

    @Flag(help: "Count 'not exercised' as failed.")
    var strict = false

    func validate() throws {
        guard Profile(rawValue: profile) != nil else { throw ValidationError("The profile is quick, full or hostile.") }
        guard ["text", "json"].contains(format) else { throw ValidationError("The format is text or json.") }
        for name in [check, explain].compactMap({ $0 }) where CheckCatalogue.check(name) == nil {
            let known = CheckCatalogue.all.map(\.name).joined(separator: "\n  ")
            throw ValidationError("There is no check '\(name)'. There are:\n  \(known)")
        }
    }

    func run() async throws {
        if list { return CheckReport.list(CheckCatalogue.all) }
        if let explain, let check = CheckCatalogue.check(explain) { return CheckReport.explain(check) }
        let stack: HTTPStack = { LiveHTTP.simulated(over: $0, clock: $1) }
        if selfTest { return try await runSelfTest(stack) }
        let results = try await results(stack)
        if format == "json" { try JSONOutput.print(results.map(CheckReport.Entry.init)) } else { show(results) }
        if results.contains(where: \.couldNotRun) { throw ExitStatus.failure.exitCode }
        if results.contains(where: { $0.isFailure(strict: strict) }) { throw ExitStatus.upstream.exitCode }
        if results.isEmpty {
            throw SourceError(
                .notFound, "Looking for cases to check: there are none.",
                advice: "Check the names of source, table and check, and that \(fixtures) holds the source's scenarios."
            )
        }
    }

    /// Engines for the sources that read databases.
    private func databases() throws -> DatabaseStack {
        let urls = DatabaseStack.urls(in: ProcessInfo.processInfo.environment) + databaseServer
        return try DatabaseStack(connector: LiveDatabaseConnector(), servers: urls)
    }

    private func results(_ stack: @escaping HTTPStack) async throws -> [CheckResult] {
        var options = CheckRunner.Options(today: String(Moment.text(SystemClock().now).prefix(10)))
        options.profile = Profile(rawValue: profile) ?? .full
        options.tables = Set([table].compactMap { $0 })
        options.checks = Set([check].compactMap { $0 })
        options.seed = seed
        options.isStrict = strict
        let databases = try databases()
        let runner = CheckRunner(
            catalogue: CheckCatalogue.all, stack: stack, databases: databases, children: Self.children)
        var cases: [CheckRunner.Case] = []
        for source in try chosen() {
            let folder = URL(filePath: fixtures).appending(path: source.description.type.lowercased())
            guard FileManager.default.fileExists(atPath: folder.path) else { continue }
            cases += runner.cases(of: source, scenarios: try Fixture(at: folder).scenarios, options: options)
        }
        let total = cases.count
        let showsProgress = Console.errorIsTerminal && format == "text"
        let results = await runner.run(cases, options: options) { result, done in
            if showsProgress { Console.rewriteLine("\(done)/\(total)  \(result.item.name)") }
        }
        if showsProgress { Console.rewriteLine("") }
        await databases.close()
        return results
    }

    /// Children are this program too.
    private static var children: ChildProcessRunner? { ChildProcessRunner(executable: Bundle.main.executablePath) }

    private func chosen() throws -> [AnySource] {
        if sources.isEmpty { return Sources.registry.sources }
        return try sources.map { try Sources.registry.source($0) }
    }

    private func show(_ results: [CheckResult]) {
        Console.result(CheckReport.matrix(results))
        for result in results where result.isFailure(strict: strict) { Console.result(CheckReport.failure(result)) }
        if timings { Console.result(CheckReport.slowest(results)) }
        Console.result(CheckReport.summary(results))
    }

    /// What the checks said of a specimen where that is not what they should.
    private func explain(_ row: SelfTest.Row) {
        for result in row.results {
            let isIntended = row.intended.contains(result.item.check.name)
            guard row.fault == nil ? result.isFailure(strict: false) : isIntended else { continue }
            if result.isFailure(strict: false) {
                Console.result(CheckReport.failure(result))
            } else {
                Console.result("\(result.item.name): \(result.verdict)")
            }
        }
    }

    private func runSelfTest(_ stack: @escaping HTTPStack) async throws {
        let test = SelfTest(stack: stack, databases: try databases(), children: Self.children)
        let wanted = SeededFault.all.filter { fault in check.map(SelfTest.intended(fault).contains) ?? true }
        let total = wanted.count + Specimen.all.count
        var rows: [SelfTest.Row] = []
        func note(_ row: SelfTest.Row) {
            rows.append(row)
            if Console.errorIsTerminal { Console.rewriteLine("\(rows.count)/\(total)") }
        }
        for specimen in Specimen.all {
            note(try await test.cleanTwin(of: specimen, checks: check.map { [$0] }))
            for fault in specimen.faults where wanted.contains(fault) {
                note(try await test.row(of: fault, onlyIntended: !matrix))
            }
        }
        if Console.errorIsTerminal { Console.rewriteLine("") }
        Console.result(CheckReport.selfTest(rows))
        for row in rows where !row.isAsIntended { explain(row) }
        if rows.contains(where: { !$0.isAsIntended }) { throw ExitStatus.upstream.exitCode }
    }
}

extension CheckResult {
    /// Whether the check itself broke.
    fileprivate var couldNotRun: Bool { if case .couldNotRun = verdict { true } else { false } }
}
