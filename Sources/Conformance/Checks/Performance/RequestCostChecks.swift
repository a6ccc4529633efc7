import Cassettes
import Columns
import Pipeline
import Tributary

/// What is asked of an upstream, counted.
enum RequestCostChecks {
    static let all = [minimal, idle]

    private static let minimal = Check(
        "perf-requests-minimal", group: .performance, level: .simulated,
        proves: "A read asks for each page once, and for nothing else that grows with the table.",
        method:
            "Full reads and first increments of the sample and of four times as many rows, three to a page. Beyond the "
            + "pages that the model counts, both sizes must cost the same number of requests, and no page may be asked for "
            + "twice in a run, or be asked to have fewer than five rows, unless the config says so.",
        likelyCause:
            "Each row is asked for again by itself, or a page is fetched once to look at it and once to read it.",
        catches: "one-more-request-for-each-row", "each-page-asked-for-twice", "page-of-one-row"
    ) { input in
        try await Bench.judging(input) { bench in
            try bench.demandHTTP()
            for type in Set([bench.schema.mode, .fullRefresh]).sorted(by: { $0.rawValue < $1.rawValue }) {
                let findings = try await bench.needlessRequests(type)
                if !findings.isEmpty { return findings }
            }
            return []
        }
    }

    private static let idle = Check(
        "perf-idle-increment-cost", group: .performance, level: .simulated,
        proves: "An increment that finds nothing new costs the same few requests, however long the history is.",
        method: "Tables of 30 and of 150 rows, three to a page, are synced twice; the requests of the second syncs are "
            + "counted.",
        likelyCause: "The bound is not sent, so that each increment walks the whole list: an upstream that takes no "
            + "bound is read by full refreshes.",
        catches: "increments-walk-the-whole-list"
    ) { input in
        try await Bench.judging(input) { bench in
            try bench.demandIncremental()
            try bench.demandHTTP()
            let small = try await bench.idleIncrement(after: 30)
            let large = try await bench.idleIncrement(after: 150)
            if large.count <= small.count + 1 { return [] }
            return [
                Finding(
                    at: "increment of a table of 150 rows in which nothing is new",
                    expected: "\(small.count) requests, as with 30 rows", actual: "\(large.count) were sent.",
                    witness: large.map(\.description))
            ]
        }
    }
}

extension Bench {
    private static let pageRows = 3

    /// Findings where a read sends requests that grow with the table beyond its pages, or one twice.
    fileprivate func needlessRequests(_ type: SyncType) async throws -> [Finding] {
        var surplus: [Int] = []
        for count in [objects.count, objects.count * 4] {
            let shown = objects + copies(count - objects.count)
            let place = "\(type.rawValue) of \(count) rows, \(Self.pageRows) to a page"
            var plan = plan(type)
            plan.requestLimit = 1_000
            let run = try await successful(plan, of: upstream(shown, pageSize: Self.pageRows), at: place)
            let requests = run.log.requests
            // Of the table's own lists: tables may be listed once by the runtime, and again by the source.
            let lists = requests.filter(isList).map { $0.description + $0.bodyText }
            let repeated = Dictionary(grouping: lists) { $0 }.filter { $0.value.count > 1 }
            if !repeated.isEmpty {
                return [
                    Finding(
                        at: place, expected: "each request once", actual: "\(repeated.count) were sent again.",
                        witness: repeated.map { "\($0.value.count) times: \($0.key)" }.sorted())
                ]
            }
            if let tiny = tinyPages(requests, at: place) { return [tiny] }
            surplus.append(requests.count - pages(of: shown, size: Self.pageRows))
            guard let first = surplus.first, let last = surplus.last, last > first + 1 else { continue }
            return [
                Finding(
                    at: place, expected: "\(first) requests beyond its pages, as with \(objects.count) rows",
                    actual: "There are \(last): \(requests.count) for \(pages(of: shown, size: Self.pageRows)) pages.",
                    witness: requests.filter { !isList($0) }.map(\.description),
                    history: Array(run.log.lines(last: 400).prefix(20)))
            ]
        }
        return []
    }

    /// Requests for pages so small that a real table costs thousands of them.
    private func tinyPages(_ requests: [LoggedRequest], at place: String) -> Finding? {
        // Where a short page is the end, the kit itself lets no page have more rows than the model gives.
        guard let name = endpoint.page.sizeParameter, !endpoint.page.endsWithShortPage else { return nil }
        let chosen = Set(
            FormPlace.all(input.source.form.fields, in: input.config).compactMap { place in
                input.config.value(at: place.path).map(ModelPage.text)
            })
        for request in requests where isList(request) {
            guard let text = (try? ModelCall(request.request))?.parameter(name), let rows = Int(text), rows < 5,
                !chosen.contains(text)
            else { continue }
            return Finding(
                at: place, expected: "pages as large as the API gives them: tens or hundreds of rows",
                actual: "\(name)=\(rows) asks for \(rows.counted("row")) a page.", witness: [request.description],
                cause: "The size of a probe is used for the table, or a size for tests was left in.")
        }
        return nil
    }

    /// The requests of an increment that finds nothing.
    fileprivate func idleIncrement(after rows: Int) async throws -> [LoggedRequest] {
        // A minute apart, if it is a time: the API may take whole seconds only. Days follow one another: a reader may go
        // from window to window.
        let isByDay = spelling.format == .date
        let step = max(
            isByDay ? spelling.unit : (spelling.isTime ? max(spelling.unit, 1_000_000) : spelling.unit) * 60, boundUnit)
        let shown = made(rows) { oldest + Int64($0) * step }
        var plan = plan()
        plan.requestLimit = 1_000
        let place = "of a table of \(rows) rows"
        // Behind the newest row: one that is dated ahead of the present is asked for again.
        let newest = oldest + Int64(rows) * step
        let present = Duration.microseconds(max(0, newest - (try upstream().now)) + 3_600_000_000)
        let first = try await successful(plan, of: upstream(shown, later: present), at: "first sync \(place)")
        let second = try await successful(
            plan, of: upstream(shown, later: present + .seconds(3_600)), into: first.files, at: "increment \(place)")
        return second.log.requests
    }
}
