import Cassettes
import Columns
import Pipeline
import Tributary

/// Whether what a source offers of a table was recorded.
enum FixtureModeChecks {
    static let all = [incrementsRecorded]

    private static let incrementsRecorded = Check(
        "fixture-increments-recorded", group: .fixtures, level: .replay,
        proves: "Increments that the source offers of a table are recorded, so that they are judged at all.",
        method:
            "The table as the source lists it is held against the scenarios: where increments are offered, one of them must have "
            + "the table by increments. Of a database every table can be asked for, whatever was recorded.",
        likelyCause:
            "A cursor field was declared after the recording was made, or it could not be followed: record the table anew "
            + "('tributary rerecord'), or declare no cursor field.",
        profile: .quick, catches: "increments-offered-and-not-recorded"
    ) { input in
        if input.scenario.hasSeeds {
            return .notApplicable("The upstream is a database: each of its tables is read by increments as well.")
        }
        guard let schema = input.schema, input.scenario.goodState != nil else {
            return .notApplicable("The scenario has no tables that were read.")
        }
        let recorded = try input.scenarios().flatMap(\.manifest.schemas).filter { $0.name == schema.name }
        if recorded.contains(where: { $0.mode != .fullRefresh }) { return .passed(Counters(items: 1)) }
        let upstream = try input.material()
        let lab = try input.lab()
        let context = try lab.context(upstream, clock: LabClock(upstream.now), log: EventLog())
        let offered = try await lab.source.schemas(in: context).first { $0.name == schema.name }
        guard let offered, offered.supportsIncremental, !offered.incrementalFields.isEmpty else {
            return .passed(Counters(items: 1))
        }
        return .judged(
            [
                Finding(
                    at: "\(schema.name), manifest.json", expected: "a scenario that has the table by increments",
                    actual:
                        "Increments by \(offered.incrementalFields.map(\.name).joined(separator: ", ")) are offered, and only full "
                        + "refreshes were recorded: nobody knows whether the bound is heeded.",
                    file: "manifest.json")
            ], looked: Counters(items: 1))
    }
}
