import Foundation
import Tributary

/// The recorded material of one source: a folder of scenarios.
public struct Fixture: Sendable {
    /// The folder's name, such as `stripe`.
    public let source: String
    /// In the order of their names.
    public let scenarios: [Scenario]

    /// Opens every scenario of a source.
    ///
    /// - Parameter folder: such as `Fixtures/stripe`.
    /// - Throws: `SourceError` of kind `invalidFixture`, or `notFound`.
    public init(at folder: URL) throws {
        source = folder.lastPathComponent
        let entries = try? FileManager.default.contentsOfDirectory(
            at: folder, includingPropertiesForKeys: [.isDirectoryKey], options: .skipsHiddenFiles)
        guard let entries else {
            throw SourceError(
                .notFound, "Reading the fixtures of \(source): there is no folder \(folder.relativePath).",
                advice: "Run this in the folder that has Fixtures, or name another with --fixtures.")
        }
        // Beside the scenarios lies what was released of the source's declaration.
        let folders = entries.filter {
            (try? $0.resourceValues(forKeys: [.isDirectoryKey]).isDirectory) == true
                && $0.lastPathComponent != "released"
        }
        scenarios = try folders.sorted { $0.lastPathComponent < $1.lastPathComponent }.map { try Scenario(at: $0) }
    }

    /// The scenario of this name.
    ///
    /// - Throws: `SourceError` of kind `notFound` that says what there is.
    public func scenario(_ name: String) throws -> Scenario {
        guard let scenario = scenarios.first(where: { $0.name == name }) else {
            throw SourceError(
                .notFound, "Looking for the scenario '\(name)' of \(source): there is none of this name.",
                advice: NearestName.advice(for: name, among: scenarios.map(\.name)))
        }
        return scenario
    }
}
