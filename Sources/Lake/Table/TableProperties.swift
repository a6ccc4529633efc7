import Columns

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
            return (try? JSONValue(parsing: text)).flatMap(LogMembers.texts) ?? []
        }
        set {
            let names = JSONValue.array(newValue.map(JSONValue.string))
            configuration[Self.primaryKeysName] = newValue.isEmpty ? nil : names.text
        }
    }

    var partitioning: Partitioning? {
        get {
            guard let text = configuration[Self.partitioningName] else { return nil }
            return (try? JSONValue(parsing: text)).flatMap(StoredPartitioning.partitioning)
        }
        set { configuration[Self.partitioningName] = newValue.map { StoredPartitioning.json($0).text } }
    }

    /// Remembers which stage's rows these are.
    mutating func setPublishedStage(_ identity: String) { configuration[Self.publishedStage] = identity }
}

/// A layout as it is stored with the table.
private enum StoredPartitioning {
    /// Members in the order of their names.
    static func json(_ partitioning: Partitioning) -> JSONValue {
        var object = JSONObject()
        switch partitioning {
        case .md5(let keys, let count):
            object.add("count", count)
            object.add("keys", keys)
            object.add("mode", PartitionMode.md5.rawValue)
        case .numerical(let key, let size):
            object.add("keys", [key])
            object.add("mode", PartitionMode.numerical.rawValue)
            object.add("size", size)
        case .datetime(let key, let format, let epoch):
            // Seconds are what every table without the member means.
            if epoch != .seconds { object.add("epoch", epoch.rawValue) }
            object.add("format", format.rawValue)
            object.add("keys", [key])
            object.add("mode", PartitionMode.datetime.rawValue)
        }
        return .object(object)
    }

    static func partitioning(_ json: JSONValue) -> Partitioning? {
        guard let mode = json["mode"]?.string.flatMap(PartitionMode.init),
            let keys = json["keys"].flatMap(LogMembers.texts)
        else { return nil }
        switch mode {
        case .md5: return json["count"]?.int64.map { .md5(keys: keys, count: max(1, Int($0))) }
        case .numerical:
            return keys.first.flatMap { key in json["size"]?.int64.map { .numerical(key: key, size: max(1, $0)) } }
        case .datetime:
            let epoch = json["epoch"]?.string.flatMap(EpochUnit.init) ?? .seconds
            let format = json["format"]?.string.flatMap(PartitionFormat.init)
            return keys.first.flatMap { key in format.map { .datetime(key: key, format: $0, epoch: epoch) } }
        }
    }
}
