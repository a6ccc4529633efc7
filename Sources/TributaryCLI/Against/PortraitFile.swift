import Cassettes
import Conformance
import Foundation
import Spawn
import Tributary

/// Portraits as files.
enum PortraitFile {
    /// Reads a portrait.
    ///
    /// - Throws: `SourceError` of kind `notFound` or `invalidFixture`.
    static func read(_ path: String) throws -> Portrait {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw SourceError(.notFound, "Reading the portrait \(path): there is no such file.")
        }
        do {
            let portrait = try JSONDecoder().decode(Portrait.self, from: data)
            guard portrait.format == Portrait.currentFormat else {
                throw SourceError(
                    .invalidFixture,
                    "Reading the portrait \(path): its form is \(portrait.format), this program reads "
                        + "\(Portrait.currentFormat).",
                    advice: "Take it again: tributary check --portrait \(path)")
            }
            return portrait
        } catch let error as DecodingError {
            throw SourceError(
                .invalidFixture, "Reading the portrait \(path): it is none. \(error)",
                advice: "A portrait is written by tributary check --portrait FILE.")
        }
    }

    static func write(_ portrait: Portrait, to path: String) throws {
        do {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            try encoder.encode(portrait).write(to: URL(filePath: path))
        } catch {
            throw SourceError(.storage, "Writing the portrait \(path): \(error.localizedDescription)")
        }
    }
}

extension BaseVersion {
    /// What this revision makes of the traffic in a folder of fixtures.
    ///
    /// - Parameters:
    ///   - sources: their types; empty means all.
    ///   - options: further arguments of `tributary check`.
    /// - Throws: ``Unavailable``.
    func portrait(
        of sources: [String], on fixtures: URL, options: [String] = [], with variables: [String: String] = [:]
    ) throws -> Portrait {
        var portrait = Portrait(version: String(commit.prefix(12)), sources: [])
        // One by one where they are named: a source that this revision does not have must not hide the others.
        for names in sources.isEmpty ? [[]] : sources.map({ [$0.lowercased()] }) {
            let file = FileManager.default.temporaryDirectory.appending(path: "portrait-\(UUID().uuidString).json")
            defer { try? FileManager.default.removeItem(at: file) }
            let arguments = ["check"] + names + options + ["--fixtures", fixtures.path, "--portrait", file.path]
            let outcome = try? run(arguments, with: variables)
            switch outcome?.status {
            case 0: portrait.sources += try PortraitFile.read(file.path).sources
            case ExitStatus.notFound.rawValue where !names.isEmpty: continue
            case ExitStatus.usage.rawValue:
                throw Unavailable(
                    description:
                        "\(commit.prefix(12)) is older than comparisons: its tributary check has no --portrait.")
            default:
                throw Unavailable(
                    description: "\(commit.prefix(12)) could not be run: \(outcome?.excerpt ?? "no such program")")
            }
        }
        return portrait
    }
}
