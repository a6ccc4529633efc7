import GRDB

/// The layouts of the state store, oldest first. A layout that was released is never changed: the next one follows.
enum StateMigrations {
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1: connections, settings, integrations, runs") { database in
            try createConnections(database)
            try createTableSettings(database)
            try createIntegrations(database)
            try createRuns(database)
        }
        migrator.registerMigration("2: where a table's history begins") { database in
            try database.alter(table: "tableSettings") { $0.add(column: "historyStart", .text) }
        }
        return migrator
    }

    private static func createConnections(_ database: Database) throws {
        try database.create(table: "connection") { table in
            table.primaryKey("name", .text)
            table.column("sourceType", .text).notNull()
            table.column("config", .blob).notNull()
            table.column("createdAt", .integer).notNull()
            table.column("updatedAt", .integer).notNull()
        }
    }

    private static func createTableSettings(_ database: Database) throws {
        try database.create(table: "tableSettings") { table in
            table.column("connection", .text).notNull()
            table.column("schema", .text).notNull()
            table.column("syncType", .text)
            table.column("cursorField", .text)
            table.column("primaryKeys", .jsonText)
            table.column("enabledColumns", .jsonText)
            table.column("lookbackSeconds", .integer)
            table.column("disabledReason", .text)
            table.primaryKey(["connection", "schema"])
        }
    }

    private static func createIntegrations(_ database: Database) throws {
        try database.create(table: "integration") { table in
            table.autoIncrementedPrimaryKey("id")
            table.column("kind", .text).notNull()
            table.column("label", .text).notNull()
            table.column("accessToken", .blob).notNull()
            table.column("refreshToken", .blob)
            table.column("expiresAt", .integer)
            table.column("tokenURL", .text)
            table.column("clientID", .text)
            table.column("clientSecret", .blob)
        }
    }

    private static func createRuns(_ database: Database) throws {
        try database.create(table: "run") { table in
            table.primaryKey("id", .text)
            table.column("connection", .text).notNull()
            table.column("schema", .text).notNull()
            table.column("syncType", .text).notNull()
            table.column("status", .text).notNull()
            table.column("startedAt", .integer).notNull()
            table.column("endedAt", .integer)
            table.column("attempts", .integer).notNull()
            table.column("rowsRead", .integer).notNull()
            table.column("rowsInserted", .integer).notNull()
            table.column("rowsUpdated", .integer).notNull()
            table.column("commits", .integer).notNull()
            table.column("bytesRead", .integer).notNull()
            table.column("bytesWritten", .integer).notNull()
            table.column("watermarkBefore", .text)
            table.column("watermarkAfter", .text)
            table.column("tableVersion", .integer)
            table.column("errorKind", .text)
            table.column("error", .text)
            table.column("processID", .integer).notNull()
        }
        try database.create(index: "runByTable", on: "run", columns: ["connection", "schema", "startedAt"])
    }
}
