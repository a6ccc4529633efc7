import Cassettes
import Columns
import Pipeline
import Tributary

/// Values that travel beside the text of a statement.
enum BoundValues {
    static let check = Check(
        "db-values-bound", group: .database, level: .simulated,
        proves: "Values travel as parameters: the text of a statement does not depend on them.",
        method:
            "Increments from two different stored values, full reads of two different sets of rows, and reads that are "
            + "resumed behind two different rows. Of statements that are alike but for their literals the literals must be the "
            + "same in both; that a read takes a statement more tells nothing. Places by number (LIMIT, OFFSET) are not judged.",
        likelyCause:
            "A bound or the position behind a row is written into the statement. Put a question mark there, and the value "
            + "into `parameters`.",
        catches: "watermark-pasted-into-text", "position-pasted-into-text"
    ) { input in
        try await Bench.judging(input) { bench in
            _ = try bench.demandDatabase()
            let isIncremental = bench.schema.mode == .incremental && bench.cursors.count > 2
            let reads =
                try await isIncremental
                ? [bench.increment(after: 0), bench.increment(after: 1)]
                : [bench.forms(bench.objects.dropLast()), bench.forms(bench.objects.dropFirst())]
            let place = isIncremental ? "increments after two stored values" : "reads of two sets of rows"
            let findings = finding(reads, at: place)
            if !findings.isEmpty { return findings }
            for type in Set([bench.schema.mode, .fullRefresh]).sorted(by: { $0.rawValue < $1.rawValue }) {
                let resumed = try await bench.resumedBehindTwoRows(type)
                let findings = finding(resumed, at: "\(type.rawValue) resumed behind two rows")
                if !findings.isEmpty { return findings }
            }
            return []
        }
    }

    /// What differs between statements of the same form in two reads; nothing where there are not two.
    private static func finding(_ reads: [Set<Bench.SentText>], at place: String) -> [Finding] {
        guard reads.count == 2 else { return [] }
        let (one, two) = (byForm(reads[0]), byForm(reads[1]))
        for form in Set(one.keys).intersection(two.keys).sorted() {
            let (first, second) = (one[form] ?? [], two[form] ?? [])
            let (only, others) = (first.subtracting(second), second.subtracting(first))
            guard let text = only.union(others).map(\.text).min() else { continue }
            return [
                Finding(
                    at: place, expected: "statements with the same texts",
                    actual: "The text depends on the values: \(text)", witness: others.union(only).map(\.text).sorted())
            ]
        }
        return []
    }

    private static func byForm(_ texts: Set<Bench.SentText>) -> [String: Set<Bench.SentText>] {
        Dictionary(grouping: texts, by: \.form.text).mapValues { Set($0) }
    }
}

extension Bench {
    /// A text that was sent, without the numbers of rows in it.
    fileprivate struct SentText: Hashable {
        var text: String
        var form: StatementForm
    }

    /// What a run asked of the table under test.
    private func texts(_ run: Lab.Run) throws -> Set<SentText> {
        let sql = try demandDatabase()
        let texts = run.log.databases.statements.map(\.statement).filter { $0.reads(sql.table.name) }
            .map(\.withoutPlaces)
        return Set(texts.map { SentText(text: $0, form: StatementForm($0, sql.base.engine)) })
    }

    /// The texts that were sent for a full read of some rows.
    fileprivate func forms(_ rows: some Collection<World.Object>) async throws -> Set<SentText> {
        try texts(try await successful(plan(.fullRefresh), of: database(showing: Array(rows)), at: "full read"))
    }

    /// The texts of an increment whose stored value is one of the first.
    fileprivate func increment(after index: Int) async throws -> Set<SentText> {
        let early = objects(upTo: cursors[index])
        let first = try await successful(plan(), of: database(showing: early), at: "first sync")
        return try texts(try await successful(plan(), of: database(), into: first.files, at: "increment"))
    }

    /// The texts of a read that goes on from its first stored position, and from its second; none where there are not two.
    fileprivate func resumedBehindTwoRows(_ type: SyncType) async throws -> [Set<SentText>] {
        var often = plan(type, commitsOften: true)
        often.keepsLakes = true
        let upstream = try database(weather: Bench.pieces)
        let whole = try await successful(often, of: upstream, at: type.rawValue)
        let cuts = everyCommit(of: whole).filter { stored($0.files)?.token != nil }
        guard cuts.count > 1 else { return [] }
        var sent: [Set<SentText>] = []
        for cut in cuts.prefix(2) {
            sent.append(try texts(try await successful(plan(type), of: upstream, into: cut.files, at: cut.place)))
        }
        return sent
    }
}
