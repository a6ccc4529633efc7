import Tributary

/// Tables and views of a MySQL or MariaDB database.
struct MySQLSource: SQLSource {
    static let description = SourceDescription(
        type: "MySQL", label: "MySQL", category: .databases, docs: "https://dev.mysql.com/doc/refman/8.4/en/",
        keywords: ["sql", "database", "mariadb", "aurora", "planetscale"],
        caption: "The user needs SELECT on the tables. An own user that may only read is best.")

    static let dialect: any SQLDialect = MySQLDialect()

    static let nonRetryableErrors = [
        NonRetryableError(
            "Access denied for user", message: "The user or the password is wrong, or lacks a permission.")
    ]

    struct Config: FormFields {
        @Input("Host", placeholder: "db.example.com") var host: String
        @Input("Port", rule: .port) var port = 3306
        @Input("Database") var database: String
        @Input("User") var user: String
        @Input("Password") var password: Secret
        @Select("Use TLS", options: [.init(true, "Yes"), .init(false, "No")], name: "using_ssl") var usesTLS = true
        @Input("Schema", caption: "The database whose tables are read; empty: the one above") var schema: String?
        @SSHTunnel(requireTLS: true) var sshTunnel: Tunnel?
    }

    /// With TLS asked for, a server that offers none is still read, as PostHog does; the tunnel's form can demand it.
    func database(for config: Config) throws -> SQLDatabase {
        let endpoint = DatabaseEndpoint(
            engine: .mysql, host: config.host, port: config.port, database: config.database, user: config.user,
            password: config.password, tls: config.usesTLS ? .preferred : .disabled)
        return SQLDatabase(endpoint: endpoint, tunnel: config.sshTunnel, schema: config.schema ?? config.database)
    }
}
