import Columns
import Foundation
import TestSupport
import Testing
import Tributary

@testable import Cassettes

@Suite struct ScenarioTests {
    @Test(
        "a manifest that is wrong is refused with its place",
        arguments: [
            ("{", "line 1: a member's name should be here"), ("[]", "an object should be here, not an array"),
            (#"{"format": 2}"#, "format: only format 1 is known"),
            (#"{"format": 1, "sauce": ""}"#, #"no member "sauce""#),
            (#"{"format": 1, "states": []}"#, "states: at least one state is needed"),
            (#"{"format": 1, "states": [{"name": "t0", "clock": "now"}]}"#, "states[0].clock: a moment such as"),
            (
                #"{"format": 1, "states": [{"name": "t0", "clock": "2025-01-01T00:00:00Z", "http": "../t0.har"}]}"#,
                "states[0].http: the path"
            ),
            (ScenarioFolder.manifest(match: #"{"headers": ["Date"]}"#), "match.headers[0]: the field \"date\""),
            (ScenarioFolder.manifest(match: #"{"ignoreQuery": {"a": ""}}"#), "each ignored name needs its reason"),
            (ScenarioFolder.manifest(match: #"{"order": "any"}"#), #"match.order: "any" is none of"#),
            (
                ScenarioFolder.manifest(more: #", "expected": {"t9": {}}"#),
                "expected.t9: there is no state of this name"
            ),
            (
                ScenarioFolder.manifest(more: #", "expected": {"t0": {"x": {}}}"#),
                "expected.t0.x: there is no such schema"
            ),
            (ScenarioFolder.manifest(more: #", "schemas": {"x": {"mode": "sometimes"}}"#), "schemas.x.mode: "),
            (ScenarioFolder.manifest(more: #", "config": 3"#), "config: an object should be here"),
            (
                ScenarioFolder.manifest(more: #", "integrations": [{"id": 1, "kind": "x", "accessToken": "real"}]"#),
                "integrations[0].accessToken: a fake such as"
            ),
            (ScenarioFolder.manifest().replacing("synthetic", with: "found"), #"provenance.kind: "found" is none of"#),
            (ScenarioFolder.manifest().replacing("synthetic", with: "documented"), "must name the pages"),
            (ScenarioFolder.manifest().replacing("synthetic", with: "recorded-edited"), "must give its reasons"),
            (ScenarioFolder.manifest().replacing("t0.har", with: "t7.har"), "states[0]: the file t7.har is missing"),
        ])
    func badManifests(_ manifest: String, _ part: String) async throws {
        let folder = try ScenarioFolder(manifest: manifest)
        let message = await message { _ = try folder.scenario() }
        #expect(message?.contains("manifest.json, ") == true || message?.contains("manifest.json: ") == true)
        #expect(message?.contains(part) == true, "\(message ?? "no error")")
    }

    @Test(
        "states must have names of their own and follow one another",
        arguments: [
            (#"{"name": "t0", "clock": "2025-06-02T00:00:00Z"}"#, "comes twice"),
            (#"{"name": "t1", "clock": "2025-06-01T00:00:00Z"}"#, "must be later"),
        ])
    func stateOrder(_ second: String, _ part: String) async throws {
        let manifest = ScenarioFolder.manifest().replacing("\"t0.har\"}]", with: "\"t0.har\"}, \(second)]")
        let folder = try ScenarioFolder(manifest: manifest)
        #expect(await message { _ = try folder.scenario() }?.contains(part) == true)
    }

    @Test("a state that is not there is answered with those that are")
    func unknownState() async throws {
        let scenario = try ScenarioFolder().scenario()
        #expect(await message { _ = try scenario.session(state: "t9") }?.contains("state 't9'") == true)
    }

    @Test("fakes become texts that no scanner takes for a key")
    func fakes() throws {
        let config =
            #", "config": {"auth": {"key": {"fake": "acme.apiKey", "n": 2}, "n": 5}, "list": [{"fake": "a.token"}]}"#
        let scenario = try ScenarioFolder(manifest: ScenarioFolder.manifest(more: config)).scenario()
        #expect(scenario.config["auth"] == ["key": "fake-api-key-2", "n": 5])
        #expect(scenario.config["list"] == ["fake-token-1"])
    }

    @Test("transports of which nothing is recorded refuse")
    func nothingRecorded() async throws {
        let manifest = ScenarioFolder.manifest().replacing(", \"http\": \"t0.har\"", with: "")
        let session = try ScenarioFolder(manifest: manifest).scenario().session(state: "t0")
        let http = await message { _ = try await session.context.http.send(HTTPRequest(.get, "https://a.example/")) }
        #expect(http?.contains("no HTTP is recorded") == true)
        let database = await message {
            _ = try await session.context.databases.connect(to: DatabaseEndpoint(engine: .sqlite, host: "x"))
        }
        #expect(database?.contains("no database is recorded") == true)
        try session.finish()
    }

    @Test("the clock stands at the state's moment, and waiting moves it at once")
    func clock() async throws {
        let folder = try ScenarioFolder()
        let session = try folder.scenario().session(state: "t0")
        #expect(session.context.clock.now == 1_748_736_000_000_000)
        try await session.context.clock.sleep(for: .seconds(90))
        #expect(session.clock.now == 1_748_736_090_000_000)
    }

    @Test("each committed scenario opens, and each of its body files is used", arguments: ["stripe", "github"])
    func committed(_ source: String) throws {
        let fixture = try Fixture(at: FixtureFolder.source(source))
        #expect(!fixture.scenarios.isEmpty)
        for scenario in fixture.scenarios {
            #expect(scenario.manifest.source == source)
            for state in scenario.manifest.states { _ = try scenario.session(state: state.name) }
            let indexes = try scenario.manifest.states.compactMap(\.http).map { name in
                try String(contentsOf: scenario.folder.appendingPathComponent(name), encoding: .utf8)
            }
            let bodies = scenario.folder.appendingPathComponent("bodies")
            for name in (try? FileManager.default.contentsOfDirectory(atPath: bodies.path)) ?? [] {
                #expect(indexes.contains { $0.contains("\"bodies/\(name)\"") }, "no index names bodies/\(name)")
            }
        }
    }

    @Test("an unknown scenario is answered with those that are there")
    func unknownScenario() async throws {
        let fixture = try Fixture(at: FixtureFolder.source("stripe"))
        #expect(await message { _ = try fixture.scenario("nope") }?.contains("billing") == true)
    }
}
