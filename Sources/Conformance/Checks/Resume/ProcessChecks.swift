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
            "A sync with a commit after every two rows is cut in the middle of the positions that it stores; a process "
            + "that is started for it alone takes the lake as it is then and runs the sync again. It must complete the "
            + "table. The same for a full refresh.",
        likelyCause:
            "A position names something that only the process knows that made it, such as an index into a static list "
            + "or the key of a cache: put into it what the upstream needs to go on.",
        catches: "position-known-to-one-process"
    ) { input in
        guard input.children != nil else {
            return .notExercised(ChildProcessRunner.missing)
        }
        return try await Bench.judging(input) { bench in
            var resumed = 0
            for type in Set([bench.schema.mode, .fullRefresh]).sorted(by: { $0.rawValue < $1.rawValue }) {
                guard let cut = try await bench.middleCut(type) else { continue }
                resumed += 1
                let findings = try await bench.finishedElsewhere(type, cut)
                if !findings.isEmpty { return findings }
            }
            if resumed > 0 { return [] }
            throw Bench.Verdicted(verdict: .notApplicable("The source hands over no positions to go on from."))
        }
    }.needing(.http)

    /// Finishes a sync from the lake that the argument holds, and says what the table lacks then.
    static let task = ChildTask("resume-in-another-process") { input, argument, _ in
        let bench = try await Bench.make(input)
        guard let type = argument["type"]?.string.flatMap(SyncType.init), let stored = argument["files"]?.object else {
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

    /// Findings where a process of its own does not complete the table from there.
    fileprivate func finishedElsewhere(_ type: SyncType, _ cut: Cut) async throws -> [Finding] {
        guard let children = input.children else { return [] }
        let argument: JSONValue = ["type": .string(type.rawValue), "files": .object(MemoryLake.stored(cut.files))]
        let outcome = try await children.run("resume-in-another-process", of: input, argument: argument)
        let place = "\(type.rawValue), \(cut.place), finished by another process"
        func finding(_ actual: String) -> [Finding] {
            func lines(_ name: String) -> [String] { outcome.result?[name]?.array?.compactMap(\.string) ?? [] }
            return [
                Finding(
                    at: place, expected: "all \(objects.count) rows, each once", actual: actual,
                    witness: lines("witness"), history: lines("history"))
            ]
        }
        if let error = outcome.result?["error"]?.string { return finding("It ended with: \(error)") }
        guard let rows = outcome.result?["rows"]?.int64 else { return finding("It ended: \(outcome.ending)") }
        tally.add(Counters(rows: Int(rows), runs: 1))
        return outcome.result?["difference"]?.string.map { finding("The table has \($0).") } ?? []
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
