import Cassettes
import Columns
import Pipeline
import Tributary

/// What is offered of a table, and what is said of it.
enum OfferChecks {
    static let all = [keyless, hiddenRows]

    private static let keyless = Check(
        "db-view-or-keyless-table", group: .database, level: .simulated,
        proves: "A table without a key is offered for full refreshes alone, and each of them gives its rows once.",
        method: "Beside the table stands a copy without a key, every row twice. It is discovered; if increments are "
            + "offered they must be refused; two full refreshes must each leave exactly the engine's rows. A source that offers a fixed "
            + "list of tables is not judged.",
        likelyCause:
            "A cursor column alone makes the source offer increments: without a key nothing can be merged, and "
            + "each sync adds the rows again.",
        catches: "increments-offered-without-a-key"
    ) { input in
        try await Bench.judging(input) { bench in
            let sql = try bench.demandDatabase()
            let engine = sql.base.engine
            let (copy, name) = (SQLText.quote("kit_keyless", engine), bench.offeredName("kit_keyless"))
            let upstream = try bench.database(bench.copyingTwice(sql, into: copy))
            guard let offer = try await bench.offered(upstream).first(where: { $0.name == name }) else {
                try await bench.demandFreeTables()
                return [Finding(at: "discovery", expected: "the table \(name)", actual: "It is not offered.")]
            }
            var findings: [Finding] = []
            if offer.primaryKeys.isEmpty, offer.supportsIncremental {
                findings.append(
                    Finding(
                        at: "discovery of a table without a key", expected: "full refreshes alone",
                        actual:
                            "Increments are offered, along \(offer.incrementalFields.map(\.name).joined(separator: ", "))."
                    ))
            }
            if offer.supportsIncremental, let field = offer.incrementalFields.first {
                let run = try await bench.run(Lab.Plan(name, .incremental, cursorField: field.name), of: upstream)
                if run.error == nil {
                    findings.append(
                        Finding(
                            at: "increments of a table whose rows no key tells apart", expected: "a refusal",
                            actual: "The sync succeeded with \(run.summary?.rowsRead ?? 0) rows.",
                            history: run.log.lines()))
                }
            }
            return try await findings + bench.refreshedTwice(name, upstream)
        }
    }

    private static let hiddenRows = Check(
        "db-hidden-rows-announced", group: .database, level: .simulated,
        proves: "Where the engine hides rows from the user, the user is told.",
        method: "A row policy is switched on for the table; discovery must come with a warning, or the read must fail.",
        likelyCause:
            "The catalogue's word about row-level security is not asked for: put it into `rowSecurityWarning`.",
        catches: "row-policy-hides-rows"
    ) { input in
        try await Bench.judging(input) { bench in
            let sql = try bench.demandDatabase()
            guard let policies = try SQLScenario(bench.input.scenario)?.rowPolicies(sql.table), !policies.isEmpty,
                !sql.table.isView
            else { throw Bench.Verdicted(verdict: .notApplicable("The engine has no policies for the rows of it.")) }
            let upstream = try bench.database(policies)
            let offer = try await bench.offered(upstream).first { $0.name == bench.schema.name }
            if offer?.rowSecurityWarning?.isEmpty == false { return [] }
            let run = try await bench.run(bench.plan(.fullRefresh), of: upstream)
            if run.error != nil { return [] }
            return [
                Finding(
                    at: "discovery and full read under a row policy", expected: "a warning, or an error",
                    actual: "Neither came, and the sync succeeded with \(run.summary?.rowsRead ?? 0) rows.",
                    witness: policies, history: run.log.lines())
            ]
        }
    }
}

extension Bench {
    /// A copy of the table without a key, every row twice.
    fileprivate func copyingTwice(_ sql: ModelDatabase, into copy: String) -> [String] {
        let table = sql.table.quoted(sql.base.engine)
        let names = sql.table.columns.map { SQLText.quote($0.name, sql.base.engine) }.joined(separator: ", ")
        return [
            "CREATE TABLE \(copy) AS SELECT \(names) FROM \(table)",
            "INSERT INTO \(copy) (\(names)) SELECT \(names) FROM \(table)",
        ]
    }

    /// Two full refreshes: each leaves the engine's rows, as often as they are there.
    fileprivate func refreshedTwice(_ name: String, _ upstream: DatabaseUpstream) async throws -> [Finding] {
        var files: MemoryLake.Files = [:]
        for number in 1...2 {
            let place = "full refresh \(number) of a table without a key"
            let run = try await successful(Lab.Plan(name, .fullRefresh), of: upstream, into: files, at: place)
            files = run.files
            guard let (facts, rows) = try await upstream.content(of: "kit_keyless") else { return [] }
            let problems = sqlRows(rows, try await lab.table(name, in: files, keys: []), facts)
            if !problems.isEmpty {
                return problems.map { problem in
                    Finding(at: place, expected: "the engine's rows", actual: problem, history: run.log.lines())
                }
            }
        }
        return []
    }
}
