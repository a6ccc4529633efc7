import ArgumentParser
import Cassettes
import Conformance
import Foundation
import Tributary

/// `tributary fixtures release`: keeps what a version of a source promises, so that later ones are held to it.
struct FixturesReleaseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "release", abstract: "Keep what a version of a source promises its users.",
        discussion: """
            Writes Fixtures/<source>/released/<version>.json: the form, configs that are accepted (with fakes for secrets) \
            and, where the source itself names its tables, these with their keys, cursor fields and sync types. The checks \
            config-backward-compatible and discovery-schema-backward-compatible hold every later version to the newest of \
            these files. A file that is there is never replaced: what was released stays so.

              tributary fixtures release acme --version 1
            """)

    @Argument(help: "The source.", completion: .list(Sources.registry.types))
    var source: String

    @Option(help: "Numbers with points between them, such as 1 or 1.2.")
    var version: String

    @Option(help: "The folder of the fixtures.", completion: .directory)
    var fixtures = "Fixtures"

    func validate() throws {
        let parts = version.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.allSatisfy({ !$0.isEmpty && $0.allSatisfy(\.isNumber) }) else {
            throw ValidationError(
                "A version is numbers with points between them, such as 1 or 1.2; '\(version)' is not.")
        }
    }

    func run() async throws {
        let source = try Sources.registry.source(source)
        let recorded = RecordedTables(fixtures: URL(filePath: fixtures))
        let configs = try recorded.scenarios(source).compactMap { scenario in
            (try? source.configure(.object(scenario.config)))?.storedConfig
        }
        guard !configs.isEmpty else {
            throw SourceError(
                .notFound,
                "Keeping version \(version) of \(source.description.label): no scenario has a config that it accepts.",
                advice:
                    "Record a scenario first: tributary record \(source.description.type.lowercased()) --scenario NAME."
            )
        }
        let declaration = ReleasedDeclaration(
            version: version, source: source,
            configs: configs.reduce(into: []) { if !$0.contains($1) { $0.append($1) } },
            tables: await recorded.schemas(source) ?? [])
        let folder = recorded.folder(source).appending(path: ReleasedDeclaration.folder)
        let file = folder.appending(path: "\(version).json")
        guard !FileManager.default.fileExists(atPath: file.path) else {
            throw SourceError(
                .invalidConfig,
                "Keeping version \(version): \(file.relativePath) is there, and what was released stays so.",
                advice: "Choose the next version.")
        }
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try Data(try declaration.file()).write(to: file)
        Console.result("wrote \(file.relativePath)")
    }
}
