import Cassettes
import Columns
import Foundation
import TestSupport
import Testing
import Tributary

@testable import Conformance

/// A source behind a name and a password, whose pages have links to themselves.
struct LinksSource: RESTSource {
    static let description = SourceDescription(
        type: "Links", label: "Links", category: .payments, docs: "https://links.example/api")

    struct Config: FormFields {
        @Input("User") var user: String
        @Input("Password") var password: Secret
    }

    static let endpoints = [
        RESTEndpoint(
            "events", path: "/events", primaryKeys: ["id"], rows: "items",
            incremental: [.datetime("updated_at", parameter: "since")], sort: .ascending)
    ]

    let probe = "/me"

    func client(for config: Config, in context: SourceContext) throws -> RESTClient {
        RESTClient(
            context, baseURL: "https://links.example",
            authorization: .basic(config.user, config.password),
            paginator: .cursor(parameter: "after", from: "next"), pageSize: PageSize("limit", 100))
    }
}

/// So many events; each page says its own address.
private final class LinksService: Sendable {
    static let user = "ada.lovelace@corp-mail.de"
    static let password = "pw_9XyBv2Kq7LmZ4RtW8sNc"
    private let count: Lock<Int>

    init(events count: Int) { self.count = Lock(count) }

    func add(_ more: Int) { count.withLock { $0 += more } }

    var client: any HTTPClient {
        ScriptedHTTPClient { request in
            let credentials = Data("\(Self.user):\(Self.password)".utf8).base64EncodedString()
            guard request.headers["authorization"] == "Basic \(credentials)" else {
                return .json(["error": "who are you?"], status: 401)
            }
            if request.path == "/me" { return .json(["name": "shop"]) }
            let count = self.count.withLock { $0 }
            let all = (1...count).filter { self.moment($0) >= request["since"] ?? "" }
            let start = request["after"].flatMap { Int($0.dropFirst(3)) } ?? 0
            let end = min(all.count, start + (request["limit"].flatMap { Int($0) } ?? 100))
            let rows = all[min(start, end)..<end].map { id -> JSONValue in
                ["id": .number(JSONNumber(Int64(id))), "updated_at": .string(self.moment(id)), "state": "open"]
            }
            return .json([
                "items": .array(rows), "next": end < all.count ? .string("tok\(end)") : .null,
                "links": ["self": .string("https://links.example/events?after=tok\(start)"), "all": "/events"],
            ])
        }
    }

    private func moment(_ id: Int) -> String {
        Date(timeIntervalSince1970: 1_767_225_600 + Double(id) * 3_600).formatted(.iso8601)
    }
}

@Suite(.timeLimit(.minutes(5))) struct KeptModelTests {
    private let service = LinksService(events: 12)

    private func record(
        _ room: TemporaryFolder, state: String = "t0", clock: String = "2026-01-07T12:00:00Z"
    )
        async throws -> Recorder.Outcome
    {
        try await Recorder.testing(
            service.client, room.url, of: AnySource(LinksSource.self), state: state, clock: clock,
            config: ["user": .string(LinksService.user), "password": .string(LinksService.password)]
        ).run()
    }

    @Test("what no placeholder says is left out of a proposed envelope, and the model holds without it")
    func links() async throws {
        let room = try TemporaryFolder("links")
        let outcome = try await record(room)
        #expect(outcome.tables.map(\.isModelled) == [true], "\(outcome.notes)")
        let unsaid = outcome.notes.first { $0.contains("changes from page to page") }
        #expect(unsaid?.contains("the member links.self") == true, "\(outcome.notes)")
        let model = try #require(try ModelDeclaration(of: Scenario(at: room.file("links/lists"))))
        #expect(model.endpoints[0].envelope["links"] == ["all": "/events"])
    }

    @Test("a model that somebody has edited is kept, whatever a later state shows; an untouched one is proposed anew")
    func kept() async throws {
        for isEdited in [true, false] {
            let room = try TemporaryFolder("links")
            _ = try await record(room)
            let file = room.file("links/lists/model.json")
            var model = try JSONValue(parsing: [UInt8](Data(contentsOf: file)))
            if isEdited {
                // Wrong as well: the recording comes the other way round.
                var endpoint = try #require(model["endpoints"]?.array?.first?.object)
                endpoint["order"] = ["-id"]
                endpoint["orderParameters"] = nil
                var object = try #require(model.object)
                object["endpoints"] = [.object(endpoint)]
                model = .object(object)
                try Data(model.serialized()).write(to: file)
            }
            let before = try Data(contentsOf: file)
            service.add(3)
            let outcome = try await record(room, state: "t1", clock: "2026-01-08T12:00:00Z")
            if isEdited {
                #expect(try Data(contentsOf: file) == before)
                #expect(
                    outcome.notes.contains { $0.contains("events was edited by hand and is kept") }, "\(outcome.notes)")
                let checks = try await Material.results(
                    AnySource(LinksSource.self), room.file("links/lists"), checks: ["fixture-model-gives-recording"])
                #expect(checks.map(\.verdict.name) == ["failed"])
            } else {
                #expect(outcome.tables.map(\.isModelled) == [true], "\(outcome.notes)")
                #expect(!outcome.notes.contains { $0.contains("edited by hand") }, "\(outcome.notes)")
            }
        }
    }

    @Test("what wrong credentials are answered with is written anew where that is asked for, and else stays as it is")
    func refusalAnew() async throws {
        let room = try TemporaryFolder("links")
        let folder = try #require(try await record(room).refusal)
        let written = ScenarioFiles(reading: folder).files
        var old = ScenarioFiles(written)
        old.files["note.txt"] = Array("of the day before".utf8)
        try old.write(to: folder)
        for isAnew in [false, true] {
            var plan = try RecordingPlan(
                again: Scenario(at: room.file("links/lists")), state: "t0", source: AnySource(LinksSource.self),
                config: ["user": .string(LinksService.user), "password": .string(LinksService.password)],
                today: "2026-01-08")
            (plan.recordsRefusal, plan.replacesRefusal) = (isAnew, isAnew)
            let recorder = Recorder.testing(service.client, room.url, of: plan.source)
            let outcome = try await Recorder(
                plan: plan, live: recorder.live, fixtures: room.url, key: Array("a key of pseudonyms for tests ..".utf8)
            ).run(replaces: true)
            #expect((outcome.refusal != nil) == isAnew, "\(outcome.notes)")
            #expect((ScenarioFiles(reading: folder).files["note.txt"] == nil) == isAnew)
        }
        #expect(ScenarioFiles(reading: folder).files.keys.sorted() == written.keys.sorted())
    }

    @Test("a refusal shows the name of nobody, and fits the config that stands beside it")
    func refusal() async throws {
        let room = try TemporaryFolder("links")
        let outcome = try await record(room)
        let folder = try #require(outcome.refusal, "\(outcome.notes)")
        for file in ScenarioFiles(reading: folder).files.values {
            let text = String(decoding: file, as: UTF8.self)
            #expect(
                !text.contains("lovelace") && !text.contains(Data("ada.lovelace".utf8).base64EncodedString().prefix(12))
            )
        }
        let results = try await Material.results(AnySource(LinksSource.self), folder)
        let bad = results.filter { $0.isFailure(strict: false) }.map { "\($0.item.id): \($0.verdict)" }
        #expect(bad.isEmpty, "\(bad.joined(separator: "\n"))")
        #expect(results.contains { $0.item.check.name == "fixture-every-exchange-used" && $0.verdict.name == "passed" })
    }
}
