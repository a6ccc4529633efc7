import Cassettes
import Columns
import Pipeline
import Tributary

/// One table's reads as fault checks repeat them: each under a clear sky first, then with one fault.
///
/// The relation that is judged is always the same: a read that ends well has the table of the calm one, and a read that
/// does not ends with a typed error, after which the next calm read has that table.
struct StormBench: Sendable {
    let input: CheckCase
    let schema: Manifest.Schema
    let lab: Lab
    let keys: [String]
    let tally: Bench.Tally
    let reads: [FairRead]
    /// The model's list, where a model answers.
    let bench: Bench?

    /// Judges with the model of the upstream, or with the recording where there is none.
    static func judging(
        _ input: CheckCase, _ body: @escaping @Sendable (StormBench) async throws -> [Finding]
    ) async throws -> Verdict {
        let hasModel = Lock(false)
        let modelled = try await Bench.judging(input) { bench in
            let reads = try await FairRead.shared(bench)
            hasModel.withLock { $0 = true }
            // Whoever made the reads: this check looks at their requests.
            bench.tally.add(Counters(requests: reads.reduce(0) { $0 + $1.journal.count }, runs: reads.count))
            return try await body(
                StormBench(
                    input: input, schema: bench.schema, lab: bench.lab, keys: bench.keyColumns, tally: bench.tally,
                    reads: try Self.overHTTP(reads), bench: bench))
        }
        if hasModel.withLock({ $0 }) { return modelled }
        switch modelled {
        case .notExercised, .notApplicable(Bench.comesOfJob): return try await replayed(input, body) ?? modelled
        default: return modelled
        }
    }

    /// The same by the recording; nil where it cannot be read by itself either.
    private static func replayed(
        _ input: CheckCase, _ body: @escaping @Sendable (StormBench) async throws -> [Finding]
    ) async throws -> Verdict? {
        guard let schema = input.schema, let state = input.scenario.goodState else { return nil }
        let lab = try input.lab()
        guard let read = try await FairRead.recorded(input, schema, state, lab) else { return nil }
        do {
            let weather = StormBench(
                input: input, schema: schema, lab: lab, keys: schema.primaryKeys.map(Bench.column),
                tally: Bench.Tally(), reads: try overHTTP([read]), bench: nil)
            weather.tally.add(Counters(requests: read.journal.count, runs: 1))
            let findings = try await body(weather)
            return .judged(findings, looked: weather.tally.sum)
        } catch let end as Bench.Verdicted {
            return end.verdict
        }
    }

    private static func overHTTP(_ reads: [FairRead]) throws -> [FairRead] {
        let asking = reads.filter { !$0.calm.log.requests.isEmpty }
        guard asking.isEmpty else { return asking }
        throw Bench.Verdicted(verdict: .notApplicable("The source sends no HTTP requests for this table."))
    }
}

extension CheckCase {
    /// What a read depends on beside the upstream: the table, and the config and accounts that a check may have put in the
    /// place of the scenario's.
    fileprivate var readsKey: String {
        let tokens = accounts.map { [$0.accessToken, $0.refreshToken, $0.clientSecret].map { $0?.revealed ?? "" } }
        return "\(schema?.name ?? "") \(JSONValue.object(config).text) \(tokens)"
    }
}

/// A read that went well: the plan, the lake before it, and what came of it.
struct FairRead: Sendable {
    let name: String
    let plan: Lab.Plan
    let files: MemoryLake.Files
    let upstream: @Sendable () throws -> any Upstream
    let calm: Lab.Run
    /// The requests of the calm run as the wire saw them.
    let journal: [WireJournal.Entry]
    let image: TableImage?
    /// Whether the upstream can be asked for what was not recorded, such as the rest after a failure.
    let isModelled: Bool

    /// The reads of a table with one config, made once for all checks that begin with them, unless a smaller history is
    /// looked for.
    static func shared(_ bench: Bench) async throws -> [FairRead] {
        guard bench.input.history.isWhole else { return try await modelled(bench) }
        return try await bench.input.memo.fairReads(bench.input.readsKey) { try await modelled(bench) }
    }

    /// A full read, and for incremental tables an increment over half of the rows.
    static func modelled(_ bench: Bench) async throws -> [FairRead] {
        let page = bench.input.profile == .quick ? 3 : 5
        // A read of one page has no request that follows another.
        let bench = bench.endpoint.page.style == .single ? bench : bench.grown(to: page + 1)
        let whole: @Sendable () throws -> any Upstream = { try bench.upstream(pageSize: page) }
        var reads = [try await make("full read", bench.plan(.fullRefresh), [:], whole, bench)]
        let cursors = bench.cursors
        if bench.schema.mode == .incremental, bench.schema.field != nil, cursors.count > 1 {
            let half = bench.objects(upTo: cursors[cursors.count / 2 - 1])
            let first = try await bench.successful(
                bench.plan(), of: bench.upstream(half, pageSize: page), at: "first read of \(half.count) rows")
            reads.append(try await make("increment", bench.plan(), first.files, whole, bench))
        }
        return reads
    }

    private static func make(
        _ name: String, _ plan: Lab.Plan, _ files: MemoryLake.Files,
        _ upstream: @escaping @Sendable () throws -> any Upstream, _ bench: Bench
    ) async throws -> FairRead {
        let journal = WireJournal()
        let watched = FaultyUpstream(base: try upstream(), fault: .none, journal: journal)
        let calm = try await bench.successful(plan, of: watched, into: files, at: name)
        return FairRead(
            name: name, plan: plan, files: files, upstream: upstream, calm: calm, journal: journal.entries,
            image: try await bench.table(calm), isModelled: true)
    }

    /// The read that a state recorded; nil when the recording does not hold all of it.
    static func recorded(
        _ input: CheckCase, _ schema: Manifest.Schema, _ state: String, _ lab: Lab
    ) async throws -> FairRead? {
        var plan = Lab.Plan(schema.name, schema.mode, cursorField: schema.field?.name)
        plan.requestLimit = 500
        let journal = WireJournal()
        let watched = FaultyUpstream(base: try input.replay(state), fault: .none, journal: journal)
        let calm = try await lab.run(plan, of: watched)
        guard calm.succeeded else { return nil }
        let image = try await lab.table(schema.name, in: calm.files, keys: schema.primaryKeys.map(Bench.column))
        return FairRead(
            name: "read of \(state)", plan: plan, files: [:], upstream: { try input.replay(state) }, calm: calm,
            journal: journal.entries, image: image, isModelled: false)
    }

    /// The requests to strike: all of them, of a long read the first, the last and some between.
    func indices(_ limit: Int = 8) -> [Int] {
        let count = journal.count
        if count <= limit { return Array(0..<count) }
        let step = Double(count - 1) / Double(limit - 1)
        return (0..<limit).map { Int((Double($0) * step).rounded()) }
    }
}

extension WireFault {
    /// Strikes nothing: for a wire that is only watched.
    static let none = WireFault("nothing", strike: { try await $0.answer() }).at(-1)
}
