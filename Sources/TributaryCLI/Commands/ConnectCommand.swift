import ArgumentParser
import Columns
import Pipeline
import Tributary

/// `tributary connect TYPE`: makes a connection.
struct ConnectCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "connect",
        abstract: "Make a connection: fill in a source's form, prove the credentials, store it.",
        discussion: """
            On a terminal, asks for the fields that are not given; elsewhere a missing field is an error. Secrets are
            encrypted with the key in the state folder, or with $TRIBUTARY_KEY (32 bytes in base 64).

              tributary connect postgres --name shop --set host=db.example.com --set database=shop \\
                --set user=reader --set password=-
            """)

    @Argument(help: "The source's type, such as postgres.", completion: Completions.sources)
    var type: String

    @Option(help: "The connection's name, and its folder in the lake; by default the type.")
    var name: String?

    @OptionGroup var input: ConfigInput

    @Flag(help: "Store the connection without proving the credentials.")
    var noValidate = false

    @Flag(help: "Replace a connection of this name.")
    var replace = false

    @OptionGroup var network: NetworkOptions
    @OptionGroup var state: StateOptions
    @OptionGroup var output: OutputOptions

    private struct Result: Encodable {
        var name: String
        var type: String
        var validated: Bool
    }

    func run() async throws {
        let source = try Sources.source(type)
        let name = try ConnectionName.checked(self.name ?? source.description.type.lowercased())
        let store = try state.store()
        if !replace, try store.connections().contains(where: { $0.name == name }) {
            throw SourceError(
                .invalidConfig, "Making the connection '\(name)': there is one of this name.",
                advice: "Choose another with --name, or give --replace.")
        }
        var prompt = FormPrompt(given: try input.given())
        if Console.inputIsTerminal, Console.errorIsTerminal { prompt.ask(source.form.fields) }
        let config = JSONValue.object(prompt.answers)
        let configured = try source.configure(config)
        if !noValidate {
            if !output.json { Console.note("Proving the credentials with \(source.description.label) …") }
            try await configured.validateCredentials(in: network.context(store: store))
        }
        try store.save(Connection(name: name, sourceType: source.description.type, config: config))
        if output.json {
            try JSONOutput.print(Result(name: name, type: source.description.type, validated: !noValidate))
        } else {
            Console.result("Stored the connection '\(name)'. Its tables: tributary schemas \(name)")
        }
    }
}

/// The rule for names of connections: they become folders of the lake.
enum ConnectionName {
    static func checked(_ name: String) throws -> String {
        let allowed = name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-_.".contains($0)) }
        guard allowed, !name.isEmpty, name.count <= 64, !name.hasPrefix("."), !name.hasPrefix("_") else {
            throw SourceError(
                .invalidConfig,
                "Reading the connection's name '\(name.prefix(64))': it cannot be a folder of the lake.",
                advice: "Use at most 64 letters, digits, '-', '_' and '.', beginning with a letter or digit.")
        }
        return name
    }
}
