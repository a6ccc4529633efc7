import Cassettes
import Columns
import Pipeline
import Tributary

// What a source says of its keys, and what becomes of rows that go.
extension KeyChecks {
    static let flagTruthful = Check(
        "key-duplicate-flag-truthful", group: .primaryKeys, level: .simulated,
        proves:
            "What a source says of duplicate keys is so: none where there are none, and, where it looks, each pair.",
        method: "The source is asked for an increment of an upstream without duplicates: it must not report any. Then, "
            + "where it asks the upstream something before the first row, with one object doubled at the front, and at "
            + "the end, and many doubled: it must report them.",
        likelyCause: "The probe for duplicates looks at a part of the rows, or at another column than the key.",
        catches: "duplicates-sought-on-the-first-page"
    ) { input in
        try await Bench.judging(input) { bench in
            try bench.demandIncremental()
            let (calm, asked) = try await bench.duplicateReport(bench.objects)
            bench.tally.add(Counters(runs: 1, items: 1))
            if calm {
                return [
                    Finding(
                        at: "answer to the inputs, before the first row", expected: "no report of duplicate keys",
                        actual:
                            "Duplicates are reported, and no two of the \(bench.objects.count) objects share a key.",
                        witness: asked)
                ]
            }
            guard !asked.isEmpty, bench.sql == nil else { return [] }
            for (name, planted) in bench.withDuplicates() {
                let (reported, asked) = try await bench.duplicateReport(planted)
                if reported { continue }
                return [
                    Finding(
                        at: "answer to the inputs, with \(name)", expected: "a report of duplicate keys",
                        actual: "None is reported, although the source asked before the first row.", witness: asked)
                ]
            }
            return []
        }
    }

    static let stopsIncremental = Check(
        "key-duplicates-stop-incremental", group: .primaryKeys, level: .simulated,
        proves:
            "A source's report of duplicate keys stops an incremental sync before anything is merged, with a message "
            + "that names the key.",
        method: "The source's answer is given the report, over its own rows. The sync must fail with the kind "
            + "duplicate-primary-key and leave the lake as it was, empty and with a table alike.",
        likelyCause: "The report is lost or overwritten on the way to the runtime.",
        catches: "report-of-duplicates-ignored"
    ) { input in
        try await Bench.judging(input) { bench in
            try bench.demandIncremental()
            let keys = try await bench.response().primaryKeys
            let lab = bench.labReportingDuplicates()
            let before = try await bench.successful(bench.plan(), of: bench.upstream(), at: "sync without duplicates")
            for (name, files) in [("an empty lake", [:]), ("a lake with the table", before.files)] {
                let run = try await lab.run(bench.plan(), of: bench.upstream(), into: files)
                bench.tally.add(Counters(requests: run.log.requests.count, runs: 1))
                let kind = (run.error as? SourceError)?.kind
                let rows = try await lab.table(bench.schema.name, in: run.files)?.rows.count ?? 0
                let old = try await lab.table(bench.schema.name, in: files)?.rows.count ?? 0
                // The message may say what the table calls it.
                let spellings = keys + keys.map(Bench.column)
                let names = spellings.contains { key in run.error.map { "\($0)".contains(key) } ?? false }
                if kind == .duplicatePrimaryKey, run.files == files, names || keys.isEmpty { continue }
                return [
                    Finding(
                        at: "incremental sync into \(name), with duplicates reported",
                        expected: "it stops before the first merge, and says which key repeats",
                        actual: "It ended with \(run.error.map { "“\($0)”" } ?? "success"); the table has \(rows) rows "
                            + "and had \(old).", history: run.log.lines())
                ]
            }
            return []
        }
    }

    static let deletes = Check(
        "key-delete-carries-key", group: .primaryKeys, level: .simulated,
        proves: "What tells that an object is gone has the object's whole key, and touches that row alone.",
        method:
            "Where model.json says how the upstream reports deleted objects, one is deleted between two syncs. The row "
            + "that reports it must have every column of the key; afterwards that row is marked or gone, and all others "
            + "are as they were.",
        likelyCause: "The report of a deletion carries its identifier under another name, or without the parent's.",
        catches: "deletion-without-key"
    ) { input in
        try await Bench.judging(input) { bench in
            guard let deletion = bench.collection.deletion else {
                throw Bench.Verdicted(verdict: .notApplicable("The upstream does not report deleted objects."))
            }
            try bench.demandIncremental()
            let keys = try await bench.response().primaryKeys
            let victim = bench.objects[bench.objects.count / 2]
            let after = bench.deleting(victim, deletion)
            let rows = try await bench.emitted(bench.upstream(after))
            let reports = rows.filter { bench.value(deletion.member, of: $0).bool == true }
            if let report = reports.first(where: { row in keys.contains { bench.value($0, of: row).isNull } }) {
                return [
                    Finding(
                        at: "full read, with \(bench.key(victim)) deleted",
                        expected: "a report that has \(keys.joined(separator: ", "))",
                        actual: "The report lacks a part of it.", witness: [JSONValue.object(report).text])
                ]
            }
            let first = try await bench.successful(bench.plan(), of: bench.upstream(), at: "first sync")
            let second = try await bench.successful(
                bench.plan(), of: bench.upstream(after), into: first.files, at: "sync after a deletion")
            return try await bench.othersTouched(first, second, but: victim)
        }
    }
}

extension Bench {
    /// Whether the source reports duplicates in its answer, and what it asked for that.
    func duplicateReport(_ visible: [World.Object]) async throws -> (reported: Bool, asked: [String]) {
        let log = EventLog()
        let upstream = try upstream(visible)
        let context = try lab.context(upstream, clock: LabClock(upstream.now), log: log)
        let response = try await lab.source.read(inputs(.incremental), in: context)
        // What is asked of another thing, such as whose the key is, looks for no duplicates.
        return (response.hasDuplicatePrimaryKeys, log.requests.filter(isList).map(\.description) + log.statements)
    }

    /// The objects with some of them there twice.
    func withDuplicates() -> [(name: String, objects: [World.Object])] {
        let middle = objects.count / 2
        return [
            ("the first object doubled", [objects[0]] + objects),
            ("the last object doubled", objects + [objects[objects.count - 1]]),
            ("an object of the middle doubled", objects + [objects[middle]]),
            ("all objects doubled", objects + objects),
        ]
    }

    /// A lab whose source reports duplicates, whatever it found.
    func labReportingDuplicates() -> Lab {
        var runtime = lab.runtime
        let outer = runtime.reader
        runtime.reader = { outer(ReportingReader(base: $0)) }
        return Lab(source: lab.source, stack: lab.stack, runtime: runtime)
    }

    /// The objects after one of them was deleted: what is left of it tells so, with a newer cursor.
    func deleting(_ victim: World.Object, _ deletion: ModelDeclaration.Deletion) -> [World.Object] {
        var left = objects.filter { $0 != victim }
        var report = victim
        let kept = Set(deletion.keeps + collection.key.map(MemberPath.head))
        report.body = JSONObject(victim.body.members.filter { kept.contains($0.name) }.map { ($0.name, $0.value) })
        report.body[deletion.member] = true
        if let name = collection.cursor, let newest = objects.last {
            report.body[path: name] = Self.after(cursor(newest), days: 1)
        }
        left.append(report)
        return left
    }

    /// Findings where rows other than the deleted object's changed.
    func othersTouched(_ first: Lab.Run, _ second: Lab.Run, but victim: World.Object) async throws -> [Finding] {
        let gone = TableImage.key(of: plain(row(victim)), by: keyColumns)
        let before = try await table(first)?.rows.filter { $0.key != gone } ?? []
        let now = try await table(second)?.rows.filter { $0.key != gone } ?? []
        let marked = try await table(second)?.byKey[gone]
        let keys = keyColumns
        let names = Set(before.flatMap(\.values.keys))
        let difference = TableDiff(
            expected: TableImage(rows: before.map(\.values), keys: keys),
            actual: TableImage(rows: now.map { $0.values.filter { names.contains($0.key) } }, keys: keys),
            comparesSchema: false)
        let wasTold = marked.map { row in row.values.values.contains(.bool(true)) } ?? true
        if difference.isEmpty, wasTold { return [] }
        return [
            Finding(
                at: "sync after the deletion of \(gone.joined(separator: ", "))",
                expected: "that row marked or gone, and all others as they were",
                actual: wasTold
                    ? "The other rows have \(difference.summary)." : "The row is there and not marked as deleted.",
                witness: difference.witness, history: second.log.lines())
        ]
    }

    private func plain(_ body: JSONObject) -> [String: Value] {
        var values: [String: Value] = [:]
        for member in body.members {
            if let text = member.value.string { values[Self.column(member.name)] = .string(text) }
            if let number = member.value.int64 { values[Self.column(member.name)] = .int(number) }
        }
        return values
    }
}

/// Says that keys repeat.
private struct ReportingReader: TableReader {
    let base: any TableReader
    var sourceType: String { base.sourceType }
    var nonRetryableErrors: [NonRetryableError] { base.nonRetryableErrors }
    var identity: JSONValue { base.identity }

    func schemas(in context: SourceContext) async throws -> [SourceSchema] { try await base.schemas(in: context) }

    func read(_ inputs: SourceInputs, in context: SourceContext) async throws -> SourceResponse {
        var response = try await base.read(inputs, in: context)
        response.hasDuplicatePrimaryKeys = true
        return response
    }
}
