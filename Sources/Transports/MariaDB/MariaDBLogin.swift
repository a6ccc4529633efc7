#if MariaDB
    import CMariaDB
    import Tributary

    /// Opens a connection within a time limit.
    struct MariaDBLogin {
        private let endpoint: DatabaseEndpoint

        /// The client library must be made ready once, before threads use it.
        private static let isLibraryReady = mysql_server_init(0, nil, nil) == 0

        init(_ endpoint: DatabaseEndpoint) { self.endpoint = endpoint }

        /// - Throws: `SourceError`: `unreachable`, `invalidCredentials`, `notFound` (database).
        func open() throws -> UnsafeMutablePointer<MYSQL> {
            _ = Self.isLibraryReady
            switch endpoint.tls {
            case .disabled: return try connect(withTLS: false)
            case .required, .verified: return try requiringTLS(connect(withTLS: true))
            case .preferred:
                do {
                    return try connect(withTLS: true)
                } catch let error as SourceError where error.message.contains("(\(CR_SSL_CONNECTION_ERROR))") {
                    return try connect(withTLS: false)
                }
            }
        }

        /// The library goes on in the clear when the server offers no TLS, so the line is looked at.
        private func requiringTLS(_ connection: UnsafeMutablePointer<MYSQL>) throws -> UnsafeMutablePointer<MYSQL> {
            if mysql_get_ssl_cipher(connection) != nil { return connection }
            mysql_close(connection)
            throw SourceError(
                .unreachable, "Connecting to MySQL at \(endpoint.host): the server offers no TLS.",
                advice: "Turn TLS on in the server, or choose another TLS mode.")
        }

        private func connect(withTLS: Bool) throws -> UnsafeMutablePointer<MYSQL> {
            guard let connection = mysql_init(nil) else {
                throw SourceError(.unreachable, "Connecting to MySQL: no memory.", recovery: .retry(after: nil))
            }
            setOptions(connection, withTLS: withTLS)
            // A name to be verified has to be dialled as such: the library compares the certificate with what it dials.
            // A name that was bent to another address since it was checked fails by that comparison.
            let host = endpoint.tls == .verified ? endpoint.host : endpoint.address ?? endpoint.host
            let port = UInt32(endpoint.port == 0 ? 3306 : endpoint.port)
            let database = endpoint.database.isEmpty ? nil : endpoint.database
            guard
                mysql_real_connect(
                    connection, host, endpoint.user, endpoint.password?.revealed, database, port, nil, 0) != nil
            else {
                let error = MariaDBErrors.error(connection, endpoint, doing: "Connecting to MySQL")
                mysql_close(connection)
                throw error
            }
            return connection
        }

        private func setOptions(_ connection: UnsafeMutablePointer<MYSQL>, withTLS: Bool) {
            var connect = UInt32(clamping: max(endpoint.timeouts.connect.components.seconds, 1))
            var answer = UInt32(clamping: max(endpoint.timeouts.answer.components.seconds, 1))
            var tcp = MYSQL_PROTOCOL_TCP.rawValue
            var off: UInt32 = 0
            mysql_options(connection, MYSQL_OPT_CONNECT_TIMEOUT, &connect)
            mysql_options(connection, MYSQL_OPT_READ_TIMEOUT, &answer)
            mysql_options(connection, MYSQL_OPT_WRITE_TIMEOUT, &answer)
            mysql_options(connection, MYSQL_SET_CHARSET_NAME, "utf8mb4")
            // `localhost` would mean a socket file.
            mysql_options(connection, MYSQL_OPT_PROTOCOL, &tcp)
            // A hostile server could ask for files of this machine.
            mysql_options(connection, MYSQL_OPT_LOCAL_INFILE, &off)
            // A hostile server could ask for the password in the clear.
            mysql_options(connection, MARIADB_OPT_RESTRICTED_AUTH, Self.authentication)
            var enforce: my_bool = withTLS ? 1 : 0
            var verify: my_bool = endpoint.tls == .verified ? 1 : 0
            mysql_options(connection, MYSQL_OPT_SSL_ENFORCE, &enforce)
            mysql_options(connection, MYSQL_OPT_SSL_VERIFY_SERVER_CERT, &verify)
        }

        private static let authentication =
            "mysql_native_password,caching_sha2_password,sha256_password,client_ed25519"
    }
#endif
