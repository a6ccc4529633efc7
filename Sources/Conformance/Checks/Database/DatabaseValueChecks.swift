import Cassettes
import Columns
import Pipeline
import Tributary

/// What becomes of values.
enum DatabaseValueChecks {
    static let all = [typeMapComplete, pathsAgree]

    private static let typeMapComplete = Check(
        "db-type-map-complete", group: .database, level: .simulated, scope: .source,
        proves: "Every type of the engine is read: no value stops a table, and none becomes another value.",
        method:
            "A table for each type holds an ordinary value, the type's extremes and a null, and others hold columns that "
            + "the engine computes. It is discovered and read; "
            + "every row must arrive, values as the engine has them. What no column of the lake can hold may become null. "
            + "In the scenario's own tables whole numbers and exact ones with a scale must not arrive as doubles or texts, days not as moments, and moments not as days. A "
            + "source that offers a fixed list of tables is judged by these alone.",
        likelyCause:
            "A type is missing from the map, or a value beyond what the reader expected is an error or is cut.",
        catches: "year-outside-carrier-range", "nul-character-in-text", "whole-numbers-cast-to-doubles",
        "days-cast-to-moments", "computed-columns-left-out"
    ) { input in
        guard let sql = try SQLScenario(input.scenario), let state = input.scenario.goodState else {
            return .notApplicable("The scenario reads no database.")
        }
        guard let stack = input.databases else { return .notExercised("No database engine was handed to the kit.") }
        var world = SQLWorld(engine: sql.engine, script: "")
        world.changes = [FixedTables.making(in: "", sql.engine)] + SQLTypeCorpus.script(sql.engine)
        let now = try input.scenario.state(state).clock
        let upstream = DatabaseUpstream(world, of: input.scenario, now: now, on: stack)
        var looked = Counters()
        var findings = try await Carriers(input: input, sql: sql, stack: stack).findings(&looked)
        if try await offersNothingMade(upstream, input) { return .judged(findings, looked: looked) }
        let content = try await upstream.content()
        for (index, sample) in SQLTypeCorpus.samples(sql.engine).enumerated() {
            let name = SQLTypeCorpus.table(index)
            guard let facts = content.tables.first(where: { $0.name == name }), let rows = content.rows[facts] else {
                continue
            }
            looked += Counters(rows: rows.count, runs: 1, items: 1)
            findings += try await judge(sample, rows, facts, upstream, input, sql)
        }
        return .judged(findings, looked: looked)
    }

    /// Whether the source lists tables, and none of those that were made, the ordinary one among them.
    private static func offersNothingMade(_ upstream: DatabaseUpstream, _ input: CheckCase) async throws -> Bool {
        let lab = try input.lab()
        let context = try lab.context(upstream, clock: LabClock(upstream.now), log: EventLog())
        guard let tables = try? await lab.source.schemas(in: context) else { return false }
        return !tables.contains { $0.name.contains(FixedTables.table) || $0.name.contains("kit_type_") }
    }

    private static func judge(
        _ sample: SQLTypeSample, _ rows: [World.Object], _ facts: SQLTableFacts, _ upstream: DatabaseUpstream,
        _ input: CheckCase, _ sql: SQLScenario
    ) async throws -> [Finding] {
        let lab = try input.lab()
        let name = sql.schemaName == nil && !facts.schema.isEmpty ? "\(facts.schema).\(facts.name)" : facts.name
        let run = try await lab.run(Lab.Plan(name, .fullRefresh), of: upstream)
        let place = sample.place
        if let error = run.error {
            return [
                Finding(
                    at: place, expected: "all \(rows.count) rows", actual: "The sync ended with: \(error)",
                    witness: sample.values, history: run.log.lines())
            ]
        }
        let found = try await lab.table(name, in: run.files, keys: ["id"])
        var problems: [String] = []
        for row in rows {
            let id = (row.body["id"] ?? .null).text
            guard let actual = found?.byKey[[id]] else {
                problems.append("row \(id) is lost")
                continue
            }
            let type = found?.schema["value"]?.type
            let (expected, value) = (
                SQLValues.value(row.body["value"] ?? .null, as: type), actual.values["value"] ?? .null
            )
            let mayBeNull = sample.mayBeNull.contains(Int(id) ?? 0) && value == .null
            let isOpaque = sample.isOpaque && value != .null && expected != .null
            let isPadded = sample.type.lowercased().hasPrefix("char") && Self.isSameButBlanks(expected, value)
            if expected != value, !mayBeNull, !isOpaque, !isPadded {
                let text = (row.body["value"] ?? .null).text
                problems.append("row \(id) is \(TableDiff.text(value)), and the engine has \(text)")
            }
        }
        if problems.isEmpty { return [] }
        return [
            Finding(
                at: place, expected: "all \(rows.count) rows with their values",
                actual: "\(problems.count.counted("row differs", "rows differ")).",
                witness: problems, history: run.log.lines(last: 6))
        ]
    }

    /// Whether texts are the same but for blanks at their ends, which mean nothing in a column of fixed length.
    private static func isSameButBlanks(_ one: Value, _ other: Value) -> Bool {
        guard case .string(let left) = one, case .string(let right) = other else { return false }
        func trimmed(_ text: String) -> Substring {
            text.lastIndex { $0 != " " }.map { text[...$0] } ?? ""
        }
        return trimmed(left) == trimmed(right)
    }

    private static let pathsAgree = Check(
        "db-read-paths-agree", group: .database, level: .meta,
        proves:
            "A row has the same values whichever way it was read: by the first sync, an increment, or a resumed read.",
        method:
            "First sync; then nothing but the cursor of each row moves, and an increment reads them all again; then a "
            + "read that was cut in its middle is resumed. Every value must be the engine's each time.",
        likelyCause:
            "One path converts what another does not: a time by the session's zone, a text by another character "
            + "set. Convert in one place.",
        catches: "database-session-zone-shifts-values", "charset-differs-between-read-paths"
    ) { input in
        try await Bench.judging(input) { bench in
            let sql = try bench.demandWritableRows()
            try bench.demandIncremental()
            let upstream = try bench.database()
            let first = try await bench.successful(bench.plan(), of: upstream, at: "first sync")
            var findings = bench.finding(
                try await bench.difference(upstream, first), at: "first sync", expected: "the engine's values", first)
            if !findings.isEmpty { return findings }
            let touched = bench.objects.enumerated().map { bench.moved($0.element, by: $0.offset + 1) }
            try await upstream.commit(touched.map { bench.update($0, sql) })
            let second = try await bench.successful(bench.plan(), of: upstream, into: first.files, at: "increment")
            findings = bench.finding(
                try await bench.difference(upstream, second), at: "increment after only the cursors moved",
                expected: "the engine's values", second)
            if !findings.isEmpty { return findings }
            return try await bench.resumedValues(upstream)
        }
    }
}

extension Bench {
    /// A full read that is cut in its middle and resumed.
    fileprivate func resumedValues(_ upstream: DatabaseUpstream) async throws -> [Finding] {
        let calm = upstream.with(Bench.pieces)
        var plan = plan(commitsOften: true)
        let whole = try await successful(plan, of: calm, at: "sync")
        plan.cutBefore = whole.steps.count * 2 / 3
        let dead = try await run(plan, of: calm)
        plan.cutBefore = nil
        let resumed = try await successful(plan, of: calm, into: dead.files, at: "resumed read")
        return finding(
            try await difference(upstream, resumed), at: "resumed read", expected: "the engine's values", resumed)
    }
}
