import Cassettes
import Columns
import Pipeline
import Tributary

/// A fair read repeated under a fault.
struct Storm: Sendable {
    let weather: StormBench
    let read: FairRead
    let fault: WireFault
    let run: Lab.Run
    let journal: WireJournal

    /// For reports: which read, which fault, at which request.
    var place: String { "\(read.name), \(fault.place)" }

    /// All requests of the struck one's kind, from the first sending on.
    var sendings: [WireJournal.Entry] { journal.sendings(ofRequestAt: fault.index ?? 0) }

    func finding(expected: String, actual: String, witness: [String] = [], cause: String? = nil) -> Finding {
        let struck = fault.index.flatMap { journal.entries.indices.contains($0) ? journal.entries[$0] : nil }
        let request = struck.map { ["struck: \(LoggedRequest(index: fault.index ?? 0, request: $0.request))"] } ?? []
        return Finding(
            at: place, expected: expected, actual: actual, witness: request + witness, history: run.log.lines(),
            cause: cause)
    }

    /// How the run ended, for reports.
    var ending: String { run.error.map { "It ended with: \($0)" } ?? "It succeeded." }
}

extension StormBench {
    /// Repeats a read under a fault.
    func storm(
        _ fault: WireFault, _ read: FairRead, change: (inout Lab.Plan) -> Void = { _ in }
    ) async throws -> Storm {
        let journal = WireJournal()
        var plan = read.plan
        change(&plan)
        let upstream = FaultyUpstream(base: try read.upstream(), fault: fault, journal: journal)
        let run = try await lab.run(plan, of: upstream, into: read.files)
        tally.add(Counters(requests: run.log.requests.count, runs: 1))
        return Storm(weather: self, read: read, fault: fault, run: run, journal: journal)
    }

    /// The first findings over reads, requests and faults.
    func first(
        of faults: [WireFault], limit: Int = 8, isLasting: Bool = false,
        _ judge: (WireFault, FairRead) async throws -> [Finding]
    ) async throws -> [Finding] {
        for (number, read) in reads.enumerated() {
            // The full read is struck at each request; the increment goes the same ways, and is struck at its end.
            let indices = number == 0 ? read.indices(limit) : read.indices().suffix(1)
            let turns = number == 0 ? indices.count : min(3, faults.count)
            for (index, fault) in try strikes(at: indices, faults, inTurnsOf: turns) {
                tally.add(Counters(items: 1))
                let findings = try await judge(isLasting ? fault.from(index) : fault.at(index), read)
                if !findings.isEmpty { return findings }
            }
        }
        return []
    }

    /// Each fault at each request. A table that is read as one before it takes them in turns: of so many faults one strikes
    /// a request, and which one is another for the next table.
    private func strikes(
        at indices: [Int], _ faults: [WireFault], inTurnsOf turns: Int
    ) throws -> [(index: Int, fault: WireFault)] {
        let place = input.profile < .hostile ? try input.placeAmongAlike : 0
        return indices.enumerated().flatMap { turn, index in
            faults.enumerated().filter { place == 0 || ($0.offset + place) % turns == turn % turns }
                .map { (index, $0.element) }
        }
    }

    /// The table that a run left, held against the calm one.
    func difference(_ run: Lab.Run, from read: FairRead) async throws -> TableDiff {
        let table = try await lab.table(schema.name, in: run.files, keys: keys)
        tally.add(Counters(rows: read.image?.rows.count ?? 0))
        return TableDiff(expected: read.image, actual: table, comparesSchema: false)
    }
}

extension Storm {
    /// The read must succeed with the table of the calm one.
    func mustSurvive() async throws -> [Finding] {
        guard run.error == nil else {
            return [finding(expected: "the fault passes, and the read succeeds", actual: ending)]
        }
        return try await mustHaveCalmTable()
    }

    /// A read that succeeds has the table of the calm one; one that does not ends with a typed error, and the next calm
    /// read completes the table.
    func mustTellOrMatch() async throws -> [Finding] {
        guard run.error != nil else { return try await mustHaveCalmTable() }
        return try await mustBeTyped() + mustRecover()
    }

    /// The same where answers were changed: of the rows, only the number is judged.
    func mustTellOrHaveAllRows() async throws -> [Finding] {
        guard run.error == nil else { return mustBeTyped() }
        let rows = try await weather.lab.table(weather.schema.name, in: run.files, keys: weather.keys)?.rows.count ?? 0
        let all = read.image?.rows.count ?? 0
        guard rows < all else { return [] }
        return [
            finding(
                expected: "the \(all.counted("row")) that the read has without the fault, or an error",
                actual: "It succeeded, and the table has \(rows.counted("row")).",
                cause: "What is not understood is taken for the end of the list.")
        ]
    }

    func mustHaveCalmTable(cause: String? = nil) async throws -> [Finding] {
        let difference = try await weather.difference(run, from: read)
        if difference.isEmpty { return [] }
        let rows = run.summary?.rowsRead ?? 0
        return [
            finding(
                expected: "the table that the read has without the fault, or an error",
                actual: "It succeeded with \(rows) rows read, and the table has \(difference.summary).",
                witness: difference.witness, cause: cause)
        ]
    }

    func mustBeTyped() -> [Finding] {
        switch run.error {
        case nil: return []
        case let error as SourceError:
            if !error.message.isEmpty { return [] }
            return [finding(expected: "an error that says what happened", actual: "Its message is empty.")]
        case let error as LabBudgetExceeded:
            return [finding(expected: "an end, well or with an error", actual: "\(error)", cause: Self.endless)]
        case let error?:
            return [
                finding(
                    expected: "a SourceError, whose kind and recovery the runtime can act on",
                    actual: "It ended with an untyped \(type(of: error)): \(error)")
            ]
        }
    }

    private static var endless: String { "A loop asks again without counting its attempts." }

    /// The lake that a failed run left is completed by the next calm run.
    func mustRecover() async throws -> [Finding] {
        // Once for each read: what a failure leaves is most where it struck last.
        let isLast = fault.index.map { $0 >= read.journal.count - 1 } ?? true
        guard read.isModelled, isLast, run.error is SourceError else { return [] }
        let calm = try await weather.lab.run(read.plan, of: try read.upstream(), into: run.files)
        weather.tally.add(Counters(requests: calm.log.requests.count, runs: 1))
        if let error = calm.error {
            return [
                finding(
                    expected: "the next read, under a clear sky, completes the table",
                    actual: "It ended with: \(error)")
            ]
        }
        let difference = try await weather.difference(calm, from: read)
        if difference.isEmpty { return [] }
        return [
            finding(
                expected: "the next read, under a clear sky, completes the table",
                actual: "After \(ending.prefix(200)) the next read left a table with \(difference.summary).",
                witness: difference.witness,
                cause: "The failed read moved its watermark or position past rows that it had not handed over.")
        ]
    }
}
