import Tributary

/// __label__: tables and views of a PostgreSQL database. For another engine take its dialect and its name below.
struct __Type__Source: SQLSource {
    static let description = SourceDescription(
        type: "__Type__", label: "__label__", category: .databases,
        docs: "__docs__",
        caption: "The user needs SELECT on the tables. An own user that may only read is best.")

    // Tables, keys, cursor candidates and sizes are read from the engine's own catalogue, by the dialect.
    static let dialect: any SQLDialect = PostgresDialect()

    struct Config: FormFields {
        @Input("Host", placeholder: "db.example.com") var host: String
        @Input("Port", rule: .port) var port = 5432
        @Input("Database") var database: String
        @Input("User") var user: String
        @Input("Password") var password: Secret
        @SSHTunnel(requireTLS: true) var sshTunnel: Tunnel?
    }

    func database(for config: Config) throws -> SQLDatabase {
        let endpoint = DatabaseEndpoint(
            engine: .postgres, host: config.host, port: config.port, database: config.database, user: config.user,
            password: config.password)
        return SQLDatabase(endpoint: endpoint, tunnel: config.sshTunnel, schema: "public")
    }
}
