import ArgumentParser
import Cassettes
import Columns
import Foundation
import Preview
import Tributary

/// `tributary preview SOURCE`: a page on this machine that shows what a user will see.
struct PreviewCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "preview", abstract: "Show a source as its users will see it, in a browser on this machine.",
        discussion: """
            Draws the form, checks what is filled in and the credentials, lists the tables, and brings a sample of one into
            a lake of its own, with rows, types, partitions, watermark and requests. Listens on 127.0.0.1 alone, and gives
            out an address that works once. With --scenario the recorded upstream answers, and no account is needed.
            """)

    @Argument(help: "The source's type, such as stripe.", completion: Completions.sources)
    var type: String

    @Option(help: "A recorded scenario that answers in place of the live upstream.")
    var scenario: String?

    @Option(help: "The state of the scenario that answers; by default its first.")
    var at: String?

    @Option(help: "The folder of the fixtures.", completion: .directory)
    var fixtures = "Fixtures"

    @Option(help: "The rows after which a sample ends.")
    var rows = 1_000

    @Option(help: "The port; by default a free one.")
    var port: UInt16 = 0

    @OptionGroup var network: NetworkOptions
    @OptionGroup var state: StateOptions

    func validate() throws {
        guard rows > 0 else { throw ValidationError("--rows must be at least 1.") }
    }

    func run() async throws {
        // A browser that closes a connection must not end the preview.
        signal(SIGPIPE, SIG_IGN)
        let source = try Sources.source(type)
        let session = PreviewSession(source, upstream: try upstream(source), sampleRows: rows)
        let server = try await PreviewServer(session, port: port)
        for problem in source.declarationProblems { Console.note("The declarations do not hold: \(problem).") }
        Console.result("Open \(server.address.absoluteString)")
        Console.note("The address works once. Ctrl-C ends the preview.")
        try await Interruption.cancelling(saying: "The preview ends.") { try await server.serve() }
    }

    private func upstream(_ source: AnySource) throws -> PreviewSession.Upstream {
        guard let scenario else {
            let context = try network.context(store: try state.store())
            return PreviewSession.Upstream(name: "live") { context }
        }
        let folder = URL(filePath: fixtures).appending(path: source.description.type.lowercased())
        let recorded = try Fixture(at: folder).scenario(scenario)
        let name = try recorded.state(at ?? recorded.manifest.states.first?.name ?? "t0").name
        return PreviewSession.Upstream(name: "\(recorded.id) at \(name)", config: recorded.config) {
            try recorded.context(state: name)
        }
    }
}
