import Cassettes
import Columns
import Foundation
import Tributary

// What lies in known places around a scenario: other scenarios, released declarations, documentation, sources.
extension CheckCase {
    /// The folder that holds `Fixtures`, `Documentation` and `Sources`; for a scenario elsewhere the folder two above it.
    var repository: URL {
        let above = scenario.folder.absoluteURL.standardizedFileURL.deletingLastPathComponent()
            .deletingLastPathComponent()
        return above.lastPathComponent == "Fixtures" ? above.deletingLastPathComponent() : above
    }

    /// A file below the repository as text; nil when there is none.
    func text(_ path: String) -> String? {
        FileManager.default.contents(atPath: repository.appending(path: path).path).map {
            String(decoding: $0, as: UTF8.self)
        }
    }

    /// Whether a file or folder is there.
    func exists(_ path: String) -> Bool {
        FileManager.default.fileExists(atPath: repository.appending(path: path).path)
    }

    /// All scenarios of the source, this one included.
    ///
    /// - Throws: `SourceError` of kind `invalidFixture`.
    func scenarios() throws -> [Scenario] {
        try memo.siblings()
    }

    /// How the upstream answers over HTTP; nil without model.json, or where the upstream is a database.
    ///
    /// - Throws: `SourceError` of kind `invalidFixture`.
    func model() throws -> ModelDeclaration? {
        guard scenario.manifest.states.contains(where: { $0.http != nil }) else { return nil }
        return try memo.model()
    }

    /// The job of which the table comes, where model.json tells of one: no list of such a table can be modelled.
    ///
    /// - Throws: `SourceError` of kind `invalidFixture`.
    func job() throws -> ModelDeclaration.Job? {
        guard let schema else { return nil }
        return try model()?.jobs.first { $0.schemas.contains(schema.name) }
    }

    /// What was last released of the source's declaration; nil when nothing was.
    ///
    /// - Throws: `SourceError` of kind `invalidFixture`.
    func released() throws -> ReleasedDeclaration? {
        try ReleasedDeclaration.latest(
            in: scenario.folder.absoluteURL.deletingLastPathComponent().appending(path: ReleasedDeclaration.folder))
    }

    /// The config as the source itself would store it: nested, with the names of the form.
    ///
    /// - Throws: `SourceError` of kind `invalidConfig`.
    func storedConfig() throws -> JSONObject {
        try source.configure(.object(config)).storedConfig.object ?? JSONObject()
    }
}

extension JSONObject {
    /// The same object with another value at a path; nil removes it. Objects on the way are made where they lack.
    func setting(_ path: [String], to value: JSONValue?) -> JSONObject {
        guard let first = path.first else { return self }
        var copy = self
        let rest = Array(path.dropFirst())
        if rest.isEmpty {
            copy[first] = value
        } else {
            copy[first] = .object((self[first]?.object ?? JSONObject()).setting(rest, to: value))
        }
        return copy
    }

    /// The value at a path of names.
    func value(at path: [String]) -> JSONValue? {
        path.dropFirst().reduce(path.first.flatMap { self[$0] }) { $0?[$1] }
    }
}
