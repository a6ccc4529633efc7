import ArgumentParser
import Cassettes
import Conformance
import Foundation
import Pipeline
import Tributary

/// `tributary fixtures drift`: whether the upstream still answers as it was recorded.
struct FixturesDriftCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "drift", abstract: "Compare the shape of a recording with what the upstream answers now.",
        discussion: """
            Reads the recorded tables in full with live credentials and compares types and members, never values. An error \
            is a type that changed, or a key or cursor that is gone; a warning another member that is gone; a new member \
            is only told. Exit code 5 when there are errors.

              tributary fixtures drift stripe --scenario billing --connection my-test-account --mark
            """)

    @OptionGroup var options: RecordingOptions

    @Flag(help: "Without errors, set verifiedAt in the manifest to today.")
    var mark = false

    private struct Report: Encodable {
        var drifts: [Drift]
        var answers: Int
        var notes: [String]
    }

    func run() async throws {
        let source = try Sources.source(options.source)
        let store = try StateStore(folder: options.statePath)
        let scenario = try Scenario(at: options.folder(of: source))
        let config = try options.config(of: source, store: store)
        var plan = try RecordingPlan(
            again: scenario, state: options.moment, source: source, config: config.value, today: RecordingOptions.today)
        if !options.tables.isEmpty { plan.tables = options.tables }
        plan.provesCredentials = !options.noValidate
        let isQuiet = options.output.json
        let check = DriftCheck(
            scenario: scenario, plan: plan, live: try options.live(store, accounts: config.accounts),
            progress: { text in if !isQuiet { Console.note(text) } })
        let outcome = try await Interruption.cancelling { try await check.run() }
        if isQuiet {
            try JSONOutput.print(Report(drifts: outcome.drifts, answers: outcome.answers, notes: outcome.notes))
        } else {
            show(outcome)
        }
        if outcome.hasErrors { throw ExitStatus.upstream.exitCode }
        if mark { try check.markVerified() }
    }

    private func show(_ outcome: DriftCheck.Outcome) {
        for tier in Drift.Tier.allCases {
            for drift in outcome.drifts where drift.tier == tier {
                Console.result("\(tier.rawValue): \(drift.table): \(drift.place) \(drift.text)")
            }
        }
        for note in outcome.notes { Console.result("- \(note)") }
        Console.note(
            "\(outcome.answers.counted("answer")) compared, \(outcome.drifts.count.counted("difference")) of shape.")
    }
}
