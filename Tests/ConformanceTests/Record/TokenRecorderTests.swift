import Cassettes
import Columns
import Conformance
import Foundation
import TestSupport
import Testing
import Tributary

/// Records an API whose every answer leads on by a token of its own, in a header of its own.
@Suite(.timeLimit(.minutes(5))) struct TokenRecorderTests {
    private static func recorder(
        _ service: any HTTPClient, _ fixtures: URL, of source: AnySource = AnySource(TokenSource.self),
        state: String = "t0", clock: String = "2026-01-07T12:00:00Z"
    ) -> Recorder { .testing(service, fixtures, of: source, state: state, clock: clock) }

    private static func verdicts(
        _ folder: URL, _ source: AnySource = AnySource(TokenSource.self), checks: Set<String> = []
    ) async throws -> [String: Verdict] {
        let results = try await Material.results(source, folder, checks: checks)
        return Dictionary(results.map { ($0.item.check.name, $0.verdict) }) { $1 }
    }

    @Test("full refreshes and increments are whole in the recording, cut or not, and the model gives them again")
    func states() async throws {
        let room = try TemporaryFolder("tokens")
        let service = TokenService(things: 12)
        let first = try await Self.recorder(service.client, room.url).run()
        #expect(first.tables.map(\.isModelled) == [true], "\(first.notes)")
        let folder = room.file("tokens/lists")
        func urls(_ state: String, _ type: SyncType) throws -> [String] {
            try Scenario(at: folder).exchanges(state: state).filter { $0.exchange.syncTypes.contains(type) }.map(\.url)
        }
        #expect(try urls("t0", .fullRefresh).count == 3)
        let page = try #require(try ModelDeclaration(of: Scenario(at: folder))?.endpoints.first?.page)
        #expect(page.style == .link && page.header?.lowercased() == "next-page" && page.parameter == "_token")

        // Sixteen are more than the three pages that are kept.
        service.add(4)
        let second = try await Self.recorder(service.client, room.url, state: "t1", clock: "2026-01-08T12:00:00Z").run()
        #expect(second.tables.map(\.isModelled) == [true], "\(second.notes)")
        let scenario = try Scenario(at: folder)
        #expect(scenario.manifest.expected["t0"]?["things"]?["rows"]?.int64 == 12)
        #expect(try urls("t1", .fullRefresh).count == 3)
        let last = try scenario.exchanges(state: "t1").last { $0.exchange.syncTypes.contains(.fullRefresh) }
        #expect(last?.exchange.response.headers.contains { $0.name.lowercased() == "next-page" } == false)

        let verdicts = try await Self.verdicts(folder)
        let bad = verdicts.filter { ["failed", "could not run"].contains($0.value.name) }
        #expect(bad.isEmpty, "\(bad)")
        for name in ["read-rows-equal-model", "watermark-split-equivalence", "fixture-every-exchange-used"] {
            #expect(verdicts[name]?.name == "passed", "\(name): \(String(describing: verdicts[name]))")
        }
        for name in ["config-required-field-missing", "secret-fields-marked", "injection-through-identifiers"] {
            #expect(verdicts[name]?.name == "not applicable", "\(name): \(String(describing: verdicts[name]))")
        }
    }

    @Test("what a probe shows of a list that is cut is none of its rows; a page is of all runs that ask for it")
    func probeOfCutList() async throws {
        let room = try TemporaryFolder("tokens")
        let source = AnySource(OrderedTokenSource.self)
        let outcome = try await Self.recorder(TokenService(things: 40).client, room.url, of: source).run()
        #expect(outcome.tables.map(\.isModelled) == [true], "\(outcome.notes)")
        let folder = room.file("tokens/lists")
        let scenario = try Scenario(at: folder)
        #expect(scenario.manifest.expected["t0"]?["things"]?["rows"]?.int64 == 15)
        let exchanges = try scenario.exchanges(state: "t0")
        #expect(exchanges.map(\.id) == ["probe", "things-p1", "things-p2", "things-p3", "things-again-p1"])
        #expect(exchanges.dropLast().allSatisfy { $0.exchange.syncTypes.isEmpty })
        let model = try #require(try ModelDeclaration(of: scenario))
        #expect(try World(recorded: scenario, upTo: "t0", model).visible("things").count == 15)
        let verdicts = try await Self.verdicts(folder, source)
        let bad = verdicts.filter { ["failed", "could not run"].contains($0.value.name) }
        #expect(bad.isEmpty, "\(bad)")
    }

    @Test("the token of an account is in no file, and a replay has a fake of it")
    func account() async throws {
        let room = try TemporaryFolder("tokens")
        let account = Integration(
            id: 3, kind: "tokens", label: "Jo's own", accessToken: Secret("live-4711-token"),
            refreshToken: Secret("live-4712-refresh"))
        let source = AnySource(AccountTokenSource.self)
        let outcome = try await Recorder.testing(
            TokenService(things: 4).client, room.url, of: source, config: ["account": 3], accounts: [account]
        ).run()
        let note = outcome.notes.first { $0.hasPrefix("No scenario bad-credentials was recorded") }
        #expect(outcome.refusal == nil && note?.contains("Write it by hand") == true, "\(outcome.notes)")
        let folder = room.file("tokens/lists")
        let stored = try #require(try Scenario(at: folder).manifest.integrations.first)
        #expect(stored.id == 3 && stored.kind == "tokens" && stored.accessToken.revealed == "fake-access-token-1")
        let text = ScenarioFiles(reading: folder).files.values.map { String(decoding: $0, as: UTF8.self) }.joined()
        #expect(text.contains("Bearer fake-access-token-1"))
        for word in ["live-4711", "live-4712", "Jo's own"] { #expect(!text.contains(word), "\(word)") }
        let verdicts = try await Self.verdicts(folder, source, checks: ["fixture-every-exchange-used"])
        #expect(verdicts["fixture-every-exchange-used"]?.name == "passed", "\(verdicts)")
    }

    @Test("where nobody shows who he is, there is nothing to be refused, and nothing is said of it")
    func nothingToRefuse() async throws {
        let room = try TemporaryFolder("tokens")
        let outcome = try await Self.recorder(TokenService(things: 4).client, room.url).run()
        #expect(!outcome.notes.contains { $0.contains("bad-credentials") }, "\(outcome.notes)")
    }

    @Test("a list of which only the first page is there is no whole list: what was known before stays")
    func firstPageAlone() async throws {
        let room = try TemporaryFolder("tokens")
        let service = TokenService(things: 12)
        _ = try await Self.recorder(service.client, room.url).run()
        service.add(1)
        _ = try await Self.recorder(service.client, room.url, state: "t1", clock: "2026-01-08T12:00:00Z").run()
        let folder = room.file("tokens/lists")
        let model = try #require(try ModelDeclaration(of: Scenario(at: folder)))
        let file = folder.appending(path: "t1.har")
        var har = try #require(try JSONValue(parsing: Array(Data(contentsOf: file))).object)
        var log = try #require(har["log"]?.object)
        log["entries"] = .array(
            (log["entries"]?.array ?? []).filter { entry in
                let isFull = entry["_sync"]?.array?.contains("full-refresh") == true
                return !(isFull && entry["request"]?["url"]?.string?.contains("_token") == true)
            })
        har["log"] = .object(log)
        try Data(JSONValue.object(har).serialized()).write(to: file)
        let world = try World(recorded: Scenario(at: folder), upTo: "t1", model)
        #expect(world.visible("things").count == 13)
    }

    @Test("a time that is declared as a counter is told with the declaration to write")
    func timeAsCounter() async throws {
        let room = try TemporaryFolder("tokens")
        let source = AnySource(CountedTokenSource.self)
        _ = try await Self.recorder(TokenService(things: 12).client, room.url, of: source).run()
        let name = "watermark-late-rows-within-lookback"
        let verdict = try await Self.verdicts(room.file("tokens/lists"), source, checks: [name])[name]
        guard case .failed(let findings) = verdict else {
            Issue.record("\(String(describing: verdict))")
            return
        }
        #expect(findings[0].expected.contains(#".datetime("changed", …, format: .epochMilliseconds)"#))
    }

    @Test("of one page, the names of the parameters tell how the list is paged")
    func onePage() async throws {
        let room = try TemporaryFolder("tokens")
        _ = try await Self.recorder(TokenService(things: 3).client, room.url, of: AnySource(OffsetSource.self)).run()
        let model = try #require(try ModelDeclaration(of: Scenario(at: room.file("tokens/lists"))))
        #expect(model.endpoints.first?.page.style == .offset && model.endpoints.first?.page.parameter == "offset")
    }

    @Test("where no list can be modelled there is no model, and the notes say why")
    func noModel() async throws {
        let room = try TemporaryFolder("tokens")
        // Objects that each page of the list tells otherwise.
        let fickle = ScriptedHTTPClient { request in
            let count = request["offset"] == "0" ? request["_limit"].flatMap { Int($0) } ?? 1 : 2
            let rows = (1...count).map { id -> JSONValue in
                ["id": .number(JSONNumber(Int64(id))), "title": .string("answer \(request.index)")]
            }
            return .json(["data": .array(rows)])
        }
        let outcome = try await Self.recorder(fickle, room.url, of: AnySource(OffsetSource.self)).run()
        #expect(outcome.tables.map(\.isModelled) == [false])
        #expect(outcome.notes.contains { $0.hasPrefix("model.json: things is left out") }, "\(outcome.notes)")
        let files = ScenarioFiles(reading: room.file("tokens/lists")).files
        #expect(files["manifest.json"] != nil && files["model.json"] == nil)
    }

    @Test("a waiver of a check accepts that there is no material for it, until its day is over")
    func waiver() async throws {
        let room = try TemporaryFolder("tokens")
        _ = try await Self.recorder(TokenService(things: 12).client, room.url).run()
        let folder = room.file("tokens/lists")
        let name = "docs-tables-match-discovery"
        #expect(try await Self.verdicts(folder, checks: [name])[name]?.name == "not exercised")
        let file = folder.appending(path: "manifest.json")
        var manifest = try #require(try JSONValue(parsing: Array(Data(contentsOf: file))).object)
        for (day, verdict) in [("2026-02-01", "waived"), ("2026-01-01", "not exercised")] {
            manifest["waivers"] = [
                [
                    "check": .string(name), "table": "*", "reason": "no page yet", "reference": "none",
                    "until": .string(day),
                ]
            ]
            try Data(JSONValue.object(manifest).serialized()).write(to: file)
            #expect(try await Self.verdicts(folder, checks: [name])[name]?.name == verdict)
        }
    }
}
