import ArgumentParser
import Cassettes
import Conformance
import Foundation
import Tributary

// Two versions of a source on the same traffic.
extension CheckCommand {
    /// Takes this version's portrait, stores it where that is asked for, and holds it against an earlier one.
    func compareVersions() async throws {
        let place = URL(filePath: FileManager.default.currentDirectoryPath)
        let git = Git(package: place)
        // What cannot be compared is said before the work begins.
        let stored = try against.flatMap {
            FileManager.default.fileExists(atPath: $0) ? try PortraitFile.read($0) : nil
        }
        let commit = try stored == nil ? against.flatMap { try git.base($0) } : nil
        let now = try await portrait(git.run("describe", "--always", "--dirty=+changes") ?? "this version")
        if let file = portrait { try PortraitFile.write(now, to: file) }
        guard against != nil else {
            return Console.note("The portrait of \(now.sources.count.counted("source")) is in \(portrait ?? "").")
        }
        var before = try stored ?? earlier(commit ?? "", git, place)
        if !sources.isEmpty {
            let types = Set(now.sources.map(\.type))
            before.sources.removeAll { !types.contains($0.type) }
        }
        let comparison = PortraitComparison(before: before, after: now)
        try show(comparison)
        if comparison.isEmpty { throw ExitStatus.failure.exitCode }
        if comparison.count(.breaking) > 0 { throw ExitStatus.upstream.exitCode }
    }

    /// What this program makes of the fixtures.
    func portrait(_ version: String) async throws -> Portrait {
        let databases = try Kit.databases(databaseServer)
        var portrait = Portrait(version: version, sources: [])
        for source in try chosen() {
            let scenarios = try scenarios(of: source)
            if scenarios.isEmpty { continue }
            portrait.sources.append(
                await SourcePortrait(
                    of: source, on: scenarios, tables: Set(table), stack: Kit.stack, databases: databases))
        }
        await databases.close()
        if portrait.sources.isEmpty { throw nothingToCheck }
        return portrait
    }

    private func scenarios(of source: AnySource) throws -> [Scenario] {
        let folder = URL(filePath: fixtures).appending(path: source.description.type.lowercased())
        guard FileManager.default.fileExists(atPath: folder.path) else { return [] }
        return try Fixture(at: folder).scenarios.filter { scenario.isEmpty || scenario.contains($0.name) }
    }

    private func earlier(_ commit: String, _ git: Git, _ place: URL) throws -> Portrait {
        let folders = try chosen().map { SourceFolder(package: place, source: $0) }
        // A build takes minutes; of sources that are new it would tell nothing.
        if folders.allSatisfy({ $0.isNew(since: commit, in: git) }) {
            return Portrait(version: String(commit.prefix(12)), sources: [])
        }
        do {
            let base = try BaseVersion(commit, of: git)
            let options = scenario.flatMap { ["--scenario", $0] } + table.flatMap { ["--table", $0] }
            return try base.portrait(
                of: try sources.map { try Sources.source($0).description.type },
                on: URL(filePath: fixtures), options: options, with: DatabaseServers.variables(databaseServer))
        } catch let error as BaseVersion.Unavailable {
            throw SourceError(
                .notFound, "Comparing with \(commit.prefix(12)): \(error.description)",
                advice: "A stored portrait can be compared with instead: tributary check --portrait FILE there, "
                    + "--against FILE here.")
        }
    }

    private func show(_ comparison: PortraitComparison) throws {
        let isPainted = output == nil && Console.outputIsTerminal && Console.environment("NO_COLOR") == nil
        let text = ComparisonText(comparison: comparison, paint: Paint(isOn: isPainted))
        let document =
            format == .json ? String(decoding: try JSONOutput.bytes(of: comparison), as: UTF8.self) : text.text
        guard let output else { return Console.result(document) }
        try Data((document + "\n").utf8).write(to: URL(filePath: output))
        Console.result("\(text.summary) The report is in \(output).")
    }
}
