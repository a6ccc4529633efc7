import Columns

// Each action as JSON, and back. What is missing or of another type is told with its place; members that nobody knows
// are left alone, as the protocol has it.

extension DeltaAction {
    init(_ members: LogMembers) throws(LogMembers.Problem) {
        add = try members.optional(object: "add", AddFile.init)
        remove = try members.optional(object: "remove", RemoveFile.init)
        metaData = try members.optional(object: "metaData", TableMetadata.init)
        `protocol` = try members.optional(object: "protocol", TableProtocol.init)
        txn = try members.optional(object: "txn", AppTransaction.init)
        // What it holds is the writer's own business.
        commitInfo = members.object["commitInfo"].flatMap(CommitInfo.init)
    }

    var json: JSONValue {
        var object = JSONObject()
        object.add("add", add?.json)
        object.add("remove", remove?.json)
        object.add("metaData", metaData?.json)
        object.add("protocol", `protocol`?.json)
        object.add("txn", txn?.json)
        object.add("commitInfo", commitInfo?.json)
        return .object(object)
    }
}

extension AddFile {
    init(_ members: LogMembers) throws(LogMembers.Problem) {
        path = try members.required("path", LogMembers.text)
        partitionValues = try members.required("partitionValues", LogMembers.optionalTextsByName)
        size = try members.required("size", LogMembers.count)
        modificationTime = try members.required("modificationTime", LogMembers.number)
        dataChange = try members.required("dataChange", LogMembers.flag)
        stats = try members.optional("stats", LogMembers.text)
        tags = try members.optional("tags", LogMembers.optionalTextsByName)
        deletionVector = try members.optional("deletionVector") { _ in UnsupportedValue() }
    }

    fileprivate var json: JSONValue {
        var object = JSONObject()
        object.add("path", path)
        object.add("partitionValues", partitionValues)
        object.add("size", size)
        object.add("modificationTime", modificationTime)
        object.add("dataChange", dataChange)
        object.add("stats", stats)
        object.add("tags", tags)
        return .object(object)
    }
}

extension RemoveFile {
    init(_ members: LogMembers) throws(LogMembers.Problem) {
        path = try members.required("path", LogMembers.text)
        deletionTimestamp = try members.optional("deletionTimestamp", LogMembers.number)
        dataChange = try members.required("dataChange", LogMembers.flag)
        extendedFileMetadata = try members.optional("extendedFileMetadata", LogMembers.flag)
        partitionValues = try members.optional("partitionValues", LogMembers.optionalTextsByName)
        size = try members.optional("size", LogMembers.count)
        deletionVector = try members.optional("deletionVector") { _ in UnsupportedValue() }
    }

    fileprivate var json: JSONValue {
        var object = JSONObject()
        object.add("path", path)
        object.add("deletionTimestamp", deletionTimestamp)
        object.add("dataChange", dataChange)
        object.add("extendedFileMetadata", extendedFileMetadata)
        object.add("partitionValues", partitionValues)
        object.add("size", size)
        return .object(object)
    }
}

extension TableMetadata {
    init(_ members: LogMembers) throws(LogMembers.Problem) {
        id = try members.required("id", LogMembers.text)
        name = try members.optional("name", LogMembers.text)
        description = try members.optional("description", LogMembers.text)
        format = try members.required(object: "format", FileFormat.init)
        schemaString = try members.required("schemaString", LogMembers.text)
        partitionColumns = try members.required("partitionColumns", LogMembers.texts)
        configuration = try members.required("configuration", LogMembers.textsByName)
        createdTime = try members.optional("createdTime", LogMembers.number)
    }

    fileprivate var json: JSONValue {
        var object = JSONObject()
        object.add("id", id)
        object.add("name", name)
        object.add("description", description)
        object.add("format", format.json)
        object.add("schemaString", schemaString)
        object.add("partitionColumns", partitionColumns)
        object.add("configuration", configuration)
        object.add("createdTime", createdTime)
        return .object(object)
    }
}

extension TableMetadata.FileFormat {
    init(_ members: LogMembers) throws(LogMembers.Problem) {
        provider = try members.required("provider", LogMembers.text)
        options = try members.optional("options", LogMembers.textsByName)
    }

    fileprivate var json: JSONValue {
        var object = JSONObject()
        object.add("provider", provider)
        object.add("options", options)
        return .object(object)
    }
}

extension TableProtocol {
    init(_ members: LogMembers) throws(LogMembers.Problem) {
        minReaderVersion = try members.required("minReaderVersion", LogMembers.count)
        minWriterVersion = try members.required("minWriterVersion", LogMembers.count)
        readerFeatures = try members.optional("readerFeatures", LogMembers.texts)
        writerFeatures = try members.optional("writerFeatures", LogMembers.texts)
    }

    fileprivate var json: JSONValue {
        var object = JSONObject()
        object.add("minReaderVersion", minReaderVersion)
        object.add("minWriterVersion", minWriterVersion)
        object.add("readerFeatures", readerFeatures)
        object.add("writerFeatures", writerFeatures)
        return .object(object)
    }
}

extension AppTransaction {
    init(_ members: LogMembers) throws(LogMembers.Problem) {
        appId = try members.required("appId", LogMembers.text)
        version = try members.required("version", LogMembers.number)
        lastUpdated = try members.optional("lastUpdated", LogMembers.number)
    }

    fileprivate var json: JSONValue {
        var object = JSONObject()
        object.add("appId", appId)
        object.add("version", version)
        object.add("lastUpdated", lastUpdated)
        return .object(object)
    }
}

extension CommitInfo {
    init?(_ value: JSONValue) {
        guard let object = value.object else { return nil }
        timestamp = object["timestamp"].flatMap(LogMembers.number)
        operation = object["operation"]?.string
        operationParameters = Self.texts(object["operationParameters"])
        operationMetrics = Self.texts(object["operationMetrics"])
        engineInfo = object["engineInfo"]?.string
        txnId = object["txnId"]?.string
        readVersion = object["readVersion"].flatMap(LogMembers.number)
        isBlindAppend = object["isBlindAppend"]?.bool
    }

    private static func texts(_ value: JSONValue?) -> [String: String]? {
        value?.object.map { object in
            Dictionary(object.members.compactMap { member in member.value.string.map { (member.name, $0) } }) { $1 }
        }
    }

    fileprivate var json: JSONValue {
        var object = JSONObject()
        object.add("timestamp", timestamp)
        object.add("operation", operation)
        object.add("operationParameters", operationParameters)
        object.add("operationMetrics", operationMetrics)
        object.add("engineInfo", engineInfo)
        object.add("txnId", txnId)
        object.add("readVersion", readVersion)
        object.add("isBlindAppend", isBlindAppend)
        return .object(object)
    }
}
