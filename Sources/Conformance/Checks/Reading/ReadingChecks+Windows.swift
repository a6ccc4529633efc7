import Cassettes
import Columns
import Pipeline
import Tributary

// Histories that are read in parts.
extension ReadingChecks {
    static let windows = [coverage]

    private static let coverage = Check(
        "read-windows-cover-history", group: .reading, level: .meta,
        proves: "A read that is cut into windows of time leaves no moment out between them.",
        method:
            "The bounds that a first read sends are taken down; then rows are added right at each bound, one unit of the "
            + "data before and behind it, half a second and half a day off, and the table is read again: by a full refresh "
            + "and by an incremental sync. All rows must be there.",
        likelyCause:
            "A window begins one unit behind the end of the one before, or ends one before the next begins, although the "
            + "data are finer: let each window begin where the last one ended, and leave doubles to the merge. Where the API "
            + "takes in all of the day that a bound names, `wholeDays` of the filter in model.json has to say so.",
        catches: "slice-step-skips-a-unit", "windows-end-before-midnight"
    ) { input in
        try await Bench.judging(input) { bench in
            guard bench.collection.cursor != nil, !bench.bounds.isEmpty else {
                throw Bench.Verdicted(
                    verdict: .notApplicable("The API takes no bounds, so nothing is read in windows."))
            }
            guard !bench.bounds.contains(bench.endpoint.page.parameter) else {
                throw Bench.Verdicted(
                    verdict: .notApplicable(
                        "\(bench.endpoint.page.parameter) is where the next page begins: each page has a bound, and none is a window."
                    ))
            }
            var types = [SyncType.fullRefresh]
            if bench.schema.mode == .incremental { types.append(.incremental) }
            var isWindowed = false
            for type in types {
                let edges = try await bench.edges(type)
                isWindowed = isWindowed || !edges.isEmpty
                let findings = try await bench.around(edges, type)
                if !findings.isEmpty { return findings }
            }
            if isWindowed { return [] }
            throw Bench.Verdicted(verdict: .notApplicable("A first read sends no bounds: it is one window."))
        }
    }
}

extension Bench {
    /// The moments, or numbers, that the bounds of a first read name.
    fileprivate func edges(_ type: SyncType) async throws -> [Int64] {
        let run = try await successful(plan(type), of: upstream(), at: "first \(type.rawValue) sync")
        let filters = boundFilters.filter { $0.field == collection.cursor }
        let edges = run.log.requests.filter(isList).flatMap { request -> [Int64] in
            guard let call = try? ModelCall(request.request) else { return [] }
            return filters.compactMap { $0.bound(in: call).flatMap { spelling.position(stored: $0) } }
        }
        return Set(edges).sorted()
    }

    /// A first read of an upstream that has rows close to each edge.
    fileprivate func around(_ edges: [Int64], _ type: SyncType) async throws -> [Finding] {
        let unit = spelling.unit
        let offsets: [Int64] =
            spelling.isTime
            ? [0, unit, 500_000, 86_400_000_000 / 2].map { max($0, $0 == 0 ? 0 : unit) } : [0, 1]
        let positions = Set(edges.prefix(12).flatMap { edge in offsets.flatMap { [edge - $0, edge + $0] } }).sorted()
        if positions.isEmpty { return [] }
        let rows = positions.enumerated().map { number, position in
            moved(copy(objects[number % objects.count], number: number), spelt: fine(position))
        }
        let shown = objects + rows
        let place = "first \(type.rawValue) sync, with rows close to each bound"
        let run = try await successful(plan(type), of: upstream(shown), at: place)
        return finding(
            try await difference(shown, run), at: "\(place); bounds sent: \(boundTexts(run))",
            expected: "all \(shown.count) rows", run)
    }

    /// A cursor value at a position; texts of times with the digits that it needs.
    private func fine(_ position: Int64) -> JSONValue {
        guard spelling.format == .iso8601, position % 1_000_000 != 0 else { return spelling.value(at: position) }
        return .string(spelling.text(position, digits: 6))
    }
}
