import Cassettes
import Columns
import Foundation
import Tributary

/// What a released version of a source promised: its form and its tables. Kept as data, so that a later version can be
/// held against it.
///
/// `Fixtures/<source>/released/<version>.json`. A connection that a user made with a released version must go on working
/// with every later one.
public struct ReleasedDeclaration: Sendable, Hashable, Codable {
    /// Why checks of compatibility have nothing to say of a source that is new.
    static let missing = "Nothing was released yet: `tributary release` keeps what a version promises."
    /// The name of the folder beside the scenarios.
    public static let folder = "released"

    /// A table as it was offered.
    public struct Table: Sendable, Hashable, Codable {
        public var name: String
        public var primaryKeys: [String]
        /// Cursor fields with their types: `updated_at datetime`.
        public var cursorFields: [String]
        /// The ways in which it could be kept in step.
        public var syncTypes: [String]
        /// Columns with their types, where discovery tells them: `id integer`.
        public var columns: [String]

        public init(_ schema: SourceSchema) {
            name = schema.name
            primaryKeys = schema.primaryKeys
            cursorFields = schema.incrementalFields.map { "\($0.name) \($0.type.rawValue)" }
            syncTypes = schema.syncTypes.map(\.rawValue)
            columns = schema.columns.map { "\($0.name) \($0.type)" }
        }
    }

    /// Numbers with points between them, such as `1` or `1.2`.
    public var version: String
    /// The source's type.
    public var type: String
    public var form: [FormField]
    /// Configs that the version accepted, with fakes for secrets, as JSON texts.
    public var configs: [String]
    /// The tables of the first config; empty when they are known only after connecting.
    public var tables: [Table]

    public init(version: String, source: AnySource, configs: [JSONValue], tables: [SourceSchema]) {
        self.version = version
        type = source.description.type
        form = source.form.fields
        self.configs = configs.map(\.text)
        self.tables = tables.map(Table.init)
    }

    /// The configs as objects.
    public var examples: [JSONObject] { configs.compactMap { (try? JSONValue(parsing: $0))?.object } }

    /// Reads the declaration with the highest version of a folder; nil when there is none.
    ///
    /// - Throws: `SourceError` of kind `invalidFixture`.
    public static func latest(in folder: URL) throws -> ReleasedDeclaration? {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        let files = names.filter { $0.hasSuffix(".json") }
        let last = files.max { numbers($0).lexicographicallyPrecedes(numbers($1)) }
        guard let last, let data = FileManager.default.contents(atPath: folder.appending(path: last).path) else {
            return nil
        }
        do {
            return try JSONDecoder().decode(Self.self, from: data)
        } catch {
            throw SourceError(
                .invalidFixture, "Reading \(folder.lastPathComponent)/\(last): it is no released declaration: \(error)."
            )
        }
    }

    /// The declaration as a file.
    public func file() throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return try [UInt8](encoder.encode(self)) + [UInt8(ascii: "\n")]
    }

    private static func numbers(_ name: String) -> [Int] {
        name.split { !$0.isNumber }.map { Int($0) ?? 0 }
    }
}
