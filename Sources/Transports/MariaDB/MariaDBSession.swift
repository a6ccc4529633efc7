#if MariaDB
    import CMariaDB
    import Columns
    import Foundation
    import Tributary

    /// One connection to MySQL or MariaDB through libmariadb.
    ///
    /// Statements are prepared and their rows come in the binary protocol, unbuffered: the client holds one row, the
    /// server no copy of the result.
    final class MariaDBSession: OpenableSession, @unchecked Sendable {
        // Proof of safety: everything but `interruption` is touched only on the connection's thread, and `interruption`
        // is behind a lock.
        let engine = DatabaseEngine.mysql
        private let endpoint: DatabaseEndpoint
        private var connection: UnsafeMutablePointer<MYSQL>?
        private var reader: MariaDBReader?
        private let interruption = Lock(Interruption())

        /// What another thread needs to stop a statement: the connection's number on the server.
        private struct Interruption {
            var threadID: UInt?
            var isCancelled = false
        }

        init(_ endpoint: DatabaseEndpoint) { self.endpoint = endpoint }

        deinit { close() }

        // MARK: Opening and closing

        func open() throws {
            let opened = try MariaDBLogin(endpoint).open()
            connection = opened
            interruption.withLock { $0.threadID = mysql_thread_id(opened) }
            // UTC, so that TIMESTAMP columns need no conversion; a long patience with us as a slow reader; quotes as in
            // the server's default mode whatever the server's configuration says.
            try execute("SET SESSION time_zone = '+00:00', net_write_timeout = 3600, sql_mode = ''")
            try execute("SET SESSION TRANSACTION READ ONLY")
        }

        func close() {
            abort()
            interruption.withLock { $0.threadID = nil }
            if let connection { mysql_close(connection) }
            connection = nil
        }

        func cancel() {
            interruption.withLock { $0.isCancelled = true }
            Thread.detachNewThread { [self] in kill() }
        }

        /// Stops the statement from a second connection, which is the only way that MySQL has.
        private func kill() {
            guard let id = interruption.withLock({ $0.threadID }) else { return }
            var endpoint = endpoint
            endpoint.timeouts.connect = min(endpoint.timeouts.connect, .seconds(5))
            guard let second = try? MariaDBLogin(endpoint).open() else { return }
            let text = "KILL QUERY \(id)"
            _ = mysql_real_query(second, text, UInt(text.utf8.count))
            mysql_close(second)
        }

        // MARK: Statements

        func begin(_ statement: SQLStatement, limits: BatchLimits) throws {
            abort()
            interruption.withLock { $0.isCancelled = false }
            guard let prepared = mysql_stmt_init(try live()) else {
                throw MariaDBErrors.error(try live(), endpoint, doing: "Preparing a statement for MySQL")
            }
            do {
                try prepare(prepared, statement)
                reader = try MariaDBReader(prepared, limits: limits)
            } catch {
                mysql_stmt_close(prepared)
                throw error
            }
        }

        private func prepare(_ prepared: UnsafeMutablePointer<MYSQL_STMT>, _ statement: SQLStatement) throws {
            let text = statement.text
            guard mysql_stmt_prepare(prepared, text, UInt(text.utf8.count)) == 0 else {
                throw MariaDBErrors.error(prepared, endpoint)
            }
            guard mysql_stmt_param_count(prepared) == UInt(statement.parameters.count) else {
                throw SourceError(
                    .unexpectedAnswer,
                    "Preparing a statement: \(statement.parameters.count) values do not fit its places.")
            }
            let parameters = MariaDBParameters(statement.parameters)
            defer { withExtendedLifetime(parameters) {} }
            guard mysql_stmt_bind_param(prepared, parameters.binds) == 0, mysql_stmt_execute(prepared) == 0 else {
                throw MariaDBErrors.error(prepared, endpoint)
            }
        }

        func nextBatch() throws -> Table? {
            guard let reader else { return nil }
            do {
                if let table = try reader.next() { return table }
            } catch is MariaDBFailure {
                let error = MariaDBErrors.error(reader.statement, endpoint)
                abort()
                throw error
            }
            abort()
            return nil
        }

        /// Closing a statement reads the rest of its rows, so the server is told to stop first.
        func abort() {
            guard let reader else { return }
            self.reader = nil
            if !reader.isFinished { kill() }
            reader.close()
        }

        func beginSnapshot() throws {
            try execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            try execute("START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY")
        }

        func endSnapshot() throws {
            abort()
            try execute("ROLLBACK")
        }

        private func execute(_ text: String) throws {
            let connection = try live()
            guard mysql_real_query(connection, text, UInt(text.utf8.count)) == 0 else {
                throw MariaDBErrors.error(connection, endpoint, doing: "Running a statement on MySQL")
            }
            if let result = mysql_store_result(connection) { mysql_free_result(result) }
        }

        private func live() throws -> UnsafeMutablePointer<MYSQL> {
            guard let connection else {
                throw SourceError(.unreachable, "Using a MySQL connection: it is closed.", recovery: .retry(after: nil))
            }
            return connection
        }
    }

    /// Says that the statement has an error to ask for.
    struct MariaDBFailure: Error {}
#endif
