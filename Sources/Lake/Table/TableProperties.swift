import Columns

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// What the runtime keeps in a table's properties. All names start with `tributary.`; properties of others are left alone.
struct TableProperties: Hashable, Sendable {
    static let prefix = "tributary."
    static let publishedStage = "tributary.publishedStage"
    private static let primaryKeysName = "tributary.primaryKeys"
    private static let partitioningName = "tributary.partitioning"
    private static let reserved: Set<String> = [publishedStage, primaryKeysName, partitioningName]

    /// The properties as they stand in `metaData.configuration`.
    private(set) var configuration: [String: String]

    init(_ configuration: [String: String] = [:]) { self.configuration = configuration }

    /// What callers stored, by their own names.
    var own: [String: String] {
        var result: [String: String] = [:]
        for (name, value) in configuration where name.hasPrefix(Self.prefix) && !Self.reserved.contains(name) {
            result[String(name.dropFirst(Self.prefix.count))] = value
        }
        return result
    }

    /// Sets callers' properties; an empty value takes the property away.
    mutating func merge(_ properties: [String: String]) {
        for (name, value) in properties { configuration[Self.prefix + name] = value.isEmpty ? nil : value }
    }

    var primaryKeys: [String] {
        get {
            guard let text = configuration[Self.primaryKeysName] else { return [] }
            return (try? JSONDecoder().decode([String].self, from: Data(text.utf8))) ?? []
        }
        set { configuration[Self.primaryKeysName] = newValue.isEmpty ? nil : Self.text(newValue) }
    }

    var partitioning: Partitioning? {
        get {
            guard let text = configuration[Self.partitioningName] else { return nil }
            return (try? JSONDecoder().decode(StoredPartitioning.self, from: Data(text.utf8)))?.partitioning
        }
        set { configuration[Self.partitioningName] = newValue.map { Self.text(StoredPartitioning($0)) } }
    }

    /// Remembers which stage's rows these are.
    mutating func setPublishedStage(_ identity: String) { configuration[Self.publishedStage] = identity }

    private static func text(_ value: some Encodable) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Strings and numbers always encode.
        return (try? encoder.encode(value)).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }
}

/// A layout as it is stored with the table.
private struct StoredPartitioning: Codable {
    var mode: PartitionMode
    var keys: [String]
    var count: Int?
    var size: Int64?
    var format: PartitionFormat?

    init(_ partitioning: Partitioning) {
        switch partitioning {
        case .md5(let keys, let count):
            mode = .md5
            self.keys = keys
            self.count = count
        case .numerical(let key, let size):
            mode = .numerical
            keys = [key]
            self.size = size
        case .datetime(let key, let format):
            mode = .datetime
            keys = [key]
            self.format = format
        }
    }

    var partitioning: Partitioning? {
        switch mode {
        case .md5: count.map { .md5(keys: keys, count: max(1, $0)) }
        case .numerical: keys.first.flatMap { key in size.map { .numerical(key: key, size: max(1, $0)) } }
        case .datetime: keys.first.flatMap { key in format.map { .datetime(key: key, format: $0) } }
        }
    }
}
