import Cassettes
import Columns
import Foundation
import Pipeline
import Tributary

/// Answers whose bodies are not what they should be.
enum BodyChecks {
    static let all = [truncatedBody, errorBody, malformedBody]

    private static let truncatedBody = Check(
        "http-truncated-body", group: .http, level: .fault,
        proves: "A body that ends before its end never makes a sync succeed with fewer rows.",
        method: "From each request on bodies are cut at seeded places: shorter than announced, without the last chunk, "
            + "closed, with too small a length, and as gzip without its end. The sync must fail, or have all rows.",
        likelyCause: "What can be read of a broken body is taken for all of it.",
        catches: "truncated-body-accepted", "broken-transfer-taken-for-the-end"
    ) { input in
        try await StormBench.judging(input) { weather in
            var draw = SeededDraw(input.seed)
            let count = input.profile == .hostile ? 4 : 1
            let faults = WireFault.Cut.allCases.flatMap { kind in
                (0..<count).map { _ in WireFault.cut(kind, after: 0.02 + 0.96 * draw.fraction()) }
            }
            return try await weather.first(of: faults, limit: 3, isLasting: true) { fault, read in
                try await weather.storm(fault, read).mustTellOrMatch()
            }
        }
    }

    private static let errorBody = Check(
        "http-200-error-body", group: .http, level: .fault,
        proves: "An error that comes with status 200 is an error, not an empty list.",
        method:
            "From each request of a full read and of an increment on, the answer is 200 with an error object, errors "
            + "without data, an empty object, a text, a login page, nothing, or the page with its list under another name; for GraphQL also errors beside half of the "
            + "rows. The sync must fail, and the next one, under a clear sky, must complete the table. Where a recorded page "
            + "of the scenario has no list of rows, or the model says \"$rows?\", an empty object and an empty body may mean "
            + "that there are none.",
        likelyCause: "A page without its rows is taken for an empty one: demand the member that holds them.",
        profile: .quick, catches: "success-status-with-error-body",
        "renamed-list-is-an-empty-one"
    ) { input in
        try await StormBench.judging(input) { weather in
            let asksGraphQL = weather.reads.contains { $0.journal.contains { $0.request.isGraphQL } }
            let faults =
                WireFault.disguised.filter { !$0.isBare || !weather.recordsPagesWithoutRows } + weather.renamedLists
                + (asksGraphQL ? [.halfWithErrors] : [])
            let limit = input.profile == .quick ? 2 : 3
            return try await weather.first(of: faults, limit: limit, isLasting: true) { fault, read in
                try await weather.storm(fault, read).mustTellOrMatch()
            }
        }
    }

    private static let malformedBody = Check(
        "http-malformed-body", group: .http, level: .fault,
        proves: "Bodies that cannot be read end the sync with a typed error that names the table, or are read right.",
        method:
            "From each request on bodies have a byte order mark, are in UTF-16, hold invalid UTF-8, go on behind their "
            + "end, come twice, or are coded otherwise than their head says.",
        likelyCause:
            "The source decodes bytes itself and repairs what it cannot read, or lets its parser's own error out.",
        catches: "unreadable-bytes-replaced", "parser-error-let-out"
    ) { input in
        try await StormBench.judging(input) { weather in
            try await weather.first(of: WireFault.malformed, limit: 3, isLasting: true) { fault, read in
                let storm = try await weather.storm(fault, read)
                let findings = try await storm.mustTellOrMatch()
                return findings.isEmpty ? storm.mustNameItsPlace() : findings
            }
        }
    }
}

extension WireFault {
    /// Whether the answer is empty and says of no error, which some APIs mean as a page without rows.
    fileprivate var isBare: Bool { what.hasSuffix("an empty object") || what.hasSuffix("an empty body") }
}

extension StormBench {
    /// Pages whose list is called otherwise, where the API never leaves it out.
    fileprivate var renamedLists: [WireFault] {
        guard let place = bench?.collection.sources.first?.rows, !place.isEmpty, !recordsPagesWithoutRows else {
            return []
        }
        return [.renamed(list: place)]
    }

    /// Whether the upstream was recorded to leave out a list, or to give null for it, where there are no rows, or is said
    /// to. What it does with one list it does with the others.
    fileprivate var recordsPagesWithoutRows: Bool {
        guard let bench else { return false }
        if bench.endpoint.leavesOutRows { return true }
        // Those of this table: what another leaves out says nothing of it.
        let places = bench.collection.sources
        let states = input.scenario.manifest.states.map(\.name)
        let answers = states.flatMap { (try? input.scenario.exchanges(state: $0)) ?? [] }
        return answers.contains { answer in
            guard answer.status == 200, let call = try? ModelCall(answer) else { return false }
            return places.contains { place in
                guard !place.rows.isEmpty, place.names(for: call) != nil else { return false }
                if answer.body.isEmpty { return true }
                guard let page = try? JSONValue(parsing: answer.body) else { return false }
                return page.path(place.rows)?.isNull ?? true
            }
        }
    }
}

extension Storm {
    /// The error of a failed run says which table it was about, and does not quote a whole body.
    func mustNameItsPlace() -> [Finding] {
        guard let error = run.error as? SourceError else { return [] }
        let text = error.description
        let isLong = text.count > 1_200
        // A request that is not the table's own, such as of the catalogue or a token, need not name it.
        let struck = fault.index.flatMap { journal.entries.indices.contains($0) ? journal.entries[$0].request : nil }
        let isOwn = weather.bench.flatMap { bench in
            struck.map { bench.isList(LoggedRequest(index: 0, request: $0)) }
        }
        if isOwn != true || text.contains(weather.schema.name), !isLong { return [] }
        return [
            finding(
                expected: "an error that names the table and quotes no whole body",
                actual: isLong ? "It is \(text.count) characters long." : "It does not name the table: \(text)")
        ]
    }
}

extension HTTPRequest {
    /// Whether the body is a query of GraphQL (https://graphql.org/learn/serving-over-http).
    var isGraphQL: Bool { graphQLQuery != nil }

    var graphQLQuery: String? {
        guard method == .post, let body, let text = (try? JSONValue(parsing: body))?["query"]?.string else {
            return nil
        }
        let start = text.drop { $0.isWhitespace || $0 == "\n" }
        return ["query", "{", "mutation", "subscription", "fragment"].contains { start.hasPrefix($0) } ? text : nil
    }
}

/// Chance that can be had again (SplitMix64).
struct SeededDraw {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// Between 0 and 1.
    mutating func fraction() -> Double { Double(next() >> 11) * 0x1p-53 }
}
