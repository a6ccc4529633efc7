import Cassettes
import Columns
import Pipeline
import Tributary

/// In which order rows are asked for, and where reading goes on.
enum RowOrderChecks {
    static let all = [keysetTies, beyond32Bits, clockChange]

    private static let keysetTies = Check(
        "db-keyset-ties", group: .database, level: .simulated,
        proves:
            "Reading goes on in a total order: whatever order the engine gives to rows that are alike, none is lost.",
        method: "Nine rows get one cursor value, more than a piece holds. The engine gives rows in any order that the "
            + "statements leave open, another one each time. Full reads and increments are cut before each step and "
            + "finished. So are reads of rows whose text keys stand differently in each order of texts: capitals, accents, "
            + "digits and signs.",
        likelyCause:
            "The statement does not order by cursor and whole key, or the next page begins behind the cursor's "
            + "value alone. Order by both, and compare both, under one collation.",
        catches: "no-order-by-with-running-watermark", "keyset-on-cursor-alone", "parallel-split-drops-minimum-group",
        "order-by-another-collation"
    ) { input in
        try await Bench.judging(input) { bench in
            _ = try bench.demandDatabase()
            let types = Set([SyncType.fullRefresh, bench.schema.mode]).sorted { $0.rawValue < $1.rawValue }
            for type in types {
                let findings = try await bench.withTies().cutInOpenOrder(type)
                if !findings.isEmpty { return findings }
            }
            guard let mixed = try await bench.withKeysOfManyOrders() else { return [] }
            for type in types {
                let findings = try await mixed.cutInOpenOrder(
                    type, with: ", text keys in capitals, accents, digits and signs",
                    cause: "Rows are ordered under one collation and compared with the position under another.")
                if !findings.isEmpty { return findings }
            }
            return []
        }
    }

    private static let beyond32Bits = Check(
        "db-counter-beyond-32-bits", group: .database, level: .meta,
        proves: "An integer cursor that passes 2^31 or 2^32 between two syncs loses nothing.",
        method:
            "The sample's cursor values are moved so that they straddle both numbers; for each value: the rows up to "
            + "it, sync; all rows, sync. The table must hold the engine's rows.",
        likelyCause: "The counter is kept in 32 bits somewhere, or the engine's own counter wraps (xmin, rowversion). "
            + "Read it with its epoch, as 64 bits.",
        catches: "version-counter-wraps"
    ) { input in
        try await Bench.judging(input) { bench in
            let sql = try bench.demandDatabase()
            try bench.demandIncremental()
            let wide = ["bigint", "integer", "int", "numeric", "decimal"]
            guard bench.schema.field?.type == .integer, let name = bench.collection.cursor,
                let type = sql.table.column(name)?.type, wide.contains(where: type.contains),
                sql.base.engine == .sqlite || type.contains("big")
            else { throw Bench.Verdicted(verdict: .notApplicable("The cursor is no integer of 64 bits.")) }
            for edge in [Int64(1) << 31, Int64(1) << 32] {
                var moved = bench
                moved.objects = bench.renumbered { .number(JSONNumber(edge - 4 + Int64($0))) }
                let findings = try await moved.increments(at: "counter around \(edge)")
                if !findings.isEmpty { return findings }
            }
            return []
        }
    }

    private static let clockChange = Check(
        "db-clock-change-loses-nothing", group: .database, level: .meta,
        proves: "Rows written while clocks are put forward or back are all read, once, at their own moments.",
        method:
            "The sample's moments are moved, twenty minutes apart, over the clock changes of Berlin and New York in "
            + "2025; for each value: the rows up to it, sync; all rows, sync. The table must hold the engine's rows.",
        likelyCause: "Moments are compared or stored as local time without an offset: the hour that comes twice has no "
            + "order. Compare in UTC.",
        catches: "local-time-compared-in-statements"
    ) { input in
        try await Bench.judging(input) { bench in
            _ = try bench.demandDatabase()
            try bench.demandIncremental()
            guard bench.schema.field?.type == .timestamp || bench.schema.field?.type == .datetime else {
                throw Bench.Verdicted(verdict: .notApplicable("The cursor is no moment."))
            }
            for (place, change) in changes {
                var moved = bench
                let start = change - 6 * 20 * 60_000_000
                moved.objects = bench.renumbered { .string(SQLMoment.text(start + Int64($0) * 20 * 60_000_000)) }
                let findings = try await moved.increments(at: place)
                if !findings.isEmpty { return findings }
            }
            return []
        }
    }

    /// In microseconds: 2025-03-30T01:00Z, 2025-10-26T01:00Z, 2025-03-09T07:00Z, 2025-11-02T06:00Z.
    private static let changes: [(String, Int64)] = [
        ("clocks back in Berlin", 1_761_440_400_000_000), ("clocks forward in Berlin", 1_743_296_400_000_000),
        ("clocks back in New York", 1_762_063_200_000_000), ("clocks forward in New York", 1_741_503_600_000_000),
    ]
}

extension Bench {
    /// The sample with a group of ties in its middle that is larger than any piece.
    fileprivate func withTies() -> Bench {
        guard let name = collection.cursor, !cursors.isEmpty, !cursorIsUnique else { return self }
        var copy = self
        let value = cursors[cursors.count / 2]
        let filled = copy.objects.indices.filter { !cursor(objects[$0]).isNull }
        for index in filled.dropFirst(2).prefix(9) { copy.objects[index].body[name] = value }
        return copy
    }

    /// The sample with text keys that collations by bytes, by case and by letters put in different orders, and that differ
    /// in their numbers whatever a collation takes for the same; nil where keys are no texts, or the engine does not take them.
    fileprivate func withKeysOfManyOrders() async throws -> Bench? {
        guard let name = collection.key.last, let column = sql?.table.column(name), sql?.table.isView == false,
            ["char", "text"].contains(where: column.type.contains), column.length ?? .max > 3,
            objects.allSatisfy({ $0.body[name]?.string != nil })
        else { return nil }
        var copy = self
        let signs = ["b", "A", "_", "Z", "a", "é", "-", "B", "y", "É"]
        for index in objects.indices {
            let number = index < 10 ? "0\(index)" : "\(index)"
            copy.objects[index].body[name] = .string(signs[index % signs.count] + number)
        }
        guard let first = copy.objects.first, try await copy.keeps(first) else { return nil }
        return copy
    }

    /// The sample with new cursor values by the rank of the old ones.
    fileprivate func renumbered(_ value: (Int) -> JSONValue) -> [World.Object] {
        guard let name = collection.cursor else { return objects }
        let ranks = cursors
        return objects.map { object in
            guard let rank = ranks.firstIndex(of: cursor(object)) else { return object }
            var copy = object
            copy.body[name] = value(rank)
            return copy
        }
    }

    /// For each cut: rows up to it, then all. Nobody changes the one database or the other, so one that holds all rows
    /// serves every cut.
    fileprivate func increments(at place: String) async throws -> [Finding] {
        let sql = try demandDatabase()
        var whole = try database()
        // The rows lie in the past, whatever the recording's clock says.
        if spelling.isTime { whole.now = max(whole.now, newest + 86_400_000_000) }
        let rows = try await whole.rows(like: sql.table)
        for cut in cursors.dropLast() {
            let place = "\(place), cut at \(cut.text)"
            var before = try database(showing: objects(upTo: cut))
            before.now = whole.now
            let first = try await successful(plan(), of: before, at: place)
            let second = try await successful(plan(), of: whole, into: first.files, at: place)
            let findings = finding(
                sqlDifference(rows, try await table(second), sql.table), at: place,
                expected: "all \(objects.count) rows of the engine", second)
            if !findings.isEmpty { return findings }
        }
        return []
    }

    /// Cuts a sync before each step while the engine uses the freedom that statements leave it.
    ///
    /// - Parameters:
    ///   - odd: what is odd about the rows, for the place of a finding.
    ///   - cause: what a loss among them means; nil for what the check says.
    fileprivate func cutInOpenOrder(
        _ type: SyncType, with odd: String = "", cause: String? = nil
    ) async throws -> [Finding] {
        let sql = try demandDatabase()
        let upstream = try database()
        let rows = try await upstream.rows(like: sql.table)
        func any(_ seed: Int) -> DatabaseUpstream {
            var weather = Bench.pieces
            weather.permutation = input.seed &+ UInt64(seed)
            return upstream.with(weather)
        }
        let plan = plan(type, commitsOften: true)
        var watched = plan
        watched.keepsLakes = true
        for order in 0..<2 {
            let whole = try await successful(watched, of: any(order), at: "\(type.rawValue), in any order")
            let findings = finding(
                sqlDifference(rows, try await table(whole), sql.table),
                at: "\(type.rawValue), in any order that the statements allow\(odd)",
                expected: "the engine's rows", whole, cause: cause)
            if !findings.isEmpty { return findings }
            for cut in try cuts(of: whole) {
                let place = "\(type.rawValue) in any order\(odd), \(cut.place)"
                let other = any(1_000 * (order + 1) + cut.steps.lowerBound)
                let resumed = try await successful(plan, of: other, into: cut.files, at: place)
                let findings = finding(
                    sqlDifference(rows, try await table(resumed), sql.table), at: place, expected: "the engine's rows",
                    resumed, cause: cause)
                if !findings.isEmpty { return findings }
            }
        }
        return []
    }
}
