import Columns
import TestSupport
import Testing

@testable import Tributary

@Suite("REST increments")
struct IncrementalTests {
    private static let t0: Int64 = 1_767_225_600_000_000

    private func requests(
        _ endpoint: RESTEndpoint, _ inputs: SourceInputs, pages: Int = 1
    ) async throws -> [RecordedRequest] {
        let http = ScriptedHTTPClient { request in
            .json([
                "data": [["id": .number(JSONNumber(Int64(request.index)))]],
                "next": request.index + 1 < pages ? .string("c\(request.index)") : nil,
            ])
        }
        let client = RESTClient(
            .testing(http: http), baseURL: "https://api.example.com",
            paginator: .cursor(parameter: "after", from: "next"))
        _ = try await client.read(endpoint, inputs: inputs)
        return http.requests
    }

    private func endpoint(_ incremental: RESTIncremental..., sort: RESTSort = .ascending) -> RESTEndpoint {
        RESTEndpoint("x", path: "/x", primaryKeys: ["id"], rows: "data", incremental: incremental, sort: sort)
    }

    @Test("the lower bound goes with every page of an incremental read")
    func everyPage() async throws {
        let endpoint = endpoint(.datetime("updated", parameter: "since"))
        let inputs = SourceInputs.incremental("x", by: .datetime("updated"), last: .timestamp(Self.t0))
        let requests = try await requests(endpoint, inputs, pages: 3)
        #expect(requests.map { $0["since"] } == Array(repeating: "2026-01-01T00:00:00Z", count: 3))
    }

    @Test("no bound is sent in a full refresh, nor before there is a watermark")
    func noBound() async throws {
        let endpoint = endpoint(.datetime("updated", parameter: "since"))
        var full = SourceInputs(schema: "x", watermark: Watermark(last: .timestamp(Self.t0)))
        full.cursorField = .datetime("updated")
        #expect(try await requests(endpoint, full)[0]["since"] == nil)
        #expect(try await requests(endpoint, .incremental("x", by: .datetime("updated")))[0]["since"] == nil)
    }

    @Test("a first read goes back as far as it is told")
    func historyStart() async throws {
        var inputs = SourceInputs.incremental("x", by: .datetime("updated"))
        inputs.historyStart = .timestamp(Self.t0)
        #expect(
            try await requests(endpoint(.datetime("updated", parameter: "since")), inputs)[0]["since"]
                == "2026-01-01T00:00:00Z")
    }

    @Test("the field that the user chose is honoured, with its own parameters")
    func chosenField() async throws {
        let endpoint = endpoint(
            .datetime("created", parameter: "created_since"),
            .datetime("updated", parameter: "updated_since", query: ["sort": "updated"]))
        let inputs = SourceInputs.incremental("x", by: .datetime("updated"), last: .timestamp(Self.t0))
        let request = try await requests(endpoint, inputs)[0]
        #expect(request["updated_since"] != nil && request["created_since"] == nil && request["sort"] == "updated")
    }

    @Test("a field that the table does not have is an error with the nearest one")
    func unknownField() async {
        let error = await #expect(throws: SourceError.self) {
            try await requests(
                endpoint(.datetime("updated", parameter: "s")), .incremental("x", by: .datetime("udpated")))
        }
        #expect(error?.kind == .missingCursorField)
        #expect(error?.advice == "Did you mean 'updated'?")
    }

    @Test(
        "a bound is spelt as the upstream wants it, and rows equal to it are asked for again",
        arguments: [
            (CursorFormat.iso8601, true, CursorValue.timestamp(1_767_225_600_500_000), "2026-01-01T00:00:00.500000Z"),
            (.iso8601, false, .timestamp(1_767_225_600_000_000), "2025-12-31T23:59:59.999999Z"),
            (.iso8601Seconds, true, .timestamp(1_767_225_600_500_000), "2026-01-01T00:00:00Z"),
            (.iso8601Seconds, false, .timestamp(1_767_225_600_500_000), "2025-12-31T23:59:59Z"),
            (.epochSeconds, true, .timestamp(1_767_225_600_999_999), "1767225600"),
            (.epochSeconds, false, .integer(1_767_225_600), "1767225599"),
            (.epochMilliseconds, true, .timestamp(1_767_225_600_123_456), "1767225600123"),
            (.date, true, .timestamp(1_767_225_600_123_456), "2026-01-01"),
            (.date, true, .date(20_454), "2026-01-01"), (.date, false, .date(20_454), "2025-12-31"),
            (.plain, true, .integer(42), "42"), (.plain, false, .integer(42), "41"),
            (.epochSeconds, true, .timestamp(-1), "-1"),
        ])
    func lowerBounds(_ format: CursorFormat, _ isInclusive: Bool, _ value: CursorValue, _ text: String) async throws {
        let field = IncrementalField("updated", value.type)
        let endpoint = endpoint(RESTIncremental(field, start: .init("since", format: format, isInclusive: isInclusive)))
        let request = try await requests(endpoint, .incremental("x", by: field, last: value))[0]
        #expect(request["since"] == text)
    }

    @Test("an append starts behind a watermark of whole numbers, so that nothing comes twice")
    func append() async throws {
        let endpoint = endpoint(.integer("id", parameter: "since_id"))
        let inputs = SourceInputs.incremental("x", by: .integer("id"), last: .integer(41), type: .append)
        #expect(try await requests(endpoint, inputs)[0]["since_id"] == "42")
    }

    @Test("a bound may be part of an expression, and stand in a body")
    func template() async throws {
        let bound = RESTIncremental.Bound(.body("filter.query"), format: .date, template: "updated>={value}")
        var endpoint = endpoint(RESTIncremental(.datetime("updated"), start: bound))
        endpoint.method = .post
        let inputs = SourceInputs.incremental("x", by: .datetime("updated"), last: .timestamp(Self.t0))
        #expect(try await requests(endpoint, inputs)[0].json == ["filter": ["query": "updated>=2026-01-01"]])
    }

    @Test(
        "a time is spelt in the upstream's own form, rounded to it: down as a lower bound, up as an upper one",
        arguments: [
            ("{value:yyyy-MM-dd.HH:mm:ss};", "2026-01-01.00:00:01;", "2026-01-01.00:00:02;"),
            ("{value:yyyyMMddHHmmss}", "20260101000001", "20260101000002"),
            ("at:{value:dd/MM/yyyy}", "at:01/01/2026", "at:02/01/2026"),
            ("{value:yyyy-MM-dd HH:mm:ss.SSS}", "2026-01-01 00:00:01.250", "2026-01-01 00:00:01.250"),
            ("{value:HH:mm:ss.SSSSSS yyyy-MM-dd}", "00:00:01.250000 2026-01-01", "00:00:01.250000 2026-01-01"),
            ("{values} {value", "{values} {value", "{values} {value"),
        ])
    func pattern(template: String, lower: String, upper: String) {
        let bound = RESTIncremental.Bound("since", template: template)
        #expect(bound.lower(.timestamp(Self.t0 + 1_250_000), merges: true) == lower)
        #expect(bound.upper(.timestamp(Self.t0 + 1_250_000)) == upper)
        #expect(!bound.isNumber("20260101000001", of: .timestamp(Self.t0)))
    }

    @Test(
        "a number with a fraction is rounded to the unit: down as a lower bound, up as an upper one",
        arguments: [
            ("1795968697.145746", CursorFormat.epochSeconds, "1795968697", "1795968698"),
            ("-1.5", .epochSeconds, "-2", "-1"), ("12.0", .epochMilliseconds, "12", "12"),
            ("0.25", .iso8601, "1970-01-01T00:00:00.250000Z", "1970-01-01T00:00:00.250000Z"),
            ("86400.5", .date, "1970-01-02", "1970-01-03"), ("2.5", .plain, "2.5", "2.5"),
        ])
    func fractions(text: String, format: CursorFormat, lower: String, upper: String) throws {
        let value = try #require(CursorValue(storedText: text, as: .numeric))
        let bound = RESTIncremental.Bound("since", format: format)
        #expect(bound.lower(value, merges: true) == lower)
        #expect(bound.upper(value) == upper)
    }

    @Test("a JSON body takes an epoch as a number, through a resume token as well, and all else as text")
    func numbersInBodies() async throws {
        func sent(_ format: CursorFormat, _ last: CursorValue, template: String = "{value}") async throws -> JSONValue?
        {
            let bound = RESTIncremental.Bound(.body("filter.from"), format: format, template: template)
            var endpoint = endpoint(RESTIncremental(.datetime("updated"), start: bound))
            endpoint.method = .post
            let inputs = SourceInputs.incremental("x", by: .datetime("updated"), last: last)
            let requests = try await requests(endpoint, inputs, pages: 2)
            #expect(requests.count == 2 && requests[0].json?["filter"] == requests[1].json?["filter"])
            let token = RESTToken(walks: try RESTWalk.plan(inputs, endpoint), position: "p").token(inputs)
            #expect(try RESTToken(token, inputs, endpoint).walks == RESTWalk.plan(inputs, endpoint))
            return requests[0].json?["filter", "from"]
        }
        let fraction = try #require(CursorValue(storedText: "1795968697.145746", as: .numeric))
        #expect(try await sent(.epochSeconds, fraction) == 1_795_968_697)
        #expect(try await sent(.epochMilliseconds, .timestamp(Self.t0)) == 1_767_225_600_000)
        #expect(try await sent(.iso8601, .timestamp(Self.t0)) == "2026-01-01T00:00:00Z")
        #expect(try await sent(.epochSeconds, fraction, template: ">={value}") == ">=1795968697")
        #expect(try await sent(.plain, .objectID("123456789012345678901234")) == "123456789012345678901234")
    }

    // Descending.

    private func stripe() -> RESTEndpoint {
        endpoint(
            RESTIncremental(
                .integer("created"), start: .init("created[gte]", format: .epochSeconds),
                end: .init("created[lt]", format: .epochSeconds, isInclusive: false)), sort: .descending)
    }

    private func bounds(_ last: Int64?, _ earliest: Int64?) async throws -> [[String]] {
        let inputs = SourceInputs.incremental(
            "x", by: .integer("created"), last: last.map { .integer($0) }, earliest: earliest.map { .integer($0) })
        return try await requests(stripe(), inputs).map { $0.parameters.map { "\($0.name)=\($0.value)" } }
    }

    @Test("a descending list is first finished below the earliest value, then read above the last")
    func twoSides() async throws {
        #expect(try await bounds(nil, nil) == [[]])
        #expect(try await bounds(nil, 50) == [["created[lt]=51"]])
        #expect(try await bounds(100, 50) == [["created[lt]=51"], ["created[gte]=100"]])
        #expect(try await bounds(100, nil) == [["created[gte]=100"]])
        #expect(try await bounds(100, 150) == [["created[gte]=100", "created[lt]=151"], ["created[gte]=100"]])
    }

    @Test("a two-sided walk goes on from its token on the side where it stopped, with the bounds that were sent")
    func twoSidedResume() async throws {
        let http = ScriptedHTTPClient { request in
            .json(["data": [["created": 1, "at": .string(request.url)]], "next": request["after"] == nil ? "c1" : nil])
        }
        let client = RESTClient(
            .testing(http: http), baseURL: "https://api.example.com",
            paginator: .cursor(parameter: "after", from: "next"))
        var inputs = SourceInputs.incremental("x", by: .integer("created"), last: .integer(100), earliest: .integer(50))
        let whole = try await client.read(stripe(), inputs: inputs)
        #expect(whole.rows.count == 4)
        for (index, mark) in whole.marks.enumerated() {
            // The watermark has moved since the token was made.
            inputs.watermark = Watermark(last: .integer(100), earliest: .integer(7))
            inputs.resumeToken = mark.token
            let rest = try await client.read(stripe(), inputs: inputs)
            #expect(Array(whole.rows.prefix(index + 1)) + rest.rows == whole.rows)
        }
    }

    @Test("the response says in which order rows arrive")
    func sortModes() throws {
        let client = RESTClient(.testing(), baseURL: "https://api.example.com")
        func mode(_ endpoint: RESTEndpoint, _ inputs: SourceInputs) throws -> SortMode {
            try client.response(to: inputs, from: [endpoint, RESTEndpoint("p", path: "/p", primaryKeys: [], rows: "")])
                .sortMode
        }
        #expect(try mode(stripe(), SourceInputs(schema: "x")) == .descending)
        let mixed = endpoint(
            .datetime("updated", parameter: "since"), .newestFirst(.datetime("created")))
        #expect(try mode(mixed, .incremental("x", by: .datetime("updated"))) == .ascending)
        #expect(try mode(mixed, .incremental("x", by: .datetime("created"))) == .descending)
        #expect(try mode(endpoint(sort: .unsorted), SourceInputs(schema: "x")) == .descending)
        var child = endpoint(.datetime("updated", parameter: "since"))
        child.parent = "p"
        #expect(try mode(child, .incremental("x", by: .datetime("updated"))) == .descending)
    }

    // Newest first, without a bound.

    @Test("a list without a bound that comes newest first is left at the first page that is older as a whole")
    func stopRule() async throws {
        let pages: [[Int64?]] = [[90, 80], [80, nil], [70, 60], [50, 40], [30, 20]]
        let http = ScriptedHTTPClient { request in
            let page = Int(request["after"] ?? "0") ?? 0
            let rows = pages[page].map {
                JSONValue.object(JSONObject([("n", $0.map { .number(JSONNumber($0)) } ?? nil)]))
            }
            return .json(["data": .array(rows), "next": page + 1 < pages.count ? .string("\(page + 1)") : nil])
        }
        let client = RESTClient(
            .testing(http: http), baseURL: "https://api.example.com",
            paginator: .cursor(parameter: "after", from: "next"))
        let endpoint = endpoint(.newestFirst(.integer("n")))
        func count(_ last: Int64?) async throws -> Int {
            try await client.read(
                endpoint, inputs: .incremental("x", by: .integer("n"), last: last.map { .integer($0) })
            ).marks.count
        }
        #expect(try await count(nil) == 5)
        #expect(try await count(85) == 3)
        #expect(try await count(60) == 4)
        #expect(try await count(20) == 5)
        #expect(try await client.read(endpoint).marks.count == 5)
    }

    @Test("a token of another read is refused, so that the read starts again")
    func foreignToken() async throws {
        let endpoint = endpoint(.datetime("updated", parameter: "since"))
        let client = RESTClient(
            .testing(http: ScriptedHTTPClient(.json(["data": []]))), baseURL: "https://api.example.com")
        let token = try #require(try await client.read(endpoint).marks.first?.token)
        for inputs in [
            SourceInputs.incremental("x", by: .datetime("updated"), resume: token),
            SourceInputs(schema: "x", resumeToken: ResumeToken(["v": 2])),
            SourceInputs(schema: "x", resumeToken: ResumeToken("junk")),
        ] {
            let error = #expect(throws: SourceError.self) { _ = try client.response(to: inputs, from: [endpoint]) }
            #expect(error?.kind == .resumeTokenExpired)
        }
    }
}
