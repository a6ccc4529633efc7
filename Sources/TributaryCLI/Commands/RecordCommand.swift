import ArgumentParser
import Cassettes
import Columns
import Conformance
import Foundation
import Pipeline
import Tributary

/// `tributary record`: writes what a live upstream answers as a scenario of a source's fixtures.
struct RecordCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "record", abstract: "Record a live upstream as a scenario of a source's fixtures.",
        discussion: """
            Runs the source as a sync does, table by table: in full, then as an increment. Secrets are replaced by fakes \
            and personal data by pseudonyms in memory, before anything is written; the result is scanned, replayed, \
            and described by a proposed model.json, so that 'tributary check' can ask it anything.

              tributary record stripe --scenario billing --connection my-test-account
              tributary record harbour --scenario berths --set workspace=acme --set access_token=-
              tributary record stripe --scenario billing --connection my-test-account --state t1 \\
                --story "two charges more, one refunded"
              tributary record stripe --scenario local --set auth_method.stripe_secret_key=sk_test_1 \\
                --stand-in https://api.stripe.com=http://127.0.0.1:8420

            Pseudonyms are made with a key that stays in the state folder, or in $TRIBUTARY_PSEUDONYM_KEY; a later state \
            of a scenario needs the same one. Tables, modes and limits of a later state are those of the scenario, unless \
            they are given. A table that cannot be read is left out, and one whose increment is refused is recorded as a full \
            refresh alone: the last lines name them, and the exit code is that of the first such error.

            The account of an OAuth field is the number of a stored one, or an access token, which --set account=- asks for \
            without showing it, or takes from standard input. It is neither printed nor stored.
            """)

    @OptionGroup var options: RecordingOptions

    @Option(
        help: "How every table is read: incremental, append or full-refresh; by default what the source offers best.")
    var mode: SyncType?

    @OptionGroup var limits: LimitOptions

    @Option(help: "One sentence that says what the scenario shows.")
    var title: String?

    @Option(help: "What is different from the state before.")
    var story: String?

    @Option(help: "The version of the API, where neither requests nor answers name it.")
    var apiVersion: String?

    @Option(help: "'Now' for the source, such as 2026-06-01T00:00:00Z; by default the present.")
    var clock: String?

    @Flag(inversion: .prefixedNo, help: "Also record what made-up credentials are answered with, as bad-credentials.")
    var refusal = true

    func validate() throws {
        if let clock, TimestampParser.microseconds(clock) == nil {
            throw ValidationError("Reading --clock '\(clock)': it is to be such as 2026-06-01T00:00:00Z.")
        }
    }

    func run() async throws {
        let source = try Sources.source(options.source)
        let store = try StateStore(folder: options.statePath)
        let config = try options.config(of: source, store: store)
        let now = clock.flatMap { TimestampParser.microseconds($0) } ?? SystemClock().now
        var plan = RecordingPlan(
            source: source, config: config.value, scenario: options.scenario, clock: now / 1_000_000 * 1_000_000,
            today: RecordingOptions.today)
        plan.state = options.moment
        let earlier = try options.recorded(of: source)
        try options.demandStateBefore(earlier)
        if let recorded = earlier {
            plan.follow(recorded)
            // Clocks are whole seconds, and several recordings may be of one.
            if clock == nil, let last = recorded.manifest.states.last?.clock, last >= plan.clock,
                last - plan.clock < 60_000_000
            {
                plan.clock = last + 1_000_000
            }
        }
        if !options.tables.isEmpty { plan.tables = options.tables }
        if let mode { (plan.mode, plan.modes) = (mode, [:]) }
        plan.provesCredentials = !options.noValidate
        plan.recordsRefusal = refusal
        (plan.title, plan.story, plan.apiVersion) = (title, story, apiVersion)
        limits.change(&plan.limits)
        let recorder = try options.recorder(plan, accounts: config.accounts, store: store)
        let outcome = try await Interruption.cancelling { try await recorder.run() }
        try RecordingReport(outcome).show(json: options.output.json)
    }
}

/// `tributary rerecord`: records a state anew, so that the difference is what changed upstream.
struct RerecordCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rerecord", abstract: "Record a state of a scenario anew, with as small a difference as can be.",
        discussion: """
            The same tables in the same modes, limits and moment as the manifest says; names of entries and files stay, \
            so an upstream that did not change leaves every file as it is, and git shows nothing. Limits that are given \
            take the place of the manifest's.

              tributary rerecord stripe --scenario billing --connection my-test-account
            """)

    @OptionGroup var options: RecordingOptions
    @OptionGroup var limits: LimitOptions

    @Flag(help: "Also record anew what made-up credentials are answered with: bad-credentials.")
    var refusal = false

    func run() async throws {
        let source = try Sources.source(options.source)
        let store = try StateStore(folder: options.statePath)
        let config = try options.config(of: source, store: store)
        let plan = try RecordingPlan(
            again: try Scenario(at: options.folder(of: source)), state: options.moment, source: source,
            config: config.value, today: RecordingOptions.today)
        var chosen = plan
        if !options.tables.isEmpty { chosen.tables = options.tables }
        chosen.provesCredentials = !options.noValidate
        (chosen.recordsRefusal, chosen.replacesRefusal) = (refusal, refusal)
        limits.change(&chosen.limits)
        let recorder = try options.recorder(chosen, accounts: config.accounts, store: store)
        let outcome = try await Interruption.cancelling { try await recorder.run(replaces: true) }
        try RecordingReport(outcome).show(json: options.output.json)
    }
}

/// What a recording came to, for a person or as JSON.
struct RecordingReport: Encodable {
    let folder: String
    let tables: [Recorder.Outcome.Table]
    let requests: Int
    let bytes: Int
    let redactions: [String: Int]
    let changed: [String]
    let notes: [String]
    /// Tables that could not be recorded; the notes say why.
    let leftOut: [String]
    /// Tables of which an increment was refused; the notes say why.
    let withoutIncrement: [String]
    let refusal: String?
    private let status: ExitStatus?

    private enum CodingKeys: CodingKey {
        case folder, tables, requests, bytes, redactions, changed, notes, leftOut, withoutIncrement, refusal
    }

    init(_ outcome: Recorder.Outcome) {
        folder = outcome.folder.relativePath
        tables = outcome.tables
        requests = outcome.requests
        bytes = outcome.bytes
        redactions = outcome.redactions
        changed = outcome.changed
        notes = outcome.notes
        leftOut = outcome.leftOut.map(\.name)
        withoutIncrement = outcome.withoutIncrement.map(\.name)
        refusal = outcome.refusal?.relativePath
        status = (outcome.leftOut + outcome.withoutIncrement).first.map { ExitStatus(for: $0.error) }
    }

    /// Prints it.
    ///
    /// - Throws: the exit code of the first table that was left out, or else that lacks its increment, as a sync ends with
    ///   that of its first failure.
    func show(json: Bool) throws {
        if json { try JSONOutput.print(self) } else { showText() }
        if let status { throw status.exitCode }
    }

    private func showText() {
        var table = TextTable([
            ("TABLE", .left), ("MODE", .left), ("ROWS", .right), ("REQUESTS", .right), ("MODEL", .left),
        ])
        for entry in tables {
            table.add([
                entry.name, entry.mode, entry.rows.map(\.grouped) ?? "?", entry.requests.grouped,
                entry.isModelled ? "yes" : "no",
            ])
        }
        Console.result(table.text)
        let rules = redactions.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
        Console.result("\nReplaced: \(rules.isEmpty ? "nothing" : rules)")
        for note in notes { Console.result("- \(note)") }
        if changed.isEmpty {
            Console.result("\nNothing changed in \(folder).")
        } else {
            Console.result("\n\(changed.count.counted("file")) written in \(folder), \(Figures.bytes(bytes)).")
        }
        if let refusal { Console.result("What wrong credentials are answered with is in \(refusal).") }
        Console.note("Read what was written before you commit it; then: tributary check")
        if !withoutIncrement.isEmpty {
            Console.note(
                "Recorded as full refreshes alone, for the reasons above: \(withoutIncrement.joined(separator: ", ")).")
        }
        if !leftOut.isEmpty { Console.note("Left out, for the reasons above: \(leftOut.joined(separator: ", ")).") }
    }
}
