import Tributary

/// Tables and views of an SQLite file.
struct SQLiteSource: SQLSource {
    static let description = SourceDescription(
        type: "SQLite", label: "SQLite", category: .databases, docs: "https://www.sqlite.org/docs.html",
        keywords: ["sql", "database", "file"],
        caption: "A database file on this machine. It is opened to be read only.")

    static let dialect: any SQLDialect = SQLiteDialect()

    struct Config: FormFields {
        @Input("File", placeholder: "/data/app.db", caption: "The path of the database file") var path: String
    }

    func database(for config: Config) throws -> SQLDatabase {
        SQLDatabase(endpoint: DatabaseEndpoint(engine: .sqlite, host: config.path), schema: "main")
    }
}
