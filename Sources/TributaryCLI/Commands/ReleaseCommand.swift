import ArgumentParser
import Cassettes
import Conformance
import Foundation
import SourceCatalog
import Transports
import Tributary

/// `tributary release`: keeps what a version of a source promises, so that later ones can be held against it.
struct ReleaseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "release", abstract: "Write down what a source promises when it is released.",
        discussion: """
            Writes Fixtures/<source>/released/<version>.json with the form, configs that are accepted and the tables, and \
            beside it the states that its syncs store. From then on 'tributary check' proves that connections, tables and \
            half-finished lakes of that version go on working. What was written once is never changed.
            """)

    @Argument(help: "The source.", completion: .list(Sources.registry.types))
    var source: String

    @Argument(help: "The version: numbers with points between them, such as 1 or 1.2.")
    var version: String

    @Option(help: "The folder of the fixtures.", completion: .directory)
    var fixtures = "Fixtures"

    func validate() throws {
        let parts = version.split(separator: ".", omittingEmptySubsequences: false)
        if !parts.allSatisfy({ Int($0) != nil }) {
            throw ValidationError("The version \(version) is no numbers with points between them, such as 1.2.")
        }
    }

    func run() async throws {
        let source = try Sources.source(source)
        let folder = URL(filePath: fixtures).appending(path: source.description.type.lowercased())
        let urls = DatabaseStack.urls(in: ProcessInfo.processInfo.environment)
        let databases = try DatabaseStack(connector: LiveDatabaseConnector(), servers: urls)
        let writer = ReleaseFiles(
            source: source, scenarios: try Fixture(at: folder).scenarios,
            stack: { LiveHTTP.simulated(over: $0, clock: $1) }, databases: databases)
        let files = try await writer.files(version: version)
        await databases.close()
        for file in files where FileManager.default.fileExists(atPath: folder.appending(path: file.path).path) {
            throw SourceError(
                .invalidConfig, "Releasing \(source.description.type) \(version): \(file.path) is there already.",
                advice: "Choose the next version: what was released is not changed.")
        }
        for file in files {
            let target = folder.appending(path: file.path)
            try FileManager.default.createDirectory(
                at: target.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(file.bytes).write(to: target)
            Console.result("wrote \(target.relativePath)")
        }
    }
}
