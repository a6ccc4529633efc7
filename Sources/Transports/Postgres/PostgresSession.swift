#if PostgreSQL
    import Columns
    import CPostgres
    import Foundation
    import Tributary

    /// One connection to PostgreSQL through libpq.
    ///
    /// Rows travel as `COPY (SELECT …) TO STDOUT (FORMAT binary)`, the cheapest way for client and server, and go
    /// straight into columns. Statements that are no queries, such as SHOW, come as text, row by row.
    final class PostgresSession: OpenableSession, @unchecked Sendable {
        // Proof of safety: everything but `cancelHandle` and `cancelFlag` is touched only on the connection's thread, and
        // those two are behind locks.
        let engine = DatabaseEngine.postgres
        let endpoint: DatabaseEndpoint
        private(set) var connection: OpaquePointer?
        private let cancelHandle = Lock(CancelHandle())
        private let cancelFlag = Lock(false)
        private var reader: (any PostgresReader)?
        private var typeNames: [UInt32: PostgresTypeKind] = [:]

        /// What another thread needs to stop a statement.
        private struct CancelHandle: @unchecked Sendable {
            // Proof of safety: libpq documents PQcancel as safe to call from another thread; the pointer is used and
            // freed under the lock that guards it.
            var pointer: OpaquePointer?
        }

        init(_ endpoint: DatabaseEndpoint) { self.endpoint = endpoint }

        deinit { close() }

        // MARK: Opening and closing

        func open() throws {
            let opened = try PostgresLogin(endpoint).open { [self] in isCancelled }
            connection = opened
            cancelHandle.withLock { $0.pointer = PQgetCancel(opened) }
            try execute(
                """
                \(serverSendsUTF8 ? "" : "SET client_encoding = 'SQL_ASCII';") \
                SET TimeZone = 'UTC'; SET DateStyle = 'ISO, MDY'; SET IntervalStyle = 'postgres'; \
                SET extra_float_digits = 1; SET default_transaction_read_only = on
                """)
        }

        func close() {
            reader = nil
            cancelHandle.withLock { handle in
                if let pointer = handle.pointer { PQfreeCancel(pointer) }
                handle.pointer = nil
            }
            if let connection { PQfinish(connection) }
            connection = nil
        }

        var isCancelled: Bool { cancelFlag.withLock { $0 } }

        /// Asks the server to stop. Runs on a thread of its own, for it opens a connection and waits for it.
        func cancel() {
            cancelFlag.withLock { $0 = true }
            Thread.detachNewThread { [self] in sendCancel() }
        }

        private func sendCancel() {
            cancelHandle.withLock { handle in
                guard let pointer = handle.pointer else { return }
                var message = [CChar](repeating: 0, count: 256)
                _ = PQcancel(pointer, &message, Int32(message.count))
            }
        }

        // MARK: Statements

        func begin(_ statement: SQLStatement, limits: BatchLimits) throws {
            abort()
            cancelFlag.withLock { $0 = false }
            let text = try PostgresText.substitute(statement, on: try live())
            if PostgresText.isQuery(text) {
                reader = try beginCopy(of: text, limits: limits)
            } else {
                reader = try beginRows(of: text, limits: limits)
            }
        }

        func nextBatch() throws -> Table? {
            guard let reader else { return nil }
            guard let table = try reader.next() else {
                self.reader = nil
                return nil
            }
            return table
        }

        func abort() {
            guard let reader else { return }
            self.reader = nil
            if !reader.isFinished { sendCancel() }
            drain()
        }

        func beginSnapshot() throws { try execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY") }

        func endSnapshot() throws {
            abort()
            try execute("ROLLBACK")
        }

        private func beginCopy(of text: String, limits: BatchLimits) throws -> PostgresCopyReader {
            let described = try describe(text)
            let plan = PostgresPlan(described, kinds: try kinds(of: described), isUTF8: serverSendsUTF8)
            let connection = try live()
            guard PQsendQuery(connection, "COPY (\(plan.wrap(text))) TO STDOUT (FORMAT binary)") == 1 else {
                throw PostgresErrors.lost(connection, endpoint)
            }
            guard let result = try awaitResult() else { throw PostgresErrors.lost(connection, endpoint) }
            defer { PQclear(result) }
            guard PQresultStatus(result) == PGRES_COPY_OUT else {
                let error = PostgresErrors.map(result, endpoint)
                drain()
                throw error
            }
            return PostgresCopyReader(self, plan: plan, limits: limits)
        }

        private func beginRows(of text: String, limits: BatchLimits) throws -> PostgresTextReader {
            let connection = try live()
            guard PQsendQuery(connection, text) == 1, PQsetSingleRowMode(connection) == 1 else {
                throw PostgresErrors.lost(connection, endpoint)
            }
            return PostgresTextReader(self, limits: limits)
        }

        /// Runs statements whose results do not matter.
        func execute(_ text: String) throws {
            let connection = try live()
            guard PQsendQuery(connection, text) == 1 else { throw PostgresErrors.lost(connection, endpoint) }
            try finishResults()
        }

        /// Takes the results that are left; throws the first error among them.
        func finishResults() throws {
            var failure: SourceError?
            while let result = try awaitResult() {
                let status = PQresultStatus(result)
                if failure == nil, status == PGRES_FATAL_ERROR || status == PGRES_BAD_RESPONSE {
                    failure = PostgresErrors.map(result, endpoint)
                }
                PQclear(result)
            }
            if let failure { throw failure }
        }

        /// Throws away what a statement that was given up still sends.
        private func drain() {
            guard let connection else { return }
            var buffer: UnsafeMutablePointer<CChar>?
            while PQgetCopyData(connection, &buffer, 0) > 0 { PQfreemem(buffer) }
            while let result = PQgetResult(connection) { PQclear(result) }
        }

        // MARK: Describing a query

        private func describe(_ text: String) throws -> [PostgresColumn] {
            let connection = try live()
            guard PQsendPrepare(connection, "", text, 0, nil) == 1 else {
                throw PostgresErrors.lost(connection, endpoint)
            }
            try finishResults()
            guard PQsendDescribePrepared(connection, "") == 1, let result = try awaitResult() else {
                throw PostgresErrors.lost(connection, endpoint)
            }
            defer { PQclear(result) }
            let columns = (0..<PQnfields(result)).map { index in
                PostgresColumn(
                    name: String(cString: PQfname(result, index)), type: PQftype(result, index),
                    modifier: PQfmod(result, index))
            }
            try finishResults()
            return columns
        }

        /// Which of the types that the decoder does not know are enums, arrays or rows.
        private func kinds(of columns: [PostgresColumn]) throws -> [UInt32: PostgresTypeKind] {
            let unknown = Set(columns.map(\.type)).filter { PostgresPlan.cell(for: $0) == nil && typeNames[$0] == nil }
            guard !unknown.isEmpty else { return typeNames }
            let list = unknown.map(String.init).joined(separator: ", ")
            let reader = try beginRows(
                of: "SELECT oid, typtype, typcategory FROM pg_catalog.pg_type WHERE oid IN (\(list))",
                limits: BatchLimits(rows: .max, bytes: .max))
            while let table = try reader.next() {
                for row in 0..<table.rowCount {
                    guard case .string(let oid) = table.columns[0][row], let number = UInt32(oid) else { continue }
                    typeNames[number] = PostgresTypeKind(type: table.columns[1][row], category: table.columns[2][row])
                }
            }
            return typeNames
        }

        /// False for a database in SQL_ASCII, which may hold any bytes: it is asked for them as they are.
        private var serverSendsUTF8: Bool {
            guard let connection, let encoding = PQparameterStatus(connection, "server_encoding") else { return false }
            return String(cString: encoding) != "SQL_ASCII"
        }

        // MARK: Waiting

        func live() throws -> OpaquePointer {
            guard let connection else {
                throw SourceError(
                    .unreachable, "Using a PostgreSQL connection: it is closed.", recovery: .retry(after: nil))
            }
            return connection
        }

        /// The next result of the running command; nil when there is none left.
        func awaitResult() throws -> OpaquePointer? {
            let connection = try live()
            while PQisBusy(connection) == 1 { try awaitInput() }
            return PQgetResult(connection)
        }

        /// Waits until the server has sent something and takes it in.
        func awaitInput() throws {
            let connection = try live()
            try PostgresWait(for: PQsocket(connection), timeout: endpoint.timeouts.answer)
                .wait(events: Int16(POLLIN), isCancelled: { self.isCancelled }) { self.sendCancel() }
            guard PQconsumeInput(connection) == 1 else { throw PostgresErrors.lost(connection, endpoint) }
        }
    }

    /// Hands over the rows of a running statement.
    protocol PostgresReader: AnyObject {
        /// Whether the server has nothing more to send for the statement.
        var isFinished: Bool { get }
        func next() throws -> Table?
    }
#endif
