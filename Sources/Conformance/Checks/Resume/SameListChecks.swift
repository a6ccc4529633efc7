import Cassettes
import Columns
import Pipeline
import Tributary

/// In which list a resumed read goes on.
enum SameListChecks {
    static let all = [sameList]

    private static let sameList = Check(
        "resume-continues-the-same-list", group: .resume, level: .meta,
        proves: "A resumed read goes on in the list that was interrupted: with its bounds, its order and its filters.",
        method:
            "A full refresh, and an increment over new rows, are cut after each commit that stored a position. The first request "
            + "of the resumed read is compared with the one that the uninterrupted read made for the same position: all "
            + "parameters must be the same; a bound may have moved where positions name a row. Where they count rows, each "
            + "cut read is resumed once more, an hour later.",
        likelyCause:
            "The position alone is kept, and the bound is left out or made anew: keep both in the resume token, since a position "
            + "in one list means nothing in another.",
        catches: "resumed-without-its-bounds", "bound-made-anew-at-resume"
    ) { input in
        try await Bench.judging(input) { bench in
            try bench.demandPages()
            for type in Set([bench.schema.mode, .fullRefresh]).sorted(by: { $0.rawValue < $1.rawValue }) {
                let findings = try await bench.goingOn(type)
                if !findings.isEmpty { return findings }
            }
            if bench.tally.sum.items == 0 {
                throw Bench.Verdicted(
                    verdict: .notApplicable(
                        "No resumed read begins inside a list: positions lie between lists, or there are none."))
            }
            return []
        }
    }
}

extension Bench {
    /// Holds the first request of each resumed read against that of the uninterrupted one.
    fileprivate func goingOn(_ type: SyncType) async throws -> [Finding] {
        var before: MemoryLake.Files = [:]
        if type == .incremental {
            before = try await successful(plan(), of: upstream(Array(objects.prefix(4))), at: "first sync").files
        }
        var plan = plan(type, commitsOften: true)
        plan.keepsLakes = true
        let place = type == .incremental ? "increment over new rows" : "full refresh"
        let whole = try await successful(plan, of: upstream(), into: before, at: place)
        plan.keepsLakes = false
        let known = whole.log.requests.compactMap(continuation)
        let isCounted = endpoint.page.style.isCounted && !bounds.isEmpty
        for cut in try commits(of: whole, startingFrom: before) where stored(cut.files)?.token != nil {
            for later in isCounted ? [.zero, .seconds(3_600)] : [Duration.zero] {
                let resumed = try await run(plan, of: upstream(later: later), into: cut.files)
                guard let first = resumed.log.requests.first(where: isList), let asked = continuation(first) else {
                    continue
                }
                // Other parameters may come from the clock and do no harm, such as that of a signature.
                let isJudged = later == .zero ? { _ in true } : isFixedBound
                let place = "\(place), \(cut.place)" + (later == .zero ? "" : ", resumed an hour later")
                let finding = differing(asked, from: known, by: isJudged, resumed, at: place)
                if let finding { return [finding] }
            }
        }
        return []
    }

    private typealias Continuation = (position: String, rest: [String])

    /// Whether a parameter is a bound that has to stay: a later end of a list that grows at its end moves no row of it.
    private func isFixedBound(_ part: String) -> Bool {
        let growsAtItsEnd = endpoint.order.first.map { $0.field == collection.cursor && !$0.isDescending } ?? false
        return boundFilters.contains { filter in
            part.hasPrefix("\(filter.parameter)=")
                && !(growsAtItsEnd && [.less, .lessOrEqual].contains(filter.comparison))
        }
    }

    /// The finding of a resumed read that goes on in another list than the uninterrupted one was in, by some parameters.
    private func differing(
        _ asked: Continuation, from known: [Continuation], by isJudged: (String) -> Bool, _ resumed: Lab.Run,
        at place: String
    ) -> Finding? {
        let alike = known.filter { $0.position == asked.position }.map { $0.rest.filter(isJudged) }
        guard let expected = alike.first else { return nil }
        tally.add(Counters(items: 1))
        let rest = asked.rest.filter(isJudged)
        if alike.contains(where: { isSameList($0, rest) }) { return nil }
        return Finding(
            at: place, expected: "the parameters of the interrupted read: \(Self.text(expected))",
            actual: "The resumed read asks for the same position with: \(Self.text(rest)).",
            witness: Set(expected).symmetricDifference(rest).sorted().map { part in
                (expected.contains(part) ? "not sent any more: " : "sent only now: ") + part
            }, history: resumed.log.lines())
    }

    /// Where in which list a request goes on, and all else that it says; nil for what begins a list.
    private func continuation(_ request: LoggedRequest) -> Continuation? {
        guard isContinuation(request.request), let call = try? ModelCall(request.request) else { return nil }
        let name = endpoint.page.parameter
        // Behind a row the list is the same from an older bound on and from one that has moved up to that row.
        let isCounted = endpoint.page.style.isCounted
        let rest = call.query.filter { $0.name != name }.map { item in
            isCounted || !bounds.contains(item.name) ? "\(item.name)=\(item.value)" : "\(item.name)=…"
        }
        return ("\(call.path) \(call.parameter(name) ?? "")", rest.sorted())
    }

    /// Whether a read goes on in the list that it was in. A bound that comes with the values stored meanwhile leaves out
    /// nothing where positions name a row; where they count rows it makes another list.
    private func isSameList(_ interrupted: [String], _ resumed: [String]) -> Bool {
        if endpoint.page.style.isCounted { return interrupted == resumed }
        let added = Set(resumed).subtracting(interrupted)
        return Set(interrupted).isSubset(of: resumed)
            && added.allSatisfy { part in bounds.contains { part.hasPrefix("\($0)=") } }
    }

    private static func text(_ parameters: [String]) -> String {
        parameters.isEmpty ? "none" : parameters.joined(separator: ", ")
    }
}
