import Cassettes
import Columns
import Conformance
import Foundation
import Tributary

extension Recorder {
    /// Records the scenario `lists` of a source over a service at hand.
    static func testing(
        _ service: any HTTPClient, _ fixtures: URL, of source: AnySource, state: String = "t0",
        clock: String = "2026-01-07T12:00:00Z", config: JSONValue = [:],
        accounts: [Integration] = []
    ) -> Recorder {
        var live = ShopService.live
        live.http = { Material.stack($0(service), SystemClock()) }
        live.integrations = FixtureIntegrations(accounts)
        var plan = RecordingPlan(
            source: source, config: config, scenario: "lists", clock: TimestampParser.microseconds(clock) ?? 0,
            today: "2026-01-07")
        plan.state = state
        return Recorder(
            plan: plan, live: live, fixtures: fixtures, key: Array("a key of pseudonyms for tests ..".utf8))
    }
}
