#if PostgreSQL
    import CPostgres
    import Foundation
    import Tributary

    /// Opens a connection within a time limit.
    struct PostgresLogin {
        private let endpoint: DatabaseEndpoint

        init(_ endpoint: DatabaseEndpoint) { self.endpoint = endpoint }

        /// - Throws: `SourceError`: `unreachable`, `invalidCredentials`, `notFound` (database), `timedOut`.
        func open(isCancelled: () -> Bool) throws -> OpaquePointer {
            guard !endpoint.host.contains(where: { $0 == "," || $0 == "/" || $0 == "@" || $0.isWhitespace }) else {
                throw SourceError(
                    .invalidConfig, "Connecting to PostgreSQL: the host is not one name or address.",
                    advice: "Give one host, without port or path.")
            }
            guard let connection = start() else {
                throw SourceError(.unreachable, "Connecting to PostgreSQL: no memory.", recovery: .retry(after: nil))
            }
            do {
                try finish(connection, isCancelled: isCancelled)
                return connection
            } catch {
                PQfinish(connection)
                throw error
            }
        }

        /// Every setting is given, so that neither environment nor files of the machine add to them.
        private var settings: [(String, String)] {
            var settings = [
                ("host", endpoint.host), ("port", String(endpoint.port == 0 ? 5432 : endpoint.port)),
                ("dbname", endpoint.database), ("user", endpoint.user), ("sslmode", sslMode),
                ("client_encoding", "UTF8"), ("application_name", "tributary"), ("passfile", "/dev/null/none"),
                ("gssencmode", "disable"), ("target_session_attrs", "any"), ("keepalives", "1"),
                ("keepalives_idle", "60"), ("options", "-c client_min_messages=warning"),
            ]
            if let address = endpoint.address { settings.append(("hostaddr", address)) }
            if let password = endpoint.password { settings.append(("password", password.revealed)) }
            return settings
        }

        private var sslMode: String {
            switch endpoint.tls {
            case .disabled: "disable"
            case .preferred: "prefer"
            case .required: "require"
            case .verified: "verify-full"
            }
        }

        private func start() -> OpaquePointer? {
            let keywords = settings.map { strdup($0.0) }
            let values = settings.map { strdup($0.1) }
            defer { for pointer in keywords + values { free(pointer) } }
            let keywordList = keywords.map { UnsafePointer($0) } + [nil]
            let valueList = values.map { UnsafePointer($0) } + [nil]
            let connection = PQconnectStartParams(keywordList, valueList, 0)
            // So that a refusal carries its SQLSTATE, whatever the language of the server's messages.
            if let connection { _ = PQsetErrorVerbosity(connection, PQERRORS_VERBOSE) }
            return connection
        }

        private func finish(_ connection: OpaquePointer, isCancelled: () -> Bool) throws {
            let start = ContinuousClock.now
            var step = PGRES_POLLING_WRITING
            while step == PGRES_POLLING_WRITING || step == PGRES_POLLING_READING {
                if PQstatus(connection) == CONNECTION_BAD { break }
                let rest = endpoint.timeouts.connect - (ContinuousClock.now - start)
                do {
                    try PostgresWait(for: PQsocket(connection), timeout: max(rest, .zero)).wait(
                        events: Int16(step == PGRES_POLLING_READING ? POLLIN : POLLOUT), isCancelled: isCancelled,
                        onTimeout: {})
                } catch let error as SourceError where error.kind == .timedOut {
                    throw PostgresErrors.unreachable(endpoint, "no answer in time")
                }
                step = PQconnectPoll(connection)
            }
            guard step == PGRES_POLLING_OK else { throw PostgresErrors.refusedLogin(connection, endpoint) }
            _ = PQsetErrorVerbosity(connection, PQERRORS_DEFAULT)
            PQsetNoticeProcessor(connection, { _, _ in }, nil)
        }
    }
#endif
