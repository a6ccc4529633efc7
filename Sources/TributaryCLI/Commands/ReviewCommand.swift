import ArgumentParser
import Columns
import Conformance
import Foundation
import Tributary

/// `tributary review`: judges a contributed source as a careful reviewer would.
struct ReviewCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "review", abstract: "Judge a contributed source as a careful reviewer would.",
        discussion: """
            Without SOURCE, reviews the sources that differ from the base: by default where this branch left main. Looks at \
            what changed, the contract against the base on the same traffic, the code, the fixtures, the verdicts of the kit \
            now and before, page and icon, and answers the fourteen points of CONTRIBUTING.md one by one, with evidence or \
            with the place where a person has to look.
            The base is built outside the checkout, as for tributary check --against; where it cannot be, the report says \
            so and goes on. Of a source that the base does not have nothing is built.

            Exit code 0: nothing stands in the way; 5: something is to be mended.
            """)

    enum Format: String, CaseIterable, ExpressibleByArgument {
        case text, markdown, sarif, html, json

        /// The format that a file's ending asks for.
        init?(file: String) {
            let endings = ["txt": Format.text, "md": .markdown, "sarif": .sarif, "html": .html, "json": .json]
            guard let format = endings[URL(filePath: file).pathExtension] else { return nil }
            self = format
        }
    }

    @Argument(help: "The sources; none means those that changed.", completion: Completions.sources)
    var sources: [String] = []

    @Option(help: "The revision to compare with.")
    var base: String?

    @Option(help: "text, markdown (for a comment), sarif (for annotations), html or json.")
    var format = Format.text

    @Option(help: "The file to write; by default standard output.", completion: .file())
    var output: String?

    @Option(
        name: .customLong("write"),
        help: "Also write the report to this file, in the format of its ending: .txt, .md, .sarif, .html or .json.",
        completion: .file())
    var files: [String] = []

    @Option(help: "How thorough the kit is: quick, full or hostile.")
    var profile = "full"

    @Option(help: "The package's folder.", completion: .directory)
    var package = "."

    @Option(
        help: ArgumentHelp(
            "A PostgreSQL or MySQL server on which databases may be made; as for tributary check.", valueName: "url"))
    var databaseServer: [String] = []

    @Flag(inversion: .prefixedNo, help: "Build the base and compare with what it does.")
    var compare = true

    func validate() throws {
        guard Profile(rawValue: profile) != nil else { throw ValidationError("The profile is quick, full or hostile.") }
        for file in files where Format(file: file) == nil {
            throw ValidationError("\(file) should end with .txt, .md, .sarif, .html or .json.")
        }
    }

    func run() async throws {
        let place = URL(filePath: package)
        let git = Git(package: place)
        let base = try git.base(base)
        let chosen = try chosen(place, git, base)
        let earlier = earlier(git, base, chosen.map { SourceFolder(package: place, source: $0) })
        let databases = try Kit.databases(databaseServer)
        var reports: [ReviewReport] = []
        for source in chosen {
            let review = Review(
                folder: SourceFolder(package: place, source: source), git: git, base: base, earlier: earlier,
                profile: Profile(rawValue: profile) ?? .full, databases: databases,
                variables: DatabaseServers.variables(databaseServer))
            reports.append(try await review.report())
        }
        await databases.close()
        if chosen.isEmpty {
            Console.note("No source differs from \(base?.prefix(12) ?? "the base"); name one to review it.")
        }
        for file in files {
            if let format = Format(file: file) { try write(try text(reports, format), to: file) }
        }
        let report = try text(reports, format)
        if let output { try write(report, to: output) } else { Console.result(report) }
        if reports.contains(where: { $0.count(.bad) > 0 }) { throw ExitStatus.upstream.exitCode }
    }

    /// The base at work, where it is needed.
    private func earlier(_ git: Git, _ base: String?, _ chosen: [SourceFolder]) -> EarlierVersion {
        guard let base, !chosen.isEmpty else { return .missing("there is no base.") }
        guard compare else { return .missing("--no-compare was given.") }
        // A build takes minutes; of sources that are new it would tell nothing.
        if chosen.allSatisfy({ $0.isNew(since: base, in: git) }) { return .missing("the base has no such source.") }
        do {
            return .built(try BaseVersion(base, of: git))
        } catch {
            return .missing("\(error)")
        }
    }

    private func chosen(_ place: URL, _ git: Git, _ base: String?) throws -> [AnySource] {
        if !sources.isEmpty { return try sources.map { try Sources.source($0) } }
        guard let base else {
            throw SourceError(
                .notFound, "Looking for what changed in \(place.path): it is no git repository with a main branch.",
                advice: "Name the sources to review, or give --base REV.")
        }
        let changed = git.changes(since: base)
        return Sources.registry.sources.filter { source in
            let parts = SourceFolder(package: place, source: source).parts
            return changed.contains { file in parts.contains { file.hasPrefix($0) } }
        }
    }

    private func text(_ reports: [ReviewReport], _ format: Format) throws -> String {
        switch format {
        case .text: reports.map(ReviewText.plain).joined(separator: "\n\n")
        case .markdown: reports.map(ReviewText.markdown).joined(separator: "\n")
        case .sarif: String(decoding: ReviewText.sarif(reports).serialized(indentation: 2), as: UTF8.self)
        case .html: ReviewPage.html(reports)
        case .json: String(decoding: try JSONOutput.bytes(of: reports), as: UTF8.self)
        }
    }

    private func write(_ text: String, to file: String) throws {
        do {
            try Data((text + "\n").utf8).write(to: URL(filePath: file))
        } catch {
            throw SourceError(.storage, "Writing \(file): \(error.localizedDescription)")
        }
    }
}
