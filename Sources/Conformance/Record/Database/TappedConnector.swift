import Tributary

/// Remembers where a source connects to.
final class TappedConnector: DatabaseConnector {
    private let inner: any DatabaseConnector
    private let seen = Lock<DatabaseEndpoint?>(nil)

    init(_ inner: any DatabaseConnector) { self.inner = inner }

    /// The last endpoint that answered.
    var endpoint: DatabaseEndpoint? { seen.withLock { $0 } }

    func connect(to endpoint: DatabaseEndpoint) async throws -> any DatabaseConnection {
        let connection = try await inner.connect(to: endpoint)
        seen.withLock { $0 = endpoint }
        return connection
    }
}

extension DatabaseConnection {
    /// A column of each row, as text; a null is an empty text.
    func texts(_ query: String, column: Int = 0) async throws -> [String] {
        let table = try await self.query(SQLStatement(query))
        guard table.schema.names.indices.contains(column) else { return [] }
        let name = table.schema.names[column]
        return (0..<table.rowCount).map { index in
            let value = table.row(index)[name] ?? .null
            if case .string(let text) = value { return text }
            return value == .null ? "" : TableDiff.text(value)
        }
    }
}
