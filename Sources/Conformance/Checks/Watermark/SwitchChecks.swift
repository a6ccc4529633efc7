import Cassettes
import Columns
import Pipeline
import Tributary

/// What a table is after its sync type has changed, or after a row came that was ahead of its time.
enum SwitchChecks {
    static let all = [modeSwitch, futureRow]

    private static let modeSwitch = Check(
        "watermark-mode-switch-loses-nothing", group: .watermark, level: .meta,
        proves: "A table loses no row when its sync type is changed between two syncs.",
        method:
            "Five syncs over growing rows, an hour apart, each of another type than the one before: incremental, append "
            + "(where it is offered), full refresh, incremental, full refresh. After each, every row must be there; rows "
            + "that are appended may be there in several versions.",
        likelyCause:
            "The first sync of the new type begins at the moment of the change, and what came since the last sync of the "
            + "old type is read by neither.",
        catches: "sync-mode-switch-leaves-gap"
    ) { input in
        try await Bench.judging(input) { bench in
            try bench.demandIncremental()
            return try await bench.switchingTypes()
        }
    }

    private static let futureRow = Check(
        "watermark-future-row-hides-nothing", group: .watermark, level: .simulated,
        proves: "A row that is dated ahead of the present does not hide those that come after it in the usual way.",
        method:
            "A sync over rows of which one is dated a minute, a year or a thousand years ahead; then rows of the present "
            + "come, with two more syncs. All must be there. The server refuses lower bounds that lie in its future.",
        likelyCause:
            "The stored value is sent as the bound although it lies ahead: begin at `inputs.watermark`, which the runtime "
            + "has bounded by the moment of the read that found the value.",
        catches: "future-dated-row-poisons-watermark"
    ) { input in
        try await Bench.judging(input) { bench in
            try bench.demandIncremental()
            try await bench.demandTime()
            let year: Int64 = 365 * 86_400_000_000
            for (name, ahead) in [("a minute", 60_000_000), ("a year", year), ("a thousand years", 1_000 * year)] {
                let findings = try await bench.dated(ahead: max(ahead, bench.spelling.unit * 3), name)
                if !findings.isEmpty { return findings }
            }
            return []
        }
    }
}

extension Bench {
    func switchingTypes() async throws -> [Finding] {
        let offered = try await offeredTypes()
        let types = [SyncType.incremental, .append, .fullRefresh, .incremental, .fullRefresh].filter(offered.contains)
        var files: MemoryLake.Files = [:]
        let values = cursors
        guard !values.isEmpty else { return [] }
        for (step, type) in types.prefix(input.use.states(types.count)).enumerated() {
            // Not within equal values: an append may begin behind the stored one, lest a row be there twice.
            let shown = objects(upTo: values[max(0, values.count * (step + 1) / types.count - 1)])
            let before = step == 0 ? "" : " after \(types[step - 1].rawValue)"
            let place = "sync \(step + 1) of \(types.count): \(type.rawValue)\(before)"
            let run = try await successful(
                plan(type), of: upstream(shown, later: .seconds(3_600 * step)), into: files, at: place)
            files = run.files
            var difference = try await difference(shown, run)
            if type == .append { (difference.extra, difference.doubled, difference.changed) = ([], [], []) }
            let findings = finding(
                difference, at: "\(place); bound sent: \(boundTexts(run))", expected: "all \(shown.count) rows", run)
            if !findings.isEmpty { return findings }
        }
        return []
    }

    /// Rows of the present that come after one of the future.
    func dated(ahead: Int64, _ name: String) async throws -> [Finding] {
        let unit = spelling.unit
        let hour = max(3_600_000_000, unit * 4)
        // The sample lies in the past, whatever the recording's clock says.
        let present = (max(try upstream().now, newest) / unit + 1) * unit
        let early = made(1) { _ in present + ahead }
        guard try await keeps(early[0]) else { return [] }
        var shown = objects + early
        var files: MemoryLake.Files = [:]
        for step in 0..<input.use.states(3) {
            let now = present + Int64(step) * hour
            let place = "row dated \(name) ahead, sync \(step + 1)"
            let run = try await successful(plan(), of: try refusingFuture(shown, now), into: files, at: place)
            files = run.files
            // Who asks day by day asks up to the present one: a later day comes when it is there.
            let later =
                spelling.format != .date ? [] : shown.filter { spelling.position(cursor($0)).map { $0 > now } ?? false }
            let laterKeys = Set(later.map(tableKey))
            let due = shown.filter { !laterKeys.contains(tableKey($0)) }
            var difference = try await difference(due, run)
            difference.extra.removeAll(where: laterKeys.contains)
            let findings = finding(
                difference,
                at: "\(place); stored \(run.summary?.watermarkBefore ?? "nothing"), bound sent: \(boundTexts(run))",
                expected: "all \(due.count) rows", run,
                cause: step == 0
                    ? "Nothing is stored yet: the source leaves out rows that are dated ahead of its clock. A clock that is a "
                        + "minute slow would lose them." : nil)
            if !findings.isEmpty { return findings }
            shown += made(3, from: 10 * (step + 1)) { now + Int64($0) * unit }
        }
        return []
    }

    /// An upstream that answers 400 to a lower bound beyond its present.
    private func refusingFuture(_ shown: [World.Object], _ now: Int64) throws -> any Upstream {
        var upstream = try upstream(shown)
        upstream.now = now
        let lower = boundFilters.filter { $0.comparison == .greater || $0.comparison == .greaterOrEqual }
        let spelling = spelling
        return TappedUpstream(upstream, "which refuses bounds in its future") {
            { request, base in
                let call = try? ModelCall(request)
                let ahead = lower.first { filter in
                    call.flatMap(filter.bound).flatMap { spelling.position(stored: $0) }.map { $0 > now } ?? false
                }
                guard let ahead else { return try await base.send(request) }
                let text = "The parameter \(ahead.parameter) lies in the future."
                return .made(400, ["error": ["message": .string(text)]], url: request.url)
            }
        }
    }
}
