import CHeap
import Cassettes
import Columns
import Foundation
import Pipeline
import Tributary

/// What a source holds while it reads, and what it keeps.
enum HoldingChecks {
    static let all = [peak, backPressure, noGrowth]

    private static let peak = Check(
        "memory-peak-independent-of-table", group: .memory, level: .perf,
        proves:
            "What a source holds at a time does not grow with the table: neither answers, nor items, nor its position.",
        method:
            "Full reads of n and 4n rows in pages of five: bytes answered and not yet handed over, the largest item and "
            + "the largest resume token are counted. Rows of 64 KiB that compress well show what page size is asked for. "
            + "In the hostile profile the heap is measured in a child process as well, at n and 10n rows.",
        likelyCause: "Pages are gathered before they are handed over, or the position remembers every row.",
        catches: "whole-list-in-one-item", "dedup-state-grows-with-ties", "stored-size-instead-of-expanded-size"
    ) { input in
        try await Bench.judging(input) { bench in
            guard bench.isPaged else {
                throw Bench.Verdicted(verdict: .notApplicable("The table comes in one answer, whatever its size."))
            }
            let small = try await Holding(bench, rows: 24)
            let large = try await Holding(bench, rows: 96)
            let findings = Holding.compare(small, large)
            if !findings.isEmpty { return findings }
            let asked = try await bench.judgeAskedSize()
            if !asked.isEmpty { return asked }
            guard input.profile == .hostile, let children = input.children, bench.sql == nil else { return [] }
            return try await HeapPeak.compare(input, children, bench)
        }
    }

    private static let backPressure = Check(
        "memory-backpressure", group: .memory, level: .simulated,
        proves: "A slow consumer holds the source back: it reads ahead a few pages at most.",
        method:
            "Each item is taken a minute after it came, and others may run meanwhile; requests that run ahead of the "
            + "items that were taken are counted.",
        likelyCause: "Pages are fetched by a task of their own, without a limit on what waits.",
        catches: "unbounded-prefetch"
    ) { input in
        try await Bench.judging(input) { bench in
            guard bench.isPaged, bench.sql == nil else {
                throw Bench.Verdicted(verdict: .notApplicable("The table does not come page by page over HTTP."))
            }
            var plan = bench.plan(.fullRefresh)
            // Long enough for a task of the source's own to fetch a dozen pages meanwhile, on a slow machine too.
            plan.onTaken = { _ in for _ in 0..<2_000 { await Task.yield() } }
            let run = try await bench.successful(plan, of: bench.upstream(pageSize: 1), at: "full read, a row a page")
            var requests = 0
            var taken = 0
            var ahead = 0
            for event in run.log.all {
                if case .request(let request) = event, bench.isList(request) { requests += 1 }
                if case .taken = event { taken += 1 }
                ahead = max(ahead, requests - taken)
            }
            let empty = max(0, bench.owners.count)
            guard ahead > allowedAhead + empty else { return [] }
            return [
                Finding(
                    at: "full read, a row a page, a minute for each",
                    expected: "at most \(allowedAhead + empty) pages ahead of the consumer",
                    actual: "\(ahead.counted("page was", "pages were")) asked for and not yet taken.",
                    history: Array(run.log.lines(last: 400).prefix(40)))
            ]
        }
    }

    /// A page that is handed over, the next one, and one in reserve.
    private static let allowedAhead = 3

    private static let noGrowth = Check(
        "memory-no-growth-over-runs", group: .memory, level: .perf,
        proves: "Ten reads in one process leave behind what one leaves: memory, open files and threads.",
        method:
            "Thirteen full reads of rows of 4 KiB in a child process; after each the heap in use, the open files and the "
            + "threads are counted. The first three warm up.",
        likelyCause: "Pages, rows or clients are kept in a static variable or a cache without a limit.",
        profile: .hostile, catches: "keeps-every-page-for-ever"
    ) { input in
        guard let children = input.children else {
            return .notExercised("No executable is at hand for a process of its own.")
        }
        return try await Bench.judging(input) { bench in
            guard bench.sql == nil else {
                throw Bench.Verdicted(verdict: .notApplicable("The rows come from an engine in this process."))
            }
            let outcome = try await children.run("memory-no-growth-over-runs", of: input)
            guard let readings = outcome.result?.array, readings.count > 4 else {
                throw SourceError(.notFound, "Counting what runs leave behind: \(outcome.ending)")
            }
            bench.tally.add(Counters(runs: readings.count))
            return Growth.findings(readings)
        }
    }

    /// Reads again and again, and tells what is left after each.
    static let growthTask = ChildTask("memory-no-growth-over-runs") { input, _, begin in
        let readings = Lock<[JSONValue]>([])
        let verdict = try await Bench.judging(input) { bench in
            let objects = bench.objects.map { $0.padded(to: 4 << 10) }
            for number in 0..<13 {
                begin("read \(number)")
                try await bench.readAndDrop(try bench.upstream(objects, pageSize: 5)) {}
                let reading = Growth.reading()
                readings.withLock { $0.append(reading) }
            }
            return []
        }
        if case .couldNotRun(let text) = verdict { throw SourceError(.notFound, text) }
        return .array(readings.withLock { $0 })
    }

    static let peakTask = ChildTask("memory-peak-independent-of-table") { input, argument, _ in
        let peak = Lock(0)
        _ = try await Bench.judging(input) { bench in
            let rows = argument.int64.map { Int($0) } ?? 100
            let objects = bench.multiplied(to: rows).map { $0.padded(to: 2 << 10) }
            let upstream = try bench.upstream(objects, pageSize: 10)
            let base = Int(cheap_bytes_in_use())
            try await bench.readAndDrop(upstream) {
                let grown = Int(cheap_bytes_in_use()) - base
                peak.withLock { $0 = max($0, grown) }
            }
            return []
        }
        return .number(JSONNumber(Int64(peak.withLock { $0 })))
    }
}

/// What was held at most during a read.
struct Holding: Sendable {
    let rows: Int
    /// Bytes of answers that were not yet handed over.
    let answers: Int
    let item: Int
    let token: Int
    let history: [String]

    init(_ bench: Bench, rows: Int) async throws {
        // Rows of one length: by chance five long ones may meet on a page.
        let plain = bench.multiplied(to: rows)
        let lengths = plain.map { JSONValue.object($0.body).text.utf8.count }
        let objects = zip(plain, lengths).map { $0.padded(to: (lengths.max() ?? 0) - $1) }
        let journal = WireJournal()
        let upstream = FaultyUpstream(base: try bench.upstream(objects, pageSize: 5), fault: .none, journal: journal)
        var plan = bench.plan(.fullRefresh)
        plan.requestLimit = 400
        let run = try await bench.successful(plan, of: upstream, at: "full read of \(rows) rows in pages of 5")
        bench.tally.add(Counters(rows: rows))
        let sizes = journal.entries.map(\.bytesTaken)
        var (held, answers, item, token) = (0, 0, 0, 0)
        for event in run.log.all {
            switch event {
            case .response(let index, _):
                held += sizes.indices.contains(index) ? sizes[index] : 0
                answers = max(answers, held)
            case .emitted(_, let bytes, let position):
                item = max(item, bytes)
                token = max(token, position?.value.text.utf8.count ?? 0)
            case .taken: held = 0
            default: break
            }
        }
        self.rows = rows
        (self.answers, self.item, self.token) = (answers, item, token)
        history = Array(run.log.lines(last: 400).prefix(40))
    }

    static func compare(_ small: Holding, _ large: Holding) -> [Finding] {
        let holders = [
            ("bytes of answers that were not yet handed over", small.answers, large.answers),
            ("bytes of the largest item", small.item, large.item),
            ("bytes of the largest resume token", small.token, large.token),
        ]
        for (what, before, after) in holders where Double(after) > Double(before) * 1.4 + 256 {
            return [
                Finding(
                    at: "full reads of \(small.rows) and \(large.rows) rows in pages of 5",
                    expected: "as many \(what), whatever the table's size",
                    actual: "\(before) \(what) with \(small.rows) rows, \(after) with \(large.rows).",
                    history: large.history)
            ]
        }
        return []
    }
}

/// The heap of a child process while it reads.
private enum HeapPeak {
    static func compare(_ input: CheckCase, _ children: ChildProcessRunner, _ bench: Bench) async throws -> [Finding] {
        guard cheap_bytes_in_use() > 0 else { return [] }
        var peaks: [Int] = []
        for rows in [100, 1_000] {
            let outcome = try await children.run(
                "memory-peak-independent-of-table", of: input, argument: .number(JSONNumber(Int64(rows))))
            guard let peak = outcome.result?.int64 else {
                throw SourceError(.notFound, "Measuring the heap of a read: \(outcome.ending)")
            }
            peaks.append(Int(peak))
            bench.tally.add(Counters(rows: rows, runs: 1))
        }
        guard peaks[1] > 2 * max(0, peaks[0]) + (768 << 10) else { return [] }
        return [
            Finding(
                at: "full reads of 100 and 1,000 rows of 2 KiB in pages of 10, in processes of their own",
                expected: "a heap that does not grow with the table",
                actual: "It grew by \(peaks[0]) bytes with 100 rows and by \(peaks[1]) bytes with 1,000.")
        ]
    }
}

/// What runs leave behind.
private enum Growth {
    static func reading() -> JSONValue {
        func count(_ folder: String) -> JSONValue {
            let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
            return .number(JSONNumber(Int64(names.count)))
        }
        return [
            "heap": .number(JSONNumber(Int64(cheap_bytes_in_use()))), "open files": count("/proc/self/fd"),
            "threads": count("/proc/self/task"),
        ]
    }

    static func findings(_ readings: [JSONValue]) -> [Finding] {
        let limits: [(String, Int64)] = [("heap", 160 << 10), ("open files", 4), ("threads", 8)]
        for (what, slack) in limits {
            let values = readings.dropFirst(3).compactMap { $0[what]?.int64 }
            guard let first = values.first, let last = values.last, last - first > slack else { continue }
            return [
                Finding(
                    at: "ten full reads in one process", expected: "the same \(what) after the first and the last",
                    actual: "\(what): \(first) after the first, \(last) after the last.",
                    witness: ["after each: \(values.map(String.init).joined(separator: ", "))"])
            ]
        }
        return []
    }
}

extension Bench {
    /// Whether the table comes in several answers.
    var isPaged: Bool { sql == nil && endpoint.page.style != .single }

    /// So many objects: the sample over and over, with other keys.
    func multiplied(to count: Int) -> [World.Object] {
        (0..<count).compactMap { index in
            guard !objects.isEmpty else { return nil }
            var object = objects[index % objects.count]
            let round = index / objects.count
            guard round > 0 else { return object }
            for name in membersForCopies(of: object) {
                guard let value = object.body[path: name] else { continue }
                if let number = value.int64 {
                    object.body[path: name] = .number(JSONNumber(number &+ Int64(round) * 1_000_003))
                } else if let text = value.string {
                    object.body[path: name] = .string("\(text)\(round)")
                }
            }
            return object
        }
    }

    /// Reads without a pipeline: what comes is looked at by nobody.
    func readAndDrop(_ upstream: any Upstream, _ sample: @escaping @Sendable () -> Void) async throws {
        let context = try lab.context(upstream, clock: LabClock(upstream.now), log: EventLog(), limit: 1_000)
        let response = try await lab.source.read(inputs(.fullRefresh), in: context)
        try await response.items.run(into: Emitter { _, _ in sample() })
        tally.add(Counters(runs: 1))
    }

    /// The page size that is asked for when rows are large and compress well.
    fileprivate func judgeAskedSize() async throws -> [Finding] {
        guard let parameter = endpoint.page.sizeParameter else { return [] }
        let size = 64 << 10
        let wide = objects.map { $0.padded(to: size) }
        let place = "full read of rows of 64 KiB that compress fifty to one"
        let run = try await successful(plan(.fullRefresh), of: upstream(wide, pageSize: 5), at: place)
        let asked = run.log.requests.compactMap { logged in
            (try? ModelCall(logged.request))?.parameter(parameter).flatMap { Int($0) }
        }
        guard let most = asked.max(), most * size > 200 << 20 else { return [] }
        return [
            Finding(
                at: place, expected: "pages of at most 200 MiB",
                actual: "\(most) rows a page were asked for, which is \(most * size / 1_048_576) MiB.",
                witness: run.log.requests.suffix(2).map(\.description), history: run.log.lines(),
                cause: "The size of a row was estimated from what it takes on the wire or on disk, not in memory.")
        ]
    }
}
