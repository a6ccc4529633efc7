#if PostgreSQL
    import Columns
    import CPostgres
    import Tributary

    /// Reads the rows of a running `COPY … TO STDOUT (FORMAT binary)`.
    final class PostgresCopyReader: PostgresReader {
        private unowned let session: PostgresSession
        private let decoder: PostgresDecoder
        private let limits: BatchLimits
        private(set) var isFinished = false
        private var hasGivenTable = false

        init(_ session: PostgresSession, plan: PostgresPlan, limits: BatchLimits) {
            self.session = session
            self.limits = limits
            decoder = PostgresDecoder(plan, limits: limits)
        }

        func next() throws -> Table? {
            let connection = try session.live()
            while !isFinished, decoder.buffer.rowCount < limits.rows, decoder.byteCount < limits.bytes {
                var message: UnsafeMutablePointer<CChar>?
                let length = PQgetCopyData(connection, &message, 1)
                if length > 0 {
                    defer { PQfreemem(message) }
                    try decoder.read(UnsafeRawBufferPointer(start: message, count: Int(length)))
                } else if length == 0 {
                    try session.awaitInput()
                } else if length == -1 {
                    isFinished = true
                    try session.finishResults()
                } else {
                    throw PostgresErrors.lost(connection, session.endpoint)
                }
            }
            if decoder.buffer.rowCount == 0, hasGivenTable { return nil }
            hasGivenTable = true
            return decoder.finish()
        }
    }

    /// Reads the rows of any other statement, as text.
    final class PostgresTextReader: PostgresReader {
        private unowned let session: PostgresSession
        private let limits: BatchLimits
        private var buffer: BatchBuffer?
        private(set) var isFinished = false
        private var hasGivenTable = false

        init(_ session: PostgresSession, limits: BatchLimits) {
            self.session = session
            self.limits = limits
        }

        func next() throws -> Table? {
            var bytes = 0
            while !isFinished, (buffer?.rowCount ?? 0) < limits.rows, bytes < limits.bytes {
                guard let result = try session.awaitResult() else {
                    isFinished = true
                    break
                }
                defer { PQclear(result) }
                switch PQresultStatus(result) {
                case PGRES_SINGLE_TUPLE, PGRES_TUPLES_OK: bytes += take(result)
                case PGRES_COMMAND_OK, PGRES_EMPTY_QUERY: break
                default:
                    isFinished = true
                    let error = PostgresErrors.map(result, session.endpoint)
                    try? session.finishResults()
                    throw error
                }
            }
            if (buffer?.rowCount ?? 0) == 0, hasGivenTable { return nil }
            hasGivenTable = true
            return buffer?.finish() ?? Table(schema: TableSchema(), columns: [], rowCount: 0)
        }

        /// Adds the rows of a result; gives their bytes.
        private func take(_ result: OpaquePointer) -> Int {
            let buffer = buffer ?? makeBuffer(result)
            self.buffer = buffer
            var bytes = 0
            for tuple in 0..<PQntuples(result) {
                let row = buffer.beginRow()
                for column in 0..<buffer.columnCount {
                    let index = Int32(column)
                    if PQgetisnull(result, tuple, index) == 1 {
                        buffer.columns[column].setNull(row)
                    } else {
                        let value = UnsafeRawBufferPointer(
                            start: PQgetvalue(result, tuple, index), count: Int(PQgetlength(result, tuple, index)))
                        buffer.columns[column].set(row, repairing: value)
                        bytes += value.count
                    }
                }
                buffer.endRow()
            }
            return bytes
        }

        private func makeBuffer(_ result: OpaquePointer) -> BatchBuffer {
            let names = (0..<PQnfields(result)).map { String(cString: PQfname(result, $0)) }
            return BatchBuffer(names.map { ($0, .utf8) }, capacity: limits.firstCapacity)
        }
    }
#endif
