import Cassettes
import Columns
import Pipeline
import Tributary

/// Runs of a table that no model tells of, such as one that comes as files: its recording answers, and nothing else.
struct RecordedBench: Sendable {
    let input: CheckCase
    let schema: Manifest.Schema
    let lab: Lab
    let tally = Bench.Tally()
    /// Rows that the source is told to ask for, or to hand over, at once; nil leaves that to it.
    var pageRows: Int?

    /// Judges such a table; of a modelled one other checks ask more than a recording can answer.
    ///
    /// - Parameter modelledToo: whether the recording says something that a model may not, such as in what order rows came.
    static func judging(
        _ input: CheckCase, modelledToo: Bool = false, _ body: (RecordedBench) async throws -> [Finding]
    ) async throws -> Verdict {
        guard let schema = input.schema, input.scenario.goodState != nil else {
            return .notApplicable("The scenario shows an error, and no table is read to its end.")
        }
        if !modelledToo, try input.model()?.collection(forSchema: schema.name) != nil {
            return .notApplicable("A model answers for this table, and is asked for more.")
        }
        let bench = RecordedBench(input: input, schema: schema, lab: try input.lab())
        do {
            return .judged(try await body(bench), looked: bench.tally.sum)
        } catch let end as Bench.Verdicted {
            return end.verdict
        }
    }

    /// A plan that commits after every two rows.
    func plan(_ type: SyncType) -> Lab.Plan {
        var plan = Lab.Plan(schema.name, type, cursorField: type == .fullRefresh ? nil : schema.field?.name)
        plan.commitOften()
        plan.requestLimit = 500
        return plan
    }

    /// A run over a state's answers, all of which are still to be given.
    func run(_ plan: Lab.Plan, at state: String, into files: MemoryLake.Files = [:]) async throws -> Lab.Run {
        var upstream = try input.replay(state)
        upstream.maximumPageSize = pageRows
        let run = try await lab.run(plan, of: upstream, into: files)
        tally.add(Counters(requests: run.log.requests.count, runs: 1))
        return run
    }

    func table(_ run: Lab.Run) async throws -> TableImage? {
        try await lab.table(schema.name, in: run.files, keys: schema.primaryKeys.map(Bench.column))
    }

    /// The lakes that a death leaves behind each commit of a run but the last.
    func commits(of run: Lab.Run) -> [MemoryLake.Files] {
        var lakes: [MemoryLake.Files] = []
        var seen: Set<String> = []
        for lake in run.lakes {
            let commits = Set(lake.keys.filter { $0.containsASCII("_delta_log") })
            if commits == seen { continue }
            seen = commits
            lakes.append(lake)
        }
        return lakes
    }
}

extension Lab.Run {
    /// Whether the source asked for what nobody recorded: of such a run nothing can be said.
    var asksForTheUnrecorded: Bool { (error as? SourceError)?.kind == .unmatchedRequest }
}
