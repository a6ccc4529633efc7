import Cassettes
import Columns
import Pipeline
import Tributary

// Answers whose form changes.
extension TypeChecks {
    /// All that a row has besides its key, cursor and times lies within another member.
    static let noFreeColumn = Verdict.notApplicable("No column but key, cursor and times has values of its own.")

    static let evolution = [newColumn, removedColumn, changedType, stableSchema]

    private static let newMembers = JSONObject([("kit_new", "x"), ("kit_nested", ["a": [1]])])

    private static let newColumn = Check(
        "schema-new-column-tolerated", group: .types, level: .fault,
        proves: "A member that is new in the answers does not stop the sync, and changes no other column.",
        method:
            "Syncs while the rows have a new member, text and nested: in all rows, in the later and in the earlier half alone, "
            + "and on an increment alone. They must succeed with all other values as they were; and where the member of all "
            + "rows becomes a column, so must that of some.",
        likelyCause: "Rows are held against a list of names and refused, or columns are taken by their position.",
        catches: "unknown-member-stops-the-run", "columns-of-the-first-row"
    ) { input in
        try await Bench.judging(input) { bench in
            try bench.demandHTTP()
            let (all, half) = (bench.objects.indices, bench.objects.count / 2)
            var becomesColumn = false
            for (name, places) in [
                ("in all rows", all), ("in the later rows alone", half..<all.upperBound),
                ("in the earlier rows alone", 0..<half),
            ] {
                let objects = bench.adding(newMembers, to: places)
                let place = "sync, a new member \(name)"
                let run = try await bench.successful(bench.plan(), of: bench.upstream(objects), at: place)
                var findings = bench.finding(
                    try await bench.difference(bench.objects, run), at: place,
                    expected: "the other columns as they were", run)
                let image = try await bench.table(run)
                if places == all { becomesColumn = image?.schema["kit_new"] != nil }
                if findings.isEmpty, becomesColumn { findings = bench.withoutNewMember(objects, image, run, at: place) }
                if !findings.isEmpty { return findings }
            }
            let first = try await bench.successful(bench.plan(), of: bench.upstream(), at: "sync before the change")
            let later = bench.adding(newMembers, to: bench.objects.indices)
            let place = "sync after the change"
            let run = try await bench.successful(bench.plan(), of: bench.upstream(later), into: first.files, at: place)
            return bench.finding(
                try await bench.difference(bench.objects, run), at: place, expected: "the other columns as they were",
                run)
        }
    }

    private static let removedColumn = Check(
        "schema-removed-column-tolerated", group: .types, level: .fault,
        proves: "A member that vanishes from the answers becomes null; a key or cursor that vanishes is an error.",
        method:
            "Full reads while each optional member in turn is left out of all rows on the wire: they must succeed. Then "
            + "incremental syncs without the key, and without the cursor: they must fail.",
        likelyCause:
            "A member is demanded that the upstream need not send, or a made-up value stands in for a missing key.",
        catches: "optional-member-demanded", "missing-key-made-up"
    ) { input in
        try await Bench.judging(input) { bench in
            try bench.demandHTTP()
            guard let path = bench.endpoint.rowsPath else {
                throw Bench.Verdicted(verdict: .notExercised("The model's envelope has no place for rows."))
            }
            let optional = Set(bench.objects.flatMap(\.body.names)).subtracting(bench.fixedMembers).sorted()
            if optional.isEmpty, bench.schema.mode != .incremental {
                throw Bench.Verdicted(verdict: TypeChecks.noFreeColumn)
            }
            for member in optional.prefix(16) {
                let objects = bench.objects.map { object in
                    var object = object
                    object.body[member] = nil
                    return object
                }
                let place = "full read, no \(member) in the rows"
                let run = try await bench.successful(bench.plan(.fullRefresh), of: bench.upstream(objects), at: place)
                let findings = bench.finding(
                    try await bench.difference(objects, run), at: place, expected: "all rows, with null in \(member)",
                    run)
                if !findings.isEmpty { return findings }
            }
            return try await bench.withoutNeededMembers(path)
        }
    }

    private static let changedType = Check(
        "schema-change-of-type-reported", group: .types, level: .fault,
        proves: "Values whose type changes are kept in a wider form or refused with an error, never lost in silence.",
        method:
            "Syncs while a member changes from the second page on: a number to text, text to an object, a scalar to a "
            + "list, an object to text where there is nothing else. Where the sync succeeds, each value must be in the table.",
        likelyCause: "A value that does not fit is made null, or its row is dropped.",
        catches: "changed-type-nulled"
    ) { input in
        try await Bench.judging(input) { bench in
            try bench.demandHTTP()
            let changes = bench.typeChanges()
            if changes.isEmpty {
                throw Bench.Verdicted(verdict: TypeChecks.noFreeColumn)
            }
            for (member, change, name) in changes {
                let varied = bench.objects.enumerated().map { index, object in
                    var object = object
                    if index >= bench.objects.count / 2 { object.body[member] = change(object.body[member] ?? .null) }
                    return object
                }
                let place = "full read, \(member) changing from \(name) in its middle"
                let run = try await bench.run(bench.plan(.fullRefresh), of: bench.upstream(varied))
                if let error = run.error {
                    if error is LabBudgetExceeded {
                        return [Finding(at: place, expected: "an error, or all values", actual: "\(error)")]
                    }
                    // A refusal loses nothing: that was looked at, too.
                    bench.tally.add(Counters(items: 1))
                    continue
                }
                let findings = try await bench.keptValues(of: member, varied, run, at: place)
                if !findings.isEmpty { return findings }
            }
            return []
        }
    }

    private static let stableSchema = Check(
        "schema-stable-across-runs", group: .types, level: .meta,
        proves: "A table has the same columns with the same types after a full, a resumed, an empty and a quiet run.",
        method:
            "After a first sync the table's schema is compared with that after a full refresh, after a run that was "
            + "cut and resumed, after one without rows, and after one whose rows have null in all optional members.",
        likelyCause: "Columns or types are found out from the rows of each run anew: declare them.",
        catches: "json-type-downgraded-by-empty-batch"
    ) { input in
        try await Bench.judging(input) { bench in
            let first = try await bench.successful(bench.plan(), of: bench.upstream(), at: "first sync")
            guard let expected = try await bench.table(first) else { return [] }
            for (name, run) in try await bench.laterRuns(first) {
                guard let table = try await bench.table(run) else { continue }
                bench.tally.add(Counters(items: table.schema.count))
                // The runtime gives the cursor its type where it follows it: it is a moment in an increment and text in a full refresh.
                let cursor = name == "full refresh" ? bench.schema.field.map { Bench.column($0.name) } : nil
                let difference = TableDiff(
                    expected: TableImage(rows: [], keys: [], schema: expected.schema.without(cursor)),
                    actual: TableImage(rows: [], keys: [], schema: table.schema.without(cursor)))
                if difference.isEmpty { continue }
                return [
                    Finding(
                        at: name, expected: "the schema of the first sync",
                        actual:
                            "\(difference.schemaDifferences.count.counted("column is another", "columns are others")).",
                        witness: difference.schemaDifferences, history: run.log.lines(last: 10))
                ]
            }
            return []
        }
    }
}

extension TableSchema {
    /// The schema without one column.
    fileprivate func without(_ name: String?) -> TableSchema { TableSchema(fields.filter { $0.name != name }) }
}

extension Bench {
    /// Members that a table cannot be without.
    var fixedMembers: Set<String> {
        let paths = collection.key + [collection.cursor].compactMap(\.self) + endpoint.order.map(\.field)
        return Set(paths + paths.map(MemberPath.head))
            .union(collection.parent?.columns.keys.map { $0 } ?? []).union(collection.embeds.map(\.member))
            .union(sql?.table.columns.filter(\.isRequired).map(\.name) ?? [])
    }

    /// The objects with more members at some places.
    func adding(_ members: JSONObject, to places: Range<Int>) -> [World.Object] {
        objects.enumerated().map { index, object in
            var object = object
            for member in members.members where places.contains(index) { object.body[member.name] = member.value }
            return object
        }
    }

    /// Rows in which a new member was sent and not kept.
    func withoutNewMember(
        _ sent: [World.Object], _ image: TableImage?, _ run: Lab.Run, at place: String
    ) -> [Finding] {
        let rows = image?.byKey ?? [:]
        let with = sent.filter { $0.body["kit_new"] != nil }
        let lost = with.filter { object in rows[tableKey(object)]?.values["kit_new"] != .string("x") }
        guard !lost.isEmpty else { return [] }
        return [
            Finding(
                at: place, expected: "the new column in each row that has it",
                actual: "\(lost.count) of \(with.count) rows lack it.", witness: lost.prefix(3).map(key),
                history: run.log.lines(),
                cause: "The columns are those of the first row or page: what comes later with another one is lost.")
        ]
    }

    /// Syncs whose rows lack the key, or the cursor, on the wire.
    func withoutNeededMembers(_ path: String) async throws -> [Finding] {
        guard schema.mode == .incremental, let field = schema.field?.name else { return [] }
        let keys = try await response().primaryKeys
        // The paths of what the source needs: a key or cursor that is lifted is taken away where it lies.
        let cursor = collection.path(ofColumn: field)
        let needed =
            keys.map(collection.path(ofColumn:)).filter(collection.key.contains)
            + (collection.cursor == cursor ? [cursor] : [])
        for member in needed {
            let fault = WireFault(what: "no \(member) in any row", index: nil) { answer in
                var answer = answer
                answer.body = HTTPBody(
                    HostileBodies.changeRows(try await answer.body.collect(), at: path) { rows in
                        rows = rows.map { row in
                            guard var object = row.object else { return row }
                            object[path: member] = nil
                            return .object(object)
                        }
                    })
                return answer
            }
            let run = try await run(plan(), of: FaultyUpstream(base: upstream(), fault: fault))
            if run.error is SourceError { continue }
            return [
                Finding(
                    at: "incremental sync, no \(member) in any row", expected: "an error that names \(member)",
                    actual: run.error.map { "It ended with: \($0)" }
                        ?? "The sync succeeded with \(run.summary?.rowsRead ?? 0) rows.", history: run.log.lines())
            ]
        }
        return []
    }

    /// Members and how the type of each changes.
    func typeChanges() -> [(member: String, change: (JSONValue) -> JSONValue, name: String)] {
        let free = objects[0].body.members.filter { !fixedMembers.contains($0.name) && !$0.name.hasPrefix("created") }
        let number = (free.first { $0.value.int64 != nil } ?? free.first { $0.value.double != nil })?.name
        let text = free.first { member in
            member.value.string.map { TimestampParser.microseconds($0) == nil } ?? false
        }?.name
        var changes: [(String, (JSONValue) -> JSONValue, String)] = []
        if let number { changes.append((number, { .string("no \($0.text)") }, "a number to text")) }
        if let text { changes.append((text, { ["kit": $0] }, "text to an object")) }
        if let text { changes.append((text, { .array([$0, $0]) }, "text to a list")) }
        // Rows of which all is nested have nothing else.
        if changes.isEmpty, let object = free.first(where: { $0.value.object != nil })?.name {
            changes.append((object, { _ in .string("no object") }, "an object to text"))
        }
        return changes
    }

    /// Runs that must leave the schema as it is.
    func laterRuns(_ first: Lab.Run) async throws -> [(name: String, run: Lab.Run)] {
        var runs: [(String, Lab.Run)] = []
        if schema.mode != .fullRefresh {
            runs.append(("full refresh", try await successful(plan(.fullRefresh), of: upstream(), at: "full refresh")))
            let quiet = objects.map { object in
                var object = object
                for name in object.body.names where !fixedMembers.contains(name) && !name.hasPrefix("created") {
                    object.body[name] = .null
                }
                return object
            }
            var later = [("sync without rows", [World.Object]())]
            // What a column of an engine may hold is the engine's matter.
            if sql == nil { later.append(("sync with null in all optional members", quiet)) }
            for (name, visible) in later {
                runs.append(
                    (name, try await successful(plan(), of: upstream(visible), into: first.files, at: name)))
            }
        }
        var dying = plan(commitsOften: true)
        dying.cutBefore = first.steps.count / 2
        let dead = try await run(dying, of: upstream())
        let name = "sync that was cut and run again"
        runs.append(
            (name, try await successful(plan(commitsOften: true), of: upstream(), into: dead.files, at: name)))
        return runs
    }
}
