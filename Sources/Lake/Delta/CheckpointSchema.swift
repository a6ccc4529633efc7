import Columns

/// The columns of a checkpoint (Delta protocol, "Checkpoint Schema"): one for each kind of action.
enum CheckpointSchema {
    static let fields = [
        NestedField("txn", .structure(transaction)), NestedField("add", .structure(add)),
        NestedField("remove", .structure(remove)), NestedField("metaData", .structure(metadata)),
        NestedField("protocol", .structure(version)),
    ]

    private static let texts = NestedType.map(key: .utf8, value: .scalar(.utf8))

    private static let transaction = [
        NestedField("appId", .scalar(.utf8)), NestedField("version", .scalar(.int64)),
        NestedField("lastUpdated", .scalar(.int64)),
    ]
    private static let add = [
        NestedField("path", .scalar(.utf8)), NestedField("partitionValues", texts),
        NestedField("size", .scalar(.int64)), NestedField("modificationTime", .scalar(.int64)),
        NestedField("dataChange", .scalar(.bool)), NestedField("stats", .scalar(.utf8)), NestedField("tags", texts),
    ]
    private static let remove = [
        NestedField("path", .scalar(.utf8)), NestedField("deletionTimestamp", .scalar(.int64)),
        NestedField("dataChange", .scalar(.bool)), NestedField("extendedFileMetadata", .scalar(.bool)),
        NestedField("partitionValues", texts), NestedField("size", .scalar(.int64)),
    ]
    private static let metadata = [
        NestedField("id", .scalar(.utf8)), NestedField("name", .scalar(.utf8)),
        NestedField("description", .scalar(.utf8)),
        NestedField("format", .structure([NestedField("provider", .scalar(.utf8)), NestedField("options", texts)])),
        NestedField("schemaString", .scalar(.utf8)), NestedField("partitionColumns", .list(.scalar(.utf8))),
        NestedField("configuration", texts), NestedField("createdTime", .scalar(.int64)),
    ]
    private static let version = [
        NestedField("minReaderVersion", .scalar(.int32)), NestedField("minWriterVersion", .scalar(.int32)),
        NestedField("readerFeatures", .list(.scalar(.utf8))), NestedField("writerFeatures", .list(.scalar(.utf8))),
    ]
}

// Each action as a row of a checkpoint, and back. Reading is lenient in what may be missing, and gives nil where a
// member that must be there is not.

extension AppTransaction {
    var nested: NestedValue {
        .structure(["appId": .string(appId), "version": .int(version), "lastUpdated": .int(lastUpdated)])
    }

    init?(_ nested: NestedValue) {
        guard let appId = nested["appId"].string, let version = nested["version"].int else { return nil }
        self.init(appId: appId, version: version, lastUpdated: nested["lastUpdated"].int)
    }
}

extension AddFile {
    /// A checkpoint changes no data.
    var nested: NestedValue {
        .structure([
            "path": .string(path), "partitionValues": .map(partitionValues), "size": .int(Int64(size)),
            "modificationTime": .int(modificationTime), "dataChange": .bool(false), "stats": .string(stats),
            "tags": tags.map { .map($0) } ?? .null,
        ])
    }

    init?(_ nested: NestedValue) {
        guard let path = nested["path"].string, let size = nested["size"].int,
            let values = nested["partitionValues"].texts
        else { return nil }
        self.init(
            path: path, partitionValues: values, size: Int(size),
            modificationTime: nested["modificationTime"].int ?? 0, dataChange: false, stats: nested["stats"].string,
            tags: nested["tags"].texts, deletionVector: nested["deletionVector"].isNull ? nil : UnsupportedValue())
    }
}

extension RemoveFile {
    var nested: NestedValue {
        .structure([
            "path": .string(path), "deletionTimestamp": .int(deletionTimestamp), "dataChange": .bool(false),
            "extendedFileMetadata": .bool(extendedFileMetadata),
            "partitionValues": partitionValues.map { .map($0) } ?? .null, "size": .int(size.map(Int64.init)),
        ])
    }

    init?(_ nested: NestedValue) {
        guard let path = nested["path"].string else { return nil }
        self.init(
            path: path, deletionTimestamp: nested["deletionTimestamp"].int, dataChange: false,
            extendedFileMetadata: nested["extendedFileMetadata"].bool, partitionValues: nested["partitionValues"].texts,
            size: nested["size"].int.map { Int($0) })
    }
}

extension TableMetadata {
    var nested: NestedValue {
        .structure([
            "id": .string(id), "name": .string(name), "description": .string(description),
            "format": .structure(["provider": .string(format.provider), "options": .map(format.options ?? [:])]),
            "schemaString": .string(schemaString), "partitionColumns": .list(partitionColumns.map { .string($0) }),
            "configuration": .map(configuration), "createdTime": .int(createdTime),
        ])
    }

    init?(_ nested: NestedValue) {
        guard let id = nested["id"].string, let schema = nested["schemaString"].string else { return nil }
        self.init(
            id: id, name: nested["name"].string, description: nested["description"].string, schemaString: schema,
            partitionColumns: nested["partitionColumns"].strings ?? [],
            configuration: (nested["configuration"].texts ?? [:]).compactMapValues { $0 },
            createdTime: nested["createdTime"].int)
    }
}

extension TableProtocol {
    var nested: NestedValue {
        .structure([
            "minReaderVersion": .int(Int64(minReaderVersion)), "minWriterVersion": .int(Int64(minWriterVersion)),
            "readerFeatures": readerFeatures.map { .list($0.map { .string($0) }) } ?? .null,
            "writerFeatures": writerFeatures.map { .list($0.map { .string($0) }) } ?? .null,
        ])
    }

    init?(_ nested: NestedValue) {
        guard let reader = nested["minReaderVersion"].int, let writer = nested["minWriterVersion"].int else {
            return nil
        }
        self.init(
            minReaderVersion: Int(reader), minWriterVersion: Int(writer),
            readerFeatures: nested["readerFeatures"].strings, writerFeatures: nested["writerFeatures"].strings)
    }
}

extension NestedValue {
    /// A map of texts.
    fileprivate var texts: [String: String?]? {
        entries.map { entries in
            Dictionary(
                entries.compactMap { entry in entry.key.string.map { ($0, entry.value.string) } },
                uniquingKeysWith: { $1 })
        }
    }

    fileprivate var strings: [String]? { elements?.compactMap(\.string) }
}
