import Cassettes
import Columns
import Pipeline
import Tributary

// Answers that no upstream should give.
extension ReadingChecks {
    static let hostile = Check(
        "read-hostile-input-never-traps", group: .reading, level: .fault,
        proves: "No answer, however odd, ends the process: there is an error of a known kind, or there are rows.",
        method:
            "The model's answers are changed in every member of page and row: missing, null, of another type, huge, "
            + "nested deeply; and as a whole: cut, doubled, no JSON. Each is read in a process of its own, since a trap "
            + "cannot be caught.",
        likelyCause: "A value of the answer is unwrapped, indexed or reckoned with before it was looked at.",
        profile: .hostile, isWaivable: false, catches: "part-of-a-text-by-its-index"
    ) { input in
        guard let children = input.children else {
            return .notExercised(ChildProcessRunner.missing)
        }
        return try await Bench.judging(input) { bench in
            try bench.demandHTTP()
            let outcome = try await children.run("read-hostile-input-never-traps", of: input, limit: 120)
            let cases = outcome.result?["cases"]?.int64 ?? Int64(outcome.steps.count)
            bench.tally.add(Counters(runs: Int(cases), items: Int(cases)))
            if let endless = outcome.result?["endless"]?.string {
                return [
                    Finding(
                        at: "full read, \(endless)", expected: "an error, or rows",
                        actual: "The read asked without end.")
                ]
            }
            if outcome.result != nil { return [] }
            return [
                Finding(
                    at: "full read, \(outcome.steps.last ?? "before the first change")",
                    expected: "an error, or rows", actual: outcome.ending, witness: outcome.steps.suffix(3))
            ]
        }
    }

    /// Reads with each change in turn; ends, with the process, at the first that traps.
    static let hostileTask = ChildTask("read-hostile-input-never-traps") { input, _, begin in
        let bench = try await Bench.make(input)
        let names = (bench.collection.key + [bench.collection.cursor].compactMap(\.self)).map(MemberPath.head)
        let others = bench.objects[0].body.names.filter { !names.contains($0) }
        let mutations = HostileBodies.all(bench.endpoint, members: names + others.prefix(12))
        for mutation in mutations {
            for index in [0, 1] {
                begin("\(mutation.name), in answer \(index)")
                let fault = WireFault(what: mutation.name, index: index) { answer in
                    var answer = answer
                    answer.body = HTTPBody(mutation.change(try await answer.body.collect()))
                    return answer
                }
                let run = try await bench.run(
                    bench.plan(), of: FaultyUpstream(base: bench.upstream(Array(bench.objects.prefix(5))), fault: fault)
                )
                if run.error is LabBudgetExceeded {
                    return ["endless": .string("\(mutation.name), in answer \(index)")]
                }
            }
        }
        return ["cases": .number(JSONNumber(Int64(mutations.count * 2)))]
    }
}
