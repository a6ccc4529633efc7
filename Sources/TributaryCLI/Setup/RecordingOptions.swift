import ArgumentParser
import Cassettes
import Columns
import Conformance
import Foundation
import Logging
import Pipeline
import Transports
import Tributary

/// What recording commands have in common: whom to record, and how the upstream is reached.
struct RecordingOptions: ParsableArguments {
    @Argument(help: "The source's type, such as stripe.", completion: Completions.sources)
    var source: String

    @Option(help: "The scenario's name: a folder of the source's fixtures.")
    var scenario: String

    @Option(name: .customLong("state"), help: "The upstream's moment: t0, then t1 and so on.")
    var moment = "t0"

    @Option(name: .customLong("table"), help: "Only this table; may be given several times.")
    var tables: [String] = []

    @Option(help: "Take the config of a stored connection.", completion: Completions.connections)
    var connection: String?

    @OptionGroup var input: ConfigInput

    @OptionGroup var standIns: StandInOptions

    @Option(help: "The folder of the fixtures.", completion: .directory)
    var fixtures = "Fixtures"

    @Option(
        name: .customLong("state-folder"),
        help: "The folder of connections and of the pseudonyms' key ($TRIBUTARY_STATE).", completion: .directory)
    var stateFolder: String?

    @Flag(
        name: .customLong("public-hosts-only"), help: "Refuse private, loopback and reserved addresses.")
    var publicHostsOnly = false

    @Flag(name: .customLong("no-validate"), help: "Record without proving the credentials first.")
    var noValidate = false

    @OptionGroup var output: OutputOptions

    func validate() throws {
        let isName = scenario.allSatisfy { $0.isASCII && ($0.isLowercase || $0.isNumber || $0 == "-") }
        guard isName, !scenario.isEmpty, scenario.first != "-" else {
            throw ValidationError(
                "A scenario is named in lower-case letters, digits and '-', such as orders-and-refunds.")
        }
        guard moment.first == "t", Int(moment.dropFirst()) != nil else {
            throw ValidationError("A state is named t0, t1, t2 and so on.")
        }
    }

    var statePath: String {
        var options = StateOptions()
        options.folder = stateFolder
        return options.path
    }

    /// The scenario's folder.
    func folder(of source: AnySource) -> URL {
        URL(filePath: fixtures).appending(path: source.description.type.lowercased()).appending(path: scenario)
    }

    /// The scenario as an earlier recording left it; nil when there is none.
    func recorded(of source: AnySource) throws -> Scenario? {
        let folder = folder(of: source)
        guard FileManager.default.fileExists(atPath: folder.appending(path: "manifest.json").path) else { return nil }
        let scenario = try Scenario(at: folder)
        return [.recorded, .recordedEdited].contains(scenario.manifest.provenance.kind) ? scenario : nil
    }

    /// Refuses a state that leaves a gap: states follow one another, and later readers look for the one before.
    func demandStateBefore(_ recorded: Scenario?) throws {
        let known = recorded?.manifest.states.map(\.name) ?? []
        guard let number = Int(moment.dropFirst()), number > known.count, !known.contains(moment) else { return }
        let next = "t\(known.count)"
        throw SourceError(
            .invalidConfig,
            "Recording \(moment) of '\(scenario)': there is no \(next) yet"
                + (known.isEmpty ? "." : ", only \(known.joined(separator: ", "))."),
            advice: "States follow one another: record \(next) first, with --state \(next).")
    }

    /// The config: of a connection, or as it was typed, with the accounts of its access tokens.
    func config(of source: AnySource, store: StateStore) throws -> GivenAccounts {
        if let connection {
            let stored = try store.connection(connection)
            guard stored.sourceType.lowercased() == source.description.type.lowercased() else {
                throw SourceError(
                    .invalidConfig,
                    "Recording \(source.description.type) with the connection '\(connection)': that is one of \(stored.sourceType)."
                )
            }
            return GivenAccounts(stored.config, of: source.form)
        }
        var prompt = FormPrompt(given: try input.given())
        if Console.inputIsTerminal, Console.errorIsTerminal { prompt.ask(source.form.fields) }
        return GivenAccounts(.object(prompt.answers), of: source.form)
    }

    /// The live side, and production's layers over the recording.
    func live(_ store: StateStore, accounts: [Integration]) throws -> LiveSide {
        let policy: AddressPolicy = publicHostsOnly ? .publicOnly : .unrestricted
        let hosts = HostValidator(policy: policy, resolver: SystemResolver())
        let places = try standIns.places()
        return LiveSide(
            http: { wrap in
                LiveHTTP.make(policy: policy) { wire in
                    wrap(StandInHints(RelocatingHTTPClient(wire, places: places), places: places))
                }
            },
            databases: LiveDatabaseConnector(),
            tunnels: SSHTunnelOpener(
                hosts: hosts, knownHosts: URL(filePath: store.folder).appending(path: "known_hosts")),
            integrations: AccountsOver(store, accounts), hosts: hosts,
            replay: { LiveHTTP.simulated(over: $0, clock: $1) })
    }

    func key() throws -> [UInt8] {
        try PseudonymKey.find(
            environment: ProcessInfo.processInfo.environment,
            file: URL(filePath: statePath).appending(path: "pseudonym-key"))
    }

    /// A recorder that says what it does.
    func recorder(_ plan: RecordingPlan, accounts: [Integration], store: StateStore) throws -> Recorder {
        let isQuiet = output.json
        return Recorder(
            plan: plan, live: try live(store, accounts: accounts), fixtures: URL(filePath: fixtures), key: try key(),
            progress: { text in if !isQuiet { Console.note(text) } })
    }

    static var today: String { String(Moment.text(SystemClock().now).prefix(10)) }
}
