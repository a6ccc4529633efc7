import Columns
import Foundation
import Tributary

/// Tables and views of a PostgreSQL database.
struct PostgresSource: SQLSource {
    static let description = SourceDescription(
        type: "Postgres", label: "PostgreSQL", category: .databases,
        docs: "https://www.postgresql.org/docs/current/", keywords: ["sql", "database", "postgres", "rds", "aurora"],
        caption: "The user needs USAGE on the schema and SELECT on the tables. An own user that may only read is best.")

    static let dialect: any SQLDialect = PostgresDialect()

    static let nonRetryableErrors = [
        NonRetryableError("no pg_hba.conf entry", message: "The server does not let this machine in: see pg_hba.conf."),
        NonRetryableError("password authentication failed", message: "The user or the password is wrong."),
    ]

    struct Config: FormFields {
        @Input(
            "Connection string", placeholder: "postgres://user:password@host:5432/database",
            caption: "If given, its parts replace the fields below", name: "connection_string")
        var connectionString: Secret?
        @Input("Host", placeholder: "db.example.com") var host: String
        @Input("Port", rule: .port) var port = 5432
        @Input("Database") var database: String
        @Input("User") var user: String
        @Input("Password") var password: Secret
        @Input("Schema", placeholder: "public", caption: "Empty: all schemas; tables are then called schema.table")
        var schema: String?
        @SSHTunnel(requireTLS: true) var sshTunnel: Tunnel?
    }

    func database(for config: Config) throws -> SQLDatabase {
        var endpoint = DatabaseEndpoint(
            engine: .postgres, host: config.host, port: config.port, database: config.database, user: config.user,
            password: config.password)
        if let text = config.connectionString {
            try ConnectionString(text, schemes: ["postgres", "postgresql"]).apply(to: &endpoint)
        }
        return SQLDatabase(endpoint: endpoint, tunnel: config.sshTunnel, schema: config.schema)
    }
}
