import ArgumentParser
import Columns
import Conformance
import Foundation
import Transports
import Tributary

/// `tributary review`: judges a contributed source as a careful reviewer would.
struct ReviewCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "review", abstract: "Judge a contributed source as a careful reviewer would.",
        discussion: """
            Without SOURCE, reviews the sources that differ from the base: by default where this branch left main. Looks at
            what changed, the code, the fixtures, the verdicts of the kit, page and icon, and answers the fourteen points of
            CONTRIBUTING.md one by one, with evidence or with the place where a person has to look.

            Exit code 0: nothing stands in the way; 5: something is to be mended.
            """)

    enum Format: String, CaseIterable, ExpressibleByArgument {
        case text, markdown, sarif, html, json
    }

    @Argument(help: "The sources; none means those that changed.", completion: Completions.sources)
    var sources: [String] = []

    @Option(help: "The revision to compare with.")
    var base: String?

    @Option(help: "text, markdown (for a comment), sarif (for annotations), html or json.")
    var format = Format.text

    @Option(help: "The file to write; by default standard output.", completion: .file())
    var output: String?

    @Option(help: "How thorough the kit is: quick, full or hostile.")
    var profile = "full"

    @Option(help: "The package's folder.", completion: .directory)
    var package = "."

    func validate() throws {
        guard Profile(rawValue: profile) != nil else { throw ValidationError("The profile is quick, full or hostile.") }
    }

    func run() async throws {
        let place = URL(filePath: package)
        let git = Git(package: place)
        let base = try git.base(base)
        let chosen = try chosen(place, git, base)
        var reports: [ReviewReport] = []
        for source in chosen {
            let review = Review(
                folder: SourceFolder(package: place, source: source), git: git, base: base,
                today: String(Moment.text(SystemClock().now).prefix(10)), profile: Profile(rawValue: profile) ?? .full)
            reports.append(try await review.report())
        }
        if chosen.isEmpty {
            Console.note("No source differs from \(base?.prefix(12) ?? "the base"); name one to review it.")
        }
        try write(try text(reports))
        if reports.contains(where: { $0.count(.bad) > 0 }) { throw ExitStatus.upstream.exitCode }
    }

    private func chosen(_ place: URL, _ git: Git, _ base: String?) throws -> [AnySource] {
        if !sources.isEmpty { return try sources.map { try Sources.registry.source($0) } }
        guard let base else {
            throw SourceError(
                .notFound, "Looking for what changed in \(place.path): it is no git repository with a main branch.",
                advice: "Name the sources to review, or give --base REV.")
        }
        let changed = git.changes(since: base)
        return Sources.registry.sources.filter { source in
            let folder = SourceFolder(package: place, source: source)
            let parts = [folder.code, folder.fixtures, folder.page, folder.icon].compactMap { $0 }
            return changed.contains { file in parts.contains { file.hasPrefix($0) } }
        }
    }

    private func text(_ reports: [ReviewReport]) throws -> String {
        switch format {
        case .text: reports.map(ReviewText.plain).joined(separator: "\n\n")
        case .markdown: reports.map(ReviewText.markdown).joined(separator: "\n")
        case .sarif: String(decoding: ReviewText.sarif(reports).serialized(indentation: 2), as: UTF8.self)
        case .html: ReviewPage.html(reports)
        case .json: String(decoding: try JSONOutput.bytes(of: reports), as: UTF8.self)
        }
    }

    private func write(_ text: String) throws {
        guard let output else { return Console.result(text) }
        do {
            try Data((text + "\n").utf8).write(to: URL(filePath: output))
        } catch {
            throw SourceError(.storage, "Writing \(output): \(error.localizedDescription)")
        }
    }
}

/// What the kit needs of this program.
enum Kit {
    static let stack: HTTPStack = { client, clock in RetryingHTTPClient(client, clock: clock) }
}
