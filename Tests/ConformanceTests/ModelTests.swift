import Cassettes
import Columns
import Foundation
import SourceCatalog
import Testing
import Tributary

@testable import Conformance

@Suite struct ModelServerTests {
    /// A list of `count` objects, paged in a style.
    private func server(_ style: String, count: Int = 7, size: Int? = nil, parameter: String) throws -> ModelServer {
        let declaration = try ModelDeclaration(
            [
                "collections": ["things": ["key": "id", "cursor": "at", "from": []]],
                "endpoints": [
                    [
                        "path": "/things", "collection": "things", "order": ["at"],
                        "orderParameters": ["direction": ["desc": ["-at"]]],
                        "filters": [
                            ["parameter": "since", "field": "at", "comparison": ">="],
                            ["parameter": "kind", "field": "kind"],
                        ],
                        "page": [
                            "style": .string(style), "parameter": .string(parameter), "size": "size",
                            "defaultSize": 3, "maximum": 4,
                        ],
                        "envelope": [
                            "rows": "$rows", "more": "$more", "next": "$next", "url": "$nextURL", "total": "$total",
                        ],
                    ]
                ],
            ], file: "test")
        let objects = (0..<count).map { index in
            World.Object(
                body: JSONObject([
                    ("id", .string("t\(index)")), ("at", .number(JSONNumber(Int64(index / 2)))),
                    ("kind", index % 2 == 0 ? "even" : "odd"),
                ]))
        }
        return ModelServer(declaration, world: LiveWorld(World(["things": objects])), pageSize: size)
    }

    private func page(_ server: ModelServer, _ url: String) async throws -> (JSONValue, HTTPResponse) {
        let response = try await server.send(HTTPRequest(.get, "https://api.test" + url))
        return (try JSONValue(parsing: try await response.body.collect()), response)
    }

    private func ids(_ page: JSONValue) -> [String] { page["rows"]?.array?.compactMap { $0["id"]?.string } ?? [] }

    @Test(
        "each style of paging gives every object once, in order, and says when the list ends",
        arguments: [
            ("cursor", "after"), ("last-key", "after"), ("offset", "skip"), ("page", "page"), ("next-url", "token"),
            ("link", "page"),
        ])
    func styles(_ style: String, _ parameter: String) async throws {
        let server = try server(style, parameter: parameter)
        var seen: [String] = []
        var url: String? = "/things"
        var requests = 0
        while let next = url, requests < 20 {
            let (body, response) = try await page(server, next)
            requests += 1
            seen += ids(body)
            url = body["url"]?.string.map { $0.replacingOccurrences(of: "https://api.test", with: "") }
            #expect(body["more"]?.bool == (url != nil))
            #expect(body["total"]?.int64 == 7)
            if style == "link" { #expect((response.headers["Link"] != nil) == (url != nil)) }
        }
        #expect(seen == (0..<7).map { "t\($0)" })
        #expect(requests == 3)
    }

    @Test("keys that look like JSON lead on as others do", arguments: ["cursor", "last-key"])
    func keysLikeJSON(_ style: String) async throws {
        let server = try server(style, parameter: "after")
        server.world.change { world in
            for index in 0..<7 {
                world.update("things", at: index) { $0.body["id"] = .string("[\"t\(index)\"]") }
            }
        }
        let second = try await page(server, "/things?after=%5B%22t2%22%5D").0
        #expect(ids(second) == (3..<6).map { "[\"t\($0)\"]" })
    }

    @Test("a bound within a text is found there, and a text of another form is refused")
    func expression() async throws {
        let server = ModelServer(
            try ModelDeclaration(
                [
                    "collections": ["things": ["key": "id", "cursor": "at", "from": []]],
                    "endpoints": [
                        [
                            "path": "/things", "collection": "things", "envelope": ["rows": "$rows?"],
                            "filters": [
                                [
                                    "parameter": "q", "template": "at >= {value}", "field": "at", "comparison": ">=",
                                    "any": "true",
                                ]
                            ],
                        ]
                    ],
                ], file: "test"), world: try self.server("single", parameter: "").world)
        #expect(ids(try await page(server, "/things?q=at%20%3E%3D%202").0) == ["t4", "t5", "t6"])
        #expect(ids(try await page(server, "/things?q=true").0).count == 7)
        #expect(try await page(server, "/things?q=at%20%3E%202").1.status == 400)
        #expect(try await page(server, "/things?q=at%20%3E%3D%20soon").1.status == 400)
        #expect(try await page(server, "/things?q=at%20%3E%3D%209").0 == [:])
    }

    @Test("a search for the children of a parent that is gone finds nothing")
    func children() async throws {
        let declaration = try ModelDeclaration(
            [
                "collections": [
                    "boards": ["key": "id", "from": []],
                    "cards": [
                        "key": "id", "from": [],
                        "parent": ["collection": "boards", "names": ["board": "id"]],
                    ],
                ],
                "endpoints": [
                    [
                        "path": "/cards", "when": ["of": ["{board}"]], "collection": "cards",
                        "envelope": ["rows": "$rows", "of": "{board}"],
                    ]
                ],
            ], file: "test")
        let cards = ["a", "b"].map { board in
            World.Object(body: JSONObject([("id", .string("card of \(board)"))]), attributes: ["board": board])
        }
        let world = World(["boards": [World.Object(body: JSONObject([("id", "a")]))], "cards": cards])
        let server = ModelServer(declaration, world: LiveWorld(world))
        func ask(_ board: String) async throws -> JSONValue {
            let body = Array(#"{"of": ["\#(board)"]}"#.utf8)
            let response = try await server.send(HTTPRequest(.post, "https://api.test/cards", body: body))
            return try JSONValue(parsing: try await response.body.collect())
        }
        #expect(try await ask("a") == ["rows": [["id": "card of a"]], "of": "a"])
        #expect(try await ask("b") == ["rows": [], "of": "b"])
        // As JSON spells it within a text.
        server.world.change { $0.collections["boards"]?.append(World.Object(body: JSONObject([("id", "q\"")]))) }
        #expect(try await ask(#"q\""#)["of"]?.string == "q\"")
    }

    @Test("a single page holds everything, whatever size was asked for")
    func single() async throws {
        let (body, _) = try await page(try server("single", parameter: ""), "/things?size=2")
        #expect(ids(body).count == 7)
        #expect(body["more"]?.bool == false)
    }

    @Test("sizes are clamped to what the vendor allows", arguments: [("", 3), ("?size=2", 2), ("?size=100", 4)])
    func clamp(_ query: String, _ count: Int) async throws {
        let (body, _) = try await page(try server("cursor", parameter: "after"), "/things" + query)
        #expect(ids(body).count == count)
    }

    @Test("a size that a check forces overrules the request's")
    func forced() async throws {
        let (body, _) = try await page(try server("cursor", size: 1, parameter: "after"), "/things?size=4")
        #expect(ids(body) == ["t0"])
    }

    @Test("bounds are inclusive as declared, and equal filters choose")
    func filters() async throws {
        let server = try server("single", parameter: "")
        #expect(ids(try await page(server, "/things?since=2").0) == ["t4", "t5", "t6"])
        #expect(ids(try await page(server, "/things?kind=odd").0) == ["t1", "t3", "t5"])
    }

    @Test("a parameter chooses another order, and ties keep the order of the recording")
    func order() async throws {
        let (body, _) = try await page(try server("single", parameter: ""), "/things?direction=desc")
        #expect(ids(body) == ["t6", "t4", "t5", "t2", "t3", "t0", "t1"])
    }

    @Test("a planned change takes place just before the request that it names")
    func change() async throws {
        let server = try server("cursor", count: 4, parameter: "after")
        server.world.change(beforeRequest: 1) { world in
            world.collections["things"]?.append(World.Object(body: JSONObject([("id", "late"), ("at", 9)])))
        }
        let (first, _) = try await page(server, "/things")
        #expect(first["total"]?.int64 == 4)
        let next = PercentEncoding.encode(first["next"]?.string ?? "")
        let (second, _) = try await page(server, "/things?after=\(next)")
        #expect(ids(second) == ["t3", "late"])
    }

    @Test("hidden objects are not shown")
    func hidden() async throws {
        let server = try server("single", parameter: "")
        server.world.change(beforeRequest: 0) { $0.update("things", at: 0) { $0.isVisible = false } }
        #expect(ids(try await page(server, "/things").0).first == "t1")
    }
}

@Suite struct ModelVerificationTests {
    @Test("the model of stripe/billing gives every recorded answer", arguments: ["t0", "t1"])
    func stripe(_ state: String) async throws {
        let scenario = try Material.scenario("stripe/billing")
        let declaration = try #require(try ModelDeclaration(of: scenario))
        let outcome = try await ModelVerification(scenario, declaration).run(state: state)
        #expect(outcome.findings.isEmpty, "\(outcome.findings.map(\.actual))")
        #expect(outcome.verified == (state == "t0" ? 22 : 25))
        #expect(outcome.uncovered == ["account"])
    }

    @Test("the model of stripe/nested gives every recorded answer, each list with its parent's name")
    func nested() async throws {
        let scenario = try Material.scenario("stripe/nested")
        let declaration = try #require(try ModelDeclaration(of: scenario))
        let outcome = try await ModelVerification(scenario, declaration).run(state: "t0")
        #expect(outcome.findings.isEmpty, "\(outcome.findings.map(\.actual))")
        #expect(outcome.verified > 20)
        #expect(outcome.uncovered == ["account"])
    }

    @Test("the model of github/repository gives every recorded answer that it covers", arguments: ["t0", "t1"])
    func github(_ state: String) async throws {
        let scenario = try Material.scenario("github/repository")
        let declaration = try #require(try ModelDeclaration(of: scenario))
        let outcome = try await ModelVerification(scenario, declaration).run(state: state)
        #expect(outcome.findings.isEmpty, "\(outcome.findings.map(\.actual))")
        #expect(outcome.verified == (state == "t0" ? 22 : 19))
    }

    @Test("a model that orders otherwise than the recording is found out, with the first place that differs")
    func wrongOrder() async throws {
        let scenario = try Material.scenario("stripe/billing")
        var declaration = try #require(try ModelDeclaration(of: scenario))
        for index in declaration.endpoints.indices {
            declaration.endpoints[index].order = [ModelDeclaration.Order(field: "id", isDescending: false)]
        }
        let outcome = try await ModelVerification(scenario, declaration).run(state: "t0")
        #expect(outcome.findings.contains { $0.actual.contains("$.data[0]") })
    }

    @Test("differences name the path, what was recorded and what came")
    func difference() {
        #expect(JSONDifference(["a": 1, "b": [1, 2]], ["b": [1, 2], "a": 1]) == nil)
        let found = JSONDifference(["a": [["b": 1]]], ["a": [["b": 2]]])
        #expect(found?.path == "$.a[0].b" && found?.expected == "1" && found?.actual == "2")
        #expect(JSONDifference(["a": 1], [:])?.actual == "nothing")
        #expect(JSONDifference(["n": "x"], ["n": "y"], envelope: ["n": "$next"]) == nil)
        #expect(JSONDifference(["n": "x"], ["n": nil], envelope: ["n": "$next"]) != nil)
    }
}

@Suite struct CheckRunnerTests {
    @Test("a table that no scenario has gives no case at all, not even of the source")
    func unknownTable() throws {
        let runner = CheckRunner(catalogue: CheckCatalogue.all, stack: Material.stack)
        var options = CheckRunner.Options(today: "2025-10-16")
        let source = try SourceRegistry.builtIn.source("stripe")
        let scenario = try Material.scenario("stripe/billing")
        options.tables = ["nonsense"]
        #expect(runner.cases(of: source, scenarios: [scenario], options: options).isEmpty)
        options.tables = ["charges"]
        let cases = runner.cases(of: source, scenarios: [scenario], options: options)
        #expect(!cases.isEmpty && cases.allSatisfy { $0.input.schema?.name == "charges" })
    }

    @Test("a check that looks at nothing is not exercised, whatever its verdict")
    func vacuous() async throws {
        let check = Check(
            "looks-at-nothing", group: .reading, level: .static, proves: "", method: "", likelyCause: "",
            catches: "nothing"
        ) { _ in .passed(Counters()) }
        let runner = CheckRunner(catalogue: [check], stack: Material.stack)
        let options = CheckRunner.Options(today: "2025-10-16")
        let source = try SourceRegistry.builtIn.source("stripe")
        let cases = runner.cases(of: source, scenarios: [try Material.scenario("stripe/billing")], options: options)
        let result = await runner.judge(try #require(cases.first), options: options)
        #expect(result.verdict.name == "not exercised")
        #expect(result.isFailure(strict: true) && !result.isFailure(strict: false))
    }
}
