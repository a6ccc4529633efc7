import Cassettes
import Columns
import Foundation
import Tributary

/// The fixture of a specimen: documents that become a scenario's folder when it is needed, and go with it.
struct SpecimenFixture: Sendable {
    /// `source/scenario`.
    var id: String
    /// JSON documents by file name: `manifest.json`, `model.json`, `t0.har`.
    var documents: [String: JSONValue]
    /// Other files by their path below the scenario, such as `bodies/page.txt`, or `../redaction.json`.
    var files: [String: [UInt8]] = [:]

    init(_ id: String, documents: [String: JSONValue]) {
        self.id = id
        self.documents = documents
    }

    /// Changes one value inside a document, named by its members from the outside in.
    mutating func change(_ document: String, at path: [String], _ change: (JSONValue) -> JSONValue) {
        guard let value = documents[document] else { return }
        documents[document] = Self.changed(value, at: path[...], change)
    }

    private static func changed(
        _ value: JSONValue, at path: ArraySlice<String>, _ change: (JSONValue) -> JSONValue
    ) -> JSONValue {
        guard let name = path.first else { return change(value) }
        guard var object = value.object else { return value }
        object[name] = changed(object[name] ?? .null, at: path.dropFirst(), change)
        return .object(object)
    }

    /// Adds a second state, a day later, whose answers are those of the first with some words in place of others.
    mutating func addLaterState(changing words: [(String, String)]) {
        func changed(_ value: JSONValue) -> JSONValue {
            switch value {
            case .string(let text): .string(words.reduce(text) { $0.replacing($1.0, with: $1.1) })
            case .array(let elements): .array(elements.map(changed))
            case .object(let object): .object(JSONObject(object.members.map { ($0.name, changed($0.value)) }))
            case .null, .bool, .number: value
            }
        }
        documents["t1.har"] = documents["t0.har"].map(changed)
        change("manifest.json", at: ["states"]) { states in
            .array((states.array ?? []) + [["name": "t1", "clock": "2025-03-11T06:00:00Z", "http": "t1.har"]])
        }
    }

    /// Writes the files below a temporary folder.
    ///
    /// - Throws: errors of the file system; `SourceError` of kind `invalidFixture`.
    func written() throws -> WrittenFixture { try WrittenFixture(self) }
}

/// A scenario in a temporary folder, which goes when this does.
final class WrittenFixture: Sendable {
    let scenario: Scenario
    private let folder: URL

    fileprivate init(_ fixture: SpecimenFixture) throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "tributary-specimen-\(UUID().uuidString)")
        let place = folder.appending(path: fixture.id)
        var files = fixture.files
        for (name, value) in fixture.documents { files[name] = value.serialized() }
        for (name, bytes) in files {
            let file = place.appending(path: name).standardizedFileURL
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(bytes).write(to: file)
        }
        scenario = try Scenario(at: place)
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    /// The scenario's config, with a fault switched on or none.
    func config(_ fault: SeededFault?) -> JSONObject {
        var config = scenario.config
        config["fault"] = fault.map { .string($0.name) }
        return config
    }
}
