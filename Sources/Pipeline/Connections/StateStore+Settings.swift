import GRDB
import Tributary

extension TableSettings: FetchableRecord, PersistableRecord {
    public static let databaseTableName = "tableSettings"
}

extension StateStore {
    /// What was chosen for a table, or nil.
    public func settings(connection: String, schema: String) throws -> TableSettings? {
        try read("Reading the settings of \(connection)/\(schema)") { database in
            try TableSettings.filter(Column("connection") == connection && Column("schema") == schema)
                .fetchOne(database)
        }
    }

    /// The settings of all tables of a connection, by schema.
    public func settings(connection: String) throws -> [TableSettings] {
        try read("Reading the settings of \(connection)") { database in
            try TableSettings.filter(Column("connection") == connection).order(Column("schema")).fetchAll(database)
        }
    }

    /// Stores what was chosen for a table.
    public func save(_ settings: TableSettings) throws {
        try write("Storing the settings of \(settings.connection)/\(settings.schema)") { try settings.upsert($0) }
    }

    /// Switches a table off until somebody mends the cause, or on again with nil.
    public func disable(connection: String, schema: String, reason: String?) throws {
        var settings =
            try settings(connection: connection, schema: schema)
            ?? TableSettings(connection: connection, schema: schema)
        settings.disabledReason = reason
        try save(settings)
    }
}
