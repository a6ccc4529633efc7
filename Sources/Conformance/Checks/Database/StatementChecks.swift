import Cassettes
import Columns
import Pipeline
import Tributary

/// What is said to the engine.
enum StatementChecks {
    static let all = [identifiersQuoted, BoundValues.check, readOnly, rowsToSync]

    private static let identifiersQuoted = Check(
        "db-identifiers-quoted", group: .database, level: .simulated,
        proves: "Any legal name of a table or column works, and two tables never become one.",
        method: "The table and one of its columns are renamed to reserved words, names with blanks, points, quotes, "
            + "semicolons and other scripts in turn, discovered and read, a third of them for a table that is read as one before it is; then two tables whose names end alike. "
            + "A source that offers a fixed list of tables is not judged.",
        likelyCause:
            "Names are put into statements as they are. Quote each with the connection's `quote`, part by part, "
            + "and offer tables under names that hold every part.",
        profile: .quick, catches: "identifier-not-quoted", "quote-doubled-by-character",
        "same-table-name-in-two-schemas"
    ) { input in
        try await Bench.judging(input) { bench in
            let sql = try bench.demandDatabase()
            if sql.table.isView { throw Bench.Verdicted(verdict: .notApplicable("Engines do not rename views alike.")) }
            let names = try bench.namesToTry
            for name in names where sql.table.name != name && sql.table.column(name) == nil {
                let findings = try await bench.readRenamed(to: name, sql)
                if !findings.isEmpty { return findings }
            }
            return try await bench.readAlike(sql)
        }
    }

    fileprivate static let hostileNames = [
        "select", "two words", "my.table", "quo\"ted", "Order", "back`tick", "semi;colon--", "Ünïcode 名前", "O'Hara",
        String(repeating: "x", count: 63),
        // A mark and the accent behind it are one Character of Swift, and two of the engine.
        "accent\"\u{301}", "accent`\u{301}",
    ]

    private static let readOnly = Check(
        "db-read-only", group: .database, level: .replay,
        proves: "The source only reads: no statement changes anything in the database.",
        method:
            "Every statement of validation, discovery, a full read and an increment is classified by its first word "
            + "and by what stands behind a WITH.",
        likelyCause:
            "Marks, temporary tables or locks are kept in the upstream. Positions belong into resume tokens and "
            + "watermarks.", profile: .quick, isWaivable: false, catches: "reader-keeps-marks-in-the-database"
    ) { input in
        try await Bench.judging(input) { bench in
            let upstream = try bench.database()
            let log = EventLog()
            let context = try bench.lab.context(upstream, clock: LabClock(upstream.now), log: log)
            try await bench.lab.source.validateCredentials(schema: bench.schema.name, in: context)
            _ = try await bench.lab.source.schemas(in: context)
            var statements = log.databases.statements
            for type in Set([.fullRefresh, bench.schema.mode]) {
                statements += try await bench.run(bench.plan(type), of: upstream).log.databases.statements
            }
            bench.tally.add(Counters(items: statements.count))
            guard let writing = statements.first(where: { !isReading($0.statement.text) }) else { return [] }
            return [
                Finding(
                    at: "statement \(writing.index)", expected: "reads and settings of the session alone",
                    actual: "It does something else: \(writing)")
            ]
        }
    }

    private static func isReading(_ text: String) -> Bool {
        let words = text.uppercased().split { !$0.isLetter }.map(String.init)
        let first = words.first ?? ""
        if ["SELECT", "SHOW", "EXPLAIN", "SET", "VALUES", "TABLE", "DESCRIBE"].contains(first) {
            return !words.contains("INTO") || !text.uppercased().contains("SELECT INTO")
        }
        if first == "PRAGMA" { return !text.contains("=") }
        return first == "WITH" && Set(words).isDisjoint(with: ["INSERT", "UPDATE", "DELETE", "MERGE"])
    }

    private static let rowsToSync = Check(
        "db-rows-to-sync-truthful", group: .database, level: .simulated,
        proves: "The announced number of rows is the number that is read, bounds included.",
        method:
            "The announcement of a full read, of a first increment and of one from the middle of the sample is compared with "
            + "the rows that the same read hands over.",
        likelyCause: "The whole table is counted, or another condition than that of the read is used.",
        catches: "rows-announced-without-the-bound", "rows-announced-without-null-cursors"
    ) { input in
        try await Bench.judging(input) { bench in
            let upstream = try bench.database()
            var reads = [(bench.inputs(.fullRefresh), "full read")]
            if bench.schema.mode == .incremental { reads.append((bench.inputs(.incremental), "first increment")) }
            if bench.schema.mode == .incremental, bench.cursors.count > 2,
                let middle = bench.watermark(bench.cursors[bench.cursors.count / 2])
            {
                var inputs = bench.inputs(.incremental)
                inputs.watermark.last = middle
                inputs.storedLast = middle
                reads.append((inputs, "increment from \(middle.storedText) on"))
            }
            var findings: [Finding] = []
            var announces = false
            for (inputs, place) in reads {
                let log = EventLog()
                let context = try bench.lab.context(upstream, clock: LabClock(upstream.now), log: log)
                let response = try await bench.lab.source.read(inputs, in: context)
                guard let announced = response.rowsToSync else { continue }
                announces = true
                let rows = Lock(0)
                try await response.items.run(
                    into: Emitter { item, _ in rows.withLock { $0 += item?.rowCount ?? 0 } })
                let read = rows.withLock { $0 }
                bench.tally.add(Counters(rows: read, runs: 1))
                if read != announced {
                    findings.append(
                        Finding(
                            at: place, expected: "\(announced.counted("row")), as announced",
                            actual: "\(read.counted("row")) came.",
                            history: log.lines()))
                }
            }
            if !announces {
                throw Bench.Verdicted(verdict: .notApplicable("The source announces no number of rows."))
            }
            return findings
        }
    }
}

extension Bench {
    /// The names for a table and a column: all, of a table that is read as one before it is each third.
    fileprivate var namesToTry: [String] {
        get throws {
            let all = StatementChecks.hostileNames
            if input.profile == .quick { return Array(all.prefix(4)) }
            let place = input.profile == .hostile ? 0 : try input.placeAmongAlike
            if place == 0 { return all }
            return all.enumerated().filter { $0.offset % 3 == place % 3 }.map(\.element)
        }
    }

    /// A cursor value of the engine as the runtime stores it.
    func watermark(_ value: JSONValue) -> CursorValue? {
        schema.field.flatMap { CursorValue(storedText: value.string ?? value.text, as: $0.type) }
    }

    /// The table and its first plain column under another name, discovered and read.
    fileprivate func readRenamed(to name: String, _ sql: ModelDatabase) async throws -> [Finding] {
        let engine = sql.base.engine
        let (old, new) = (sql.table.quoted(engine), SQLText.quote(name, engine))
        var (changes, undoing): ([String], [String]) = ([], [])
        var facts = sql.table
        if let column = plainColumns(sql).first, let index = facts.columns.firstIndex(of: column) {
            let before = SQLText.quote(column.name, engine)
            changes.append("ALTER TABLE \(old) RENAME COLUMN \(before) TO \(new)")
            undoing.append("ALTER TABLE \(old) RENAME COLUMN \(new) TO \(before)")
            facts.columns[index].name = name
        }
        changes.append("ALTER TABLE \(old) RENAME TO \(new)")
        facts.name = name
        let former = SQLText.quote(sql.table.name, engine)
        undoing.insert("ALTER TABLE \(facts.quoted(engine)) RENAME TO \(former)", at: 0)
        let upstream = try database()
        return try await upstream.altered(by: changes, undoneBy: undoing) {
            try await readWhole(facts, upstream, place: "table and column called \(name)")
        }
    }

    /// Two tables that are called alike but for what stands before a point.
    fileprivate func readAlike(_ sql: ModelDatabase) async throws -> [Finding] {
        let engine = sql.base.engine
        let names = ["north.depot", "south.depot"]
        var changes: [String] = []
        for name in names {
            changes.append("CREATE TABLE \(SQLText.quote(name, engine)) AS SELECT * FROM \(sql.table.quoted(engine))")
        }
        changes.append("DELETE FROM \(SQLText.quote(names[1], engine))")
        let undoing = names.map { "DROP TABLE \(SQLText.quote($0, engine))" }
        let upstream = try database()
        return try await upstream.altered(by: changes, undoneBy: undoing) {
            for name in names {
                var facts = sql.table
                facts.name = name
                facts.isView = false
                let place = "tables \(names.joined(separator: ", "))"
                let findings = try await readWhole(facts, upstream, place: place)
                if !findings.isEmpty { return findings }
            }
            return []
        }
    }

    private func readWhole(
        _ facts: SQLTableFacts, _ upstream: DatabaseUpstream, place: String
    ) async throws -> [Finding] {
        let name = offeredName(facts.name)
        do {
            let tables = try await offered(upstream)
            let twice = Dictionary(grouping: tables, by: \.name).filter { $0.value.count > 1 }.keys.sorted()
            guard tables.contains(where: { $0.name == name }), twice.isEmpty else {
                if twice.isEmpty { try await demandFreeTables() }
                return [
                    Finding(
                        at: place, expected: "each table is offered under a name of its own, one as \(name)",
                        actual: twice.isEmpty
                            ? "\(name) is not offered." : "Several tables are offered as \(twice[0]).",
                        witness: tables.map(\.name))
                ]
            }
        } catch let end as Verdicted {
            throw end
        } catch {
            try await demandFreeTables()
            return [Finding(at: "\(place), discovery", expected: "the tables", actual: "It ended with: \(error)")]
        }
        let run = try await run(Lab.Plan(name, .fullRefresh), of: upstream)
        if let error = run.error {
            return [
                Finding(
                    at: "\(place), full read", expected: "its rows", actual: "The sync ended with: \(error)",
                    history: run.log.lines())
            ]
        }
        let image = try await lab.table(name, in: run.files, keys: [])
        let rows = try await upstream.rows(like: facts)
        let keyless = sqlRows(rows, image, facts)
        return keyless.map { problem in
            Finding(at: "\(place), full read", expected: "the engine's rows", actual: problem, history: run.log.lines())
        }
    }

    /// Compares rows that may be doubled: as many as the engine has, and the same ones.
    func sqlRows(_ rows: [World.Object], _ image: TableImage?, _ facts: SQLTableFacts) -> [String] {
        let difference = sqlDifference(rows, image, facts, keys: [])
        var problems: [String] = []
        let count = image?.rows.count ?? 0
        if count != rows.count { problems.append("There are \(count) rows instead of \(rows.count).") }
        if !difference.missing.isEmpty || !difference.extra.isEmpty {
            problems.append("Rows differ: \(difference.witness.prefix(4).joined(separator: "; "))")
        }
        return problems
    }
}
