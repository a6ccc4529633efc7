import Cassettes
import Columns
import Pipeline
import Tributary

/// The order of rows, and what is stored on the strength of it.
enum OrderChecks {
    static let all = [sortModeTruthful, checkpointCovers, descendingTwoSided]

    private static let sortModeTruthful = Check(
        "watermark-sort-mode-truthful", group: .watermark, level: .simulated,
        proves: "Rows arrive in the order that the source declares, or no value is stored before the read is complete.",
        method: "The model sorts as the API does, by what the request asks for. Neighbouring cursor values of an "
            + "incremental read are compared over all pages with the declared order, once with values that run against "
            + "the order in which the list comes by itself, and each commit's values with the "
            + "rows that are in the table. Then the server ignores the parameter that asks for the order: a sync that "
            + "is cut after any commit must still be completed by the next one.",
        likelyCause:
            "The declared order is not the one that the request asks for: send the API's sort parameter, or declare "
            + "that rows are unsorted.", profile: .quick, isWaivable: false,
        catches: "ascending-checkpoint-on-unordered-rows", "parallel-slices-single-maximum",
        "order-not-asked-for-in-the-body"
    ) { input in
        try await Bench.judging(input) { bench in
            try bench.demandIncremental()
            for objects in [bench.objects, bench.againstTheList()].compactMap({ $0 }) {
                let inversion = try await bench.inversion(of: objects)
                if !inversion.isEmpty { return inversion }
            }
            var plan = bench.plan(commitsOften: true)
            plan.keepsLakes = true
            let whole = try await bench.successful(plan, of: bench.upstream(), at: "sync")
            for cut in try bench.commits(of: whole) {
                let findings = try await bench.uncovered(cut, of: bench.objects)
                if !findings.isEmpty { return findings }
            }
            return try await bench.survivesIgnoredOrder()
        }
    }

    private static let checkpointCovers = Check(
        "watermark-asc-checkpoint-covers", group: .watermark, level: .simulated,
        proves: "At each value that an ascending read stores in mid-run, all rows below it are in the table.",
        method:
            "Syncs with commits after one, two and five rows; at each stored value the table is held against the "
            + "model's objects below it. Then an increment over twice the rows.",
        likelyCause:
            "The value is taken from the rows that were read, not from those that were stored, or from an order that "
            + "the API does not keep.",
        catches: "ascending-checkpoint-on-unordered-rows"
    ) { input in
        try await Bench.judging(input) { bench in
            try bench.demandIncremental()
            let response = try await bench.response()
            guard response.sortMode == .ascending, response.isSorted else {
                throw Bench.Verdicted(verdict: .notApplicable("The source declares no ascending order."))
            }
            let half = Array(bench.objects.prefix(bench.objects.count / 2))
            for rows in [1, 2, 5] {
                var plan = bench.plan(commitsOften: true)
                plan.options.batchRows = rows
                plan.keepsLakes = true
                let first = try await bench.successful(plan, of: bench.upstream(half), at: "first sync")
                let second = try await bench.successful(
                    plan, of: bench.upstream(), into: first.files, at: "increment")
                let cuts = try bench.commits(of: first).map { (cut: $0, shown: half) }
                let later = try bench.commits(of: second, startingFrom: first.files)
                for (cut, shown) in cuts + later.map({ (cut: $0, shown: bench.objects) }) {
                    let isComplete = bench.stored(cut.files)?("isComplete").bool == true
                    let findings = isComplete ? [] : try await bench.uncovered(cut, of: shown, isStrict: true)
                    if !findings.isEmpty { return findings }
                }
            }
            return []
        }
    }

    private static let descendingTwoSided = Check(
        "watermark-desc-two-sided", group: .watermark, level: .meta,
        proves: "A newest-first read that is interrupted anywhere is finished below and above by the next syncs.",
        method:
            "The first sync is cut after each commit; newer objects appear; the table is synced until it is complete, "
            + "four times at most. Once at once, where the stored position leads on; once two days later, where only "
            + "the stored earliest value does; once with a second cut in between.",
        likelyCause:
            "After an interruption the stored earliest value is not used as the upper bound of the rest, or is "
            + "taken for the lower one. Where the order is not that of the cursor, a row may change on a page that was read "
            + "already while a later page shows a newer one: declare a defaultLookback as long as the longest read.",
        catches: "earliest-value-taken-for-the-bound"
    ) { input in
        try await Bench.judging(input) { bench in
            try bench.demandIncremental()
            guard try await bench.response().sortMode == .descending else {
                throw Bench.Verdicted(verdict: .notApplicable("The table is read in ascending order."))
            }
            let before = Array(bench.objects.dropLast(2))
            var plan = bench.plan(commitsOften: true)
            plan.keepsLakes = true
            let whole = try await bench.successful(plan, of: bench.upstream(before), at: "first sync")
            for cut in try bench.commits(of: whole) {
                for (later, isCutAgain) in [(Duration.zero, false), (.seconds(2 * 86_400), false), (.zero, true)] {
                    let findings = try await bench.finishing(cut, later: later, isCutAgain: isCutAgain)
                    if !findings.isEmpty { return findings }
                }
            }
            return []
        }
    }
}

extension Bench {
    /// The objects with their cursor values the other way round than the list comes by itself: where the API can be asked
    /// for an order, rows that were made and changed one after the other would hide that nobody asks. Nil where it cannot.
    func againstTheList() -> [World.Object]? {
        guard !endpoint.orderParameters.isEmpty, sql == nil, let name = collection.cursor else { return nil }
        let listed = ModelOrder.sorted(objects, by: endpoint.order)
        let values = ModelOrder.sorted(objects, by: [ModelDeclaration.Order(field: name, isDescending: true)]).map(
            cursor)
        return zip(listed, values).map { object, value in
            var object = object
            object.body[path: name] = value
            return object
        }
    }

    /// The first two neighbours that are not in the declared order.
    func inversion(of objects: [World.Object]) async throws -> [Finding] {
        let response = try await response()
        guard response.isSorted, let field = schema.field?.name else { return [] }
        let upstream = try upstream(objects)
        let log = EventLog()
        let context = try lab.context(upstream, clock: LabClock(upstream.now), log: log, limit: 200)
        let read = try await lab.source.read(inputs(schema.mode), in: context)
        let values = Lock<[(value: Int64, text: String, key: String, page: Int)]>([])
        try await read.items.run(
            into: Emitter { item, _ in
                let page = log.requests.count
                for row in try item.map(Self.rows) ?? [] {
                    let value = value(field, of: row)
                    guard let position = spelling.position(value) else { continue }
                    values.withLock {
                        $0.append((position, value.text, ModelPage.key(of: row, by: collection.key), page))
                    }
                }
            })
        let all = values.withLock { $0 }
        tally.add(Counters(rows: all.count))
        let isDescending = read.sortMode == .descending
        let pair = zip(all, all.dropFirst()).first { isDescending ? $0.value < $1.value : $0.value > $1.value }
        guard let (left, right) = pair else { return [] }
        let order = isDescending ? "descending" : "ascending"
        return [
            Finding(
                at: "incremental read, request \(right.page - 1)", expected: "\(order) values of \(field), as declared",
                actual:
                    "\(left.text) (\(left.key), request \(left.page - 1)) is followed by \(right.text) (\(right.key)).",
                witness: all.prefix(10).map { "\($0.key) at \($0.text)" }, history: log.lines(),
                cause: "Declared is \(order) order; the requests ask for \(orderText(log)).")
        ]
    }

    private func orderText(_ log: EventLog) -> String {
        let names = endpoint.orderParameters.map(\.parameter)
        guard let call = log.requests.first(where: isList).flatMap({ try? ModelCall($0.request) }) else {
            return "none"
        }
        let parts = names.compactMap { name in call.parameter(name).map { "\(name)=\($0)" } }
        return parts.isEmpty ? "no order" : parts.joined(separator: ", ")
    }

    /// The same table from a server that does not sort, cut after each commit.
    func survivesIgnoredOrder() async throws -> [Finding] {
        if endpoint.orderParameters.isEmpty { return [] }
        var plan = plan(commitsOften: true)
        plan.keepsLakes = true
        let unsorted = ignoringOrder(try upstream())
        let whole = try await successful(plan, of: unsorted, at: "sync from an upstream \(unsorted.what)")
        plan.keepsLakes = false
        for cut in try commits(of: whole) {
            let place = "upstream \(unsorted.what), \(cut.place)"
            let run = try await successful(plan, of: unsorted, into: cut.files, at: place)
            let findings = finding(
                try await difference(objects, run), at: place, expected: "all \(objects.count) rows", run)
            if !findings.isEmpty { return try await survivesCuts() ? findings : [] }
        }
        return []
    }

    /// Whether a sync of the sorted list is completed after any cut. What goes wrong there is no matter of the order: the
    /// checks of group G say it better.
    private func survivesCuts() async throws -> Bool {
        var plan = plan(commitsOften: true)
        plan.keepsLakes = true
        let whole = try await successful(plan, of: upstream(), at: "sync")
        for cut in try commits(of: whole) {
            let run = try await run(self.plan(), of: upstream(), into: cut.files)
            guard run.error == nil, try await difference(objects, run).isEmpty else { return false }
        }
        return true
    }

    /// From what a cut left, with newer objects, until the table is complete.
    func finishing(_ cut: Cut, later: Duration, isCutAgain: Bool) async throws -> [Finding] {
        let plan = plan(commitsOften: true)
        var files = cut.files
        let place =
            "\(cut.place); then newer rows" + (later == .zero ? "" : ", two days later")
            + (isCutAgain ? ", and a second cut" : "")
        if isCutAgain {
            var dying = plan
            dying.cutBeforeRequest = 1
            files = try await run(dying, of: upstream(later: later), into: files).files
        }
        var asked: [String] = []
        var last: Lab.Run?
        for _ in 0..<4 {
            let run = try await successful(plan, of: upstream(later: later), into: files, at: place)
            asked.append(boundTexts(run))
            files = run.files
            last = run
            if try await difference(objects, run).isEmpty { return [] }
        }
        guard let last else { return [] }
        return finding(
            try await difference(objects, last), at: "\(place); bounds sent: \(asked.joined(separator: " | "))",
            expected: "all rows after at most four further syncs", last)
    }
}
