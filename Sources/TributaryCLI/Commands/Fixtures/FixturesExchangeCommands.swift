import ArgumentParser
import Cassettes
import Columns
import Conformance
import Foundation
import Tributary

/// `tributary fixtures export`: a state as a HAR file for viewers.
struct FixturesExportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Write a state as one plain HAR file, for a browser's viewer.",
        discussion: """
            Bodies stand in the file. Open it in the network panel of Chrome, Edge, Firefox or Safari.

              tributary fixtures export stripe --scenario billing --output billing.har
            """)

    @OptionGroup var place: ScenarioOptions

    @Option(name: .customLong("state"), help: "The state; the first if not given.")
    var state: String?

    @Option(help: "The file; standard output if not given.", completion: .file())
    var output: String?

    func run() throws {
        let scenario = try place.one()
        let state = state ?? scenario.manifest.states.first?.name ?? "t0"
        let bytes = try HARExport.bytes(scenario, state: state)
        guard let output else {
            FileHandle.standardOutput.write(Data(bytes))
            return
        }
        guard FileManager.default.createFile(atPath: output, contents: Data(bytes)) else {
            throw ValidationError("Writing \(output): the folder is not there, or may not be written to.")
        }
        Console.note("\(scenario.id) at \(state) is in \(output), \(Figures.bytes(bytes.count)).")
    }
}

/// `tributary fixtures import`: a HAR file of another program as a scenario.
struct FixturesImportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: "Make a scenario of a HAR file that another program wrote.",
        discussion: """
            Takes files of Chrome, Firefox, Safari, mitmproxy, Playwright, Charles and Insomnia. Requests are redacted and \
            scanned as a recording is. Browsers leave credentials out of what they save: such requests are \
            recorded without.

              tributary fixtures import stripe --scenario from-browser --har capture.har --host api.stripe.com \\
                --set auth_method.stripe_secret_key=any --origin "a colleague's test account"
            """)

    @OptionGroup var place: ScenarioOptions

    @Option(help: "The HAR file.", completion: .file())
    var har: String

    @Option(help: "Only requests to this host.")
    var host: String?

    @Option(help: "Where the file comes from, for the manifest.")
    var origin: String

    @OptionGroup var input: ConfigInput

    @Option(name: .customLong("state-folder"), help: "The folder of the pseudonyms' key.", completion: .directory)
    var stateFolder: String?

    @OptionGroup var output: OutputOptions

    func run() async throws {
        guard let name = place.scenario else { throw ValidationError("Name the scenario with --scenario.") }
        guard let data = FileManager.default.contents(atPath: har) else {
            throw SourceError(.notFound, "Reading \(har): there is no such file, or it may not be read.")
        }
        let imported = try HARImport([UInt8](data), file: har, host: host)
        var options = StateOptions()
        options.folder = stateFolder
        let key = try PseudonymKey.find(
            environment: ProcessInfo.processInfo.environment,
            file: URL(filePath: options.path).appending(path: "pseudonym-key"))
        let maker = ImportedScenario(
            source: try Sources.source(place.source), config: .object(try input.given()), name: name,
            fixtures: URL(filePath: place.fixtures), origin: origin, today: RecordingOptions.today, key: key)
        let folder = try maker.write(imported, clock: SystemClock().now / 1_000_000 * 1_000_000)
        if output.json {
            let skipped = imported.skipped.values.reduce(0, +)
            return try JSONOutput.print(["requests": imported.exchanges.count, "skipped": skipped])
        }
        Console.result(
            "\(imported.exchanges.count.counted("request")) of \(imported.creator) in \(folder.relativePath).")
        for (why, count) in imported.skipped.sorted(by: { $0.key < $1.key }) {
            Console.result("- \(count) left out: \(why)")
        }
        Console.note("Say in manifest.json which tables it serves (schemas, and _schema of each entry), and read it.")
    }
}
