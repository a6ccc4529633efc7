import Cassettes
import Columns
import Pipeline
import Tributary

// What must make no difference.
extension ReadingChecks {
    static let relations = [isolated, repeatable, orderIrrelevant]

    private static let isolated = Check(
        "read-tables-isolated", group: .reading, level: .meta,
        proves: "A table reads the same alone, after another, while another is read, and after another's end.",
        method:
            "The table and the next one of the scenario, of one source object: one after the other in both orders, the "
            + "second while the first hands over its first item, both at once, and the second dying after its first request. "
            + "Each must hold its upstream's objects, as it does when it is read alone, the second once it is run again.",
        likelyCause:
            "The source keeps something of one read where another finds it: a position, a page, a set of keys.",
        catches: "state-shared-between-tables", "interrupted-run-skips-other-streams"
    ) { input in
        try await Bench.judging(input) { bench in
            try bench.demandHTTP()
            guard let other = try await bench.neighbour() else {
                throw Bench.Verdicted(verdict: .notApplicable("The model has no second table."))
            }
            // What is wrong without company is no matter of the company: other checks say it better.
            for bench in [bench, other] {
                guard let first = try await bench.readAlone().first else { continue }
                throw Bench.Verdicted(
                    verdict: .notExercised(
                        "Already read alone, by a source object of its own, \(bench.schema.name) is wrong: \(first.actual)"
                    ))
            }
            for order in Bench.Company.allCases {
                let findings = try await bench.reading(beside: other, order)
                if !findings.isEmpty { return findings }
            }
            return []
        }
    }

    private static let repeatable = Check(
        "read-repeatable-instance", group: .reading, level: .meta,
        proves: "One source object can be read twice, and a read that was given up does not disturb the next.",
        method:
            "Two full reads of one object; then one that is given up after its first item, and another. All complete "
            + "ones must hand over the same rows.",
        likelyCause: "The source remembers something from one read to the next, such as which rows it has handed over.",
        catches: "rows-remembered-between-reads"
    ) { input in
        try await Bench.judging(input) { bench in
            let upstream = try bench.upstream()
            let first = try await bench.emitted(upstream).map { JSONValue.object($0).text }.sorted()
            for (name, givesUp) in [("a second read", false), ("a read after one that was given up", true)] {
                if givesUp { try await bench.giveUp(upstream) }
                let again = try await bench.emitted(upstream).map { JSONValue.object($0).text }.sorted()
                if again == first { continue }
                let lost = Set(first).subtracting(again).sorted()
                let new = Set(again).subtracting(first).sorted()
                return [
                    Finding(
                        at: name, expected: "the \(first.count) rows of the first read",
                        actual:
                            "\(again.count.counted("row")) came; \(lost.count) are missing, \(new.count) are others.",
                        witness: lost.prefix(3).map { "missing: \($0.prefix(120))" }
                            + new.prefix(3).map { "other: \($0.prefix(120))" })
                ]
            }
            return []
        }
    }

    private static let orderIrrelevant = Check(
        "read-row-order-irrelevant", group: .reading, level: .meta,
        proves: "The order of rows of which none was asked for makes no difference to the table or the watermark.",
        method: "Ten syncs with the rows of each page, or the ties of an ordered list, in orders drawn from the seed.",
        likelyCause: "The first or the last row of a page is taken for the least or the greatest.",
        catches: "rows-behind-a-smaller-id-dropped"
    ) { input in
        try await Bench.judging(input) { bench in
            try bench.demandHTTP()
            let calm = try await bench.successful(bench.plan(), of: bench.upstream(), at: "sync")
            for number in 0..<(input.profile == .quick ? 3 : 10) {
                let seed = input.seed &* 1_000 &+ UInt64(number)
                let place = "sync with rows in the order of seed \(seed)"
                let run = try await bench.successful(bench.plan(), of: bench.shuffled(seed), at: place)
                let findings = bench.finding(
                    try await bench.difference(bench.objects, run), at: place, expected: "the same rows in any order",
                    run)
                if !findings.isEmpty { return findings }
                let (old, new) = (calm.summary?.watermarkAfter, run.summary?.watermarkAfter)
                if old == new { continue }
                return [
                    Finding(
                        at: place, expected: "the stored value \(old ?? "none") in any order",
                        actual: "It is \(new ?? "none").", history: run.log.lines())
                ]
            }
            return []
        }
    }
}

extension Bench {
    /// How two tables are read in one another's company.
    enum Company: String, CaseIterable {
        case before = "after the other"
        case after = "before the other"
        case within = "with the other read in its middle"
        case together = "at the same time as the other"
        case interrupted = "after the other died in its middle"
    }

    /// The next table of the scenario that the model has.
    func neighbour() async throws -> Bench? {
        let schemas = input.scenario.manifest.schemas
        let own = schemas.firstIndex { $0.name == schema.name } ?? 0
        for offset in 1..<max(1, schemas.count) {
            var other = input
            other.schema = schemas[(own + offset) % schemas.count]
            do {
                return try await Bench.make(other)
            } catch is Verdicted {}
        }
        return nil
    }

    func reading(beside other: Bench, _ order: Company) async throws -> [Finding] {
        let upstreams = (try upstream(), try other.upstream())
        var mine = plan()
        let theirs = other.plan()
        let run: Lab.Run
        let their: Lab.Run
        switch order {
        case .before:
            their = try await lab.run(theirs, of: upstreams.1)
            run = try await lab.run(mine, of: upstreams.0)
        case .after:
            run = try await lab.run(mine, of: upstreams.0)
            their = try await lab.run(theirs, of: upstreams.1)
        case .within:
            let inner = Lock<Lab.Run?>(nil)
            mine.onTaken = { [lab] count in
                guard count == 1 else { return }
                let run = try await lab.run(theirs, of: upstreams.1)
                inner.withLock { $0 = run }
            }
            run = try await lab.run(mine, of: upstreams.0)
            guard let found = inner.withLock({ $0 }) else { return [] }
            their = found
        case .together:
            async let second = lab.run(theirs, of: upstreams.1)
            run = try await lab.run(mine, of: upstreams.0)
            their = try await second
        case .interrupted:
            var dying = theirs
            dying.cutBeforeRequest = 1
            let dead = try await lab.run(dying, of: upstreams.1)
            run = try await lab.run(mine, of: upstreams.0)
            their = try await lab.run(theirs, of: other.upstream(), into: dead.files)
        }
        tally.add(Counters(requests: run.log.requests.count + their.log.requests.count, runs: 2))
        let place = "\(schema.name) read \(order.rawValue), \(other.schema.name)"
        return try await alone(run, place) + other.alone(their, place)
    }

    /// A sync of the table by a source object that has read nothing before.
    func readAlone() async throws -> [Finding] {
        try await alone(input.lab().run(plan(), of: upstream()), "\(schema.name) read alone")
    }

    private func alone(_ run: Lab.Run, _ place: String) async throws -> [Finding] {
        if let error = run.error {
            return [
                Finding(
                    at: place, expected: "the same as alone", actual: "\(schema.name) ended with: \(error)",
                    history: run.log.lines())
            ]
        }
        return finding(
            try await difference(objects, run), at: place, expected: "\(schema.name) as it is when read alone", run)
    }

    /// A read whose consumer goes away after the first item.
    func giveUp(_ upstream: any Upstream) async throws {
        struct Gone: Error {}
        let context = try lab.context(upstream, clock: LabClock(upstream.now), log: EventLog(), limit: 200)
        let response = try await lab.source.read(inputs(.fullRefresh), in: context)
        do {
            try await response.items.run(into: Emitter { item, _ in if item != nil { throw Gone() } })
        } catch is Gone {}
    }

    /// An upstream whose rows come in another order, where none was asked for.
    func shuffled(_ seed: UInt64) throws -> ModelUpstream {
        var generator = SeededGenerator(seed)
        // Positions by the last row's key stay with their rows only where the whole list has the new order.
        if endpoint.page.style == .lastKey || endpoint.resultCap != nil {
            return try upstream(objects.shuffled(using: &generator))
        }
        var quirks = ModelQuirks()
        quirks.shuffle = seed
        return try upstream(quirks: quirks)
    }
}
