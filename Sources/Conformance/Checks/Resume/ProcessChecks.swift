import Cassettes
import Columns
import Foundation
import Lake
import Pipeline
import Tributary

/// What an interrupted sync needs of the process that began it: nothing.
enum ProcessChecks {
    static let all = [anotherProcess]

    private static let anotherProcess = Check(
        "resume-in-another-process", group: .resume, level: .meta,
        proves: "A sync that was interrupted is finished by a process that knows nothing but what is stored.",
        method:
            "A sync with a commit after every two rows is cut in the middle of the positions that it stores, and so is a "
            + "full refresh; a process that is started for them alone takes the lake as it was at the one cut, then as it "
            + "was at the other, and runs the sync again. It must complete the table each time.",
        likelyCause:
            "A position names something that only the process knows that made it, such as an index into a static list "
            + "or the key of a cache: put into it what the upstream needs to go on.",
        catches: "position-known-to-one-process"
    ) { input in
        guard input.children != nil else {
            return .notExercised(ChildProcessRunner.missing)
        }
        return try await Bench.judging(input) { bench in
            var cuts: [(type: SyncType, cut: Cut)] = []
            for type in Set([bench.schema.mode, .fullRefresh]).sorted(by: { $0.rawValue < $1.rawValue }) {
                if let cut = try await bench.middleCut(type) { cuts.append((type, cut)) }
            }
            if !cuts.isEmpty { return try await bench.finishedElsewhere(cuts) }
            throw Bench.Verdicted(verdict: .notApplicable("The source hands over no positions to go on from."))
        }
    }.needing(.http)

    /// Finishes a sync from each lake that the argument holds, and says what the table lacks then.
    static let task = ChildTask("resume-in-another-process") { input, argument, _ in
        let bench = try await Bench.make(input)
        var results: [JSONValue] = []
        for cut in argument.array ?? [] { results.append(try await finish(cut, bench)) }
        return .array(results)
    }

    private static func finish(_ cut: JSONValue, _ bench: Bench) async throws -> JSONValue {
        guard let type = cut["type"]?.string.flatMap(SyncType.init), let stored = cut["files"]?.object else {
            throw SourceError(.invalidFixture, "Reading a lake: the argument holds none.")
        }
        let run = try await bench.run(bench.plan(type), of: bench.upstream(), into: MemoryLake.files(stored))
        if let error = run.error { return ["error": .string("\(error)")] }
        let difference = try await bench.difference(bench.objects, run)
        return [
            "rows": .number(JSONNumber(Int64(bench.objects.count))),
            "difference": difference.isEmpty ? .null : .string(difference.summary),
            "witness": .array(difference.witness.map { .string($0) }),
            "history": .array(run.log.lines().map { .string($0) }),
        ]
    }
}

extension Bench {
    /// The lake in the middle of a sync, where a position is stored with it; nil where the sync stores none.
    fileprivate func middleCut(_ type: SyncType) async throws -> Cut? {
        var plan = plan(type, commitsOften: true)
        plan.keepsLakes = true
        let whole = try await successful(plan, of: upstream(), at: "uninterrupted sync")
        let cuts = everyCommit(of: whole).filter { stored($0.files)?.token != nil }
        return cuts.isEmpty ? nil : cuts[cuts.count / 2]
    }

    /// Findings where a process of its own, one for all of them, does not complete the table from there.
    fileprivate func finishedElsewhere(_ cuts: [(type: SyncType, cut: Cut)]) async throws -> [Finding] {
        guard let children = input.children else { return [] }
        let argument = cuts.map { type, cut in
            ["type": .string(type.rawValue), "files": .object(MemoryLake.stored(cut.files))] as JSONValue
        }
        let outcome = try await children.run("resume-in-another-process", of: input, argument: .array(argument))
        for (index, (type, cut)) in cuts.enumerated() {
            let result = outcome.result?.array?.dropFirst(index).first
            func finding(_ actual: String) -> [Finding] {
                func lines(_ name: String) -> [String] { result?[name]?.array?.compactMap(\.string) ?? [] }
                return [
                    Finding(
                        at: "\(type.rawValue), \(cut.place), finished by another process",
                        expected: "all \(objects.count) rows, each once", actual: actual, witness: lines("witness"),
                        history: lines("history"))
                ]
            }
            if let error = result?["error"]?.string { return finding("It ended with: \(error)") }
            guard let rows = result?["rows"]?.int64 else { return finding("It ended: \(outcome.ending)") }
            tally.add(Counters(rows: Int(rows), runs: 1))
            if let difference = result?["difference"]?.string { return finding("The table has \(difference).") }
        }
        return []
    }
}

extension MemoryLake {
    /// The files as a value that can be written into a case.
    fileprivate static func stored(_ files: Files) -> JSONObject {
        JSONObject(files.sorted { $0.key < $1.key }.map { ($0.key, .string(Data($0.value).base64EncodedString())) })
    }

    /// The files of such a value.
    fileprivate static func files(_ stored: JSONObject) -> Files {
        stored.members.reduce(into: [:]) { files, member in
            files[member.name] = member.value.string.flatMap { Data(base64Encoded: $0) }.map(Array.init)
        }
    }
}
