import Columns
import Tributary

/// Watches a source's talk with its database: logs each statement with its parameters, counts steps and what is open,
/// and stops a run that asks without end.
struct LabDatabaseConnector: DatabaseConnector {
    let base: any DatabaseConnector
    let log: EventLog
    let steps: StepCounter
    let limit: Int

    func connect(to endpoint: DatabaseEndpoint) async throws -> any DatabaseConnection {
        try Task.checkCancellation()
        try steps.pass(.request)
        log.databases.asked(for: endpoint)
        let connection = try await base.connect(to: endpoint)
        let number = log.databases.opened()
        log.append(.log("database: connection \(number) opened"))
        return LabDatabaseConnection(base: connection, watch: self, number: number)
    }

    /// Logs a statement before it is sent; gives its index.
    fileprivate func send(
        _ statement: SQLStatement, on connection: Int, pieces: LoggedStatement.Pieces?
    ) throws -> Int {
        try Task.checkCancellation()
        try steps.pass(.request)
        let index = log.databases.sent(statement, on: connection, pieces: pieces)
        log.append(.statement(statement))
        if index >= limit { throw LabBudgetExceeded(what: "\(index) statements", limit: "\(limit)") }
        return index
    }
}

/// A connection whose use is counted.
private struct LabDatabaseConnection: DatabaseConnection {
    let base: any DatabaseConnection
    let watch: LabDatabaseConnector
    let number: Int

    private var ledger: DatabaseLedger { watch.log.databases }
    var engine: DatabaseEngine { base.engine }

    func query(_ statement: SQLStatement) async throws -> Table {
        let index = try watch.send(statement, on: number, pieces: nil)
        let table = try await base.query(statement)
        ledger.received(table, of: index)
        try watch.steps.pass(.response)
        return table
    }

    func stream(
        _ statement: SQLStatement, maxRows: Int, maxBytes: Int, into body: (Table) async throws -> Void
    ) async throws {
        let pieces = LoggedStatement.Pieces(rows: maxRows, bytes: maxBytes)
        let index = try watch.send(statement, on: number, pieces: pieces)
        ledger.cursor(1)
        defer { ledger.cursor(-1) }
        try await base.stream(statement, maxRows: maxRows, maxBytes: maxBytes) { table in
            ledger.received(table, of: index)
            try watch.steps.pass(.response)
            try await body(table)
            try watch.steps.pass(.request)
        }
    }

    func withSnapshot<Result: Sendable>(_ body: () async throws -> Result) async throws -> Result {
        try watch.steps.pass(.request)
        return try await base.withSnapshot {
            ledger.snapshot(1, on: number)
            defer { ledger.snapshot(-1, on: number) }
            return try await body()
        }
    }

    func close() async {
        await base.close()
        if ledger.closed(number) { watch.log.append(.log("database: connection \(number) closed")) }
    }
}

/// A statement as it was sent, and what came of it.
public struct LoggedStatement: Sendable, CustomStringConvertible {
    public var index: Int
    public var statement: SQLStatement
    /// The connection's number, from 1.
    public var connection: Int
    /// Whether it was sent inside a read-only snapshot.
    public var isInSnapshot: Bool
    /// How large a piece of its result may be that is fetched at once.
    public struct Pieces: Sendable {
        public var rows: Int
        public var bytes: Int
    }

    /// The pieces that were asked for; nil where the whole result was held at once.
    public var pieces: Pieces?
    /// Whether its whole result was held at once.
    public var holdsAll: Bool { pieces == nil }
    /// Rows that came of it so far.
    public var rows = 0
    /// The first rows that came of it.
    var firstRows: Table?
    /// The values of its only row so far; nil where there is none, or more than one.
    var onlyRow: String? {
        guard rows == 1, let firstRows else { return nil }
        return firstRows.columns.map { TableDiff.text($0[0]) }.joined(separator: ", ")
    }
    /// The rows of the largest piece that was held at once.
    public var largestPiece = 0

    public var description: String { Self.text(statement) }

    static func text(_ statement: SQLStatement) -> String {
        let text = statement.text.split(whereSeparator: \.isNewline).map { $0.drop(while: \.isWhitespace) }
            .joined(separator: " ")
        let values = statement.parameters.map(TableDiff.text).joined(separator: ", ")
        return values.isEmpty ? text : "\(text)  [\(values)]"
    }
}

/// What a run did to its database: statements, and what is open.
public final class DatabaseLedger: Sendable {
    private struct State {
        var statements: [LoggedStatement] = []
        var endpoints: [DatabaseEndpoint] = []
        var connections = 0
        var open: Set<Int> = []
        var cursors = 0
        var snapshots: [Int: Int] = [:]
        var rows = 0
    }

    private let state = Lock(State())

    public init() {}

    public var statements: [LoggedStatement] { state.withLock { $0.statements } }
    /// Numbers of the connections that were not closed.
    public var openConnections: [Int] { state.withLock { $0.open.sorted() } }
    /// All connections that were opened.
    public var connections: Int { state.withLock { $0.connections } }
    /// What was asked to be connected to, in order.
    public var endpoints: [DatabaseEndpoint] { state.withLock { $0.endpoints } }
    /// Results that are still being read.
    public var openCursors: Int { state.withLock { $0.cursors } }
    /// Snapshots that are still held.
    public var openSnapshots: Int { state.withLock { $0.snapshots.values.reduce(0, +) } }
    /// Rows that the engine has given.
    public var rows: Int { state.withLock { $0.rows } }

    func asked(for endpoint: DatabaseEndpoint) { state.withLock { $0.endpoints.append(endpoint) } }

    func opened() -> Int {
        state.withLock { state in
            state.connections += 1
            state.open.insert(state.connections)
            return state.connections
        }
    }

    func closed(_ connection: Int) -> Bool { state.withLock { $0.open.remove(connection) != nil } }

    func sent(_ statement: SQLStatement, on connection: Int, pieces: LoggedStatement.Pieces?) -> Int {
        state.withLock { state in
            let index = state.statements.count
            let isInSnapshot = (state.snapshots[connection] ?? 0) > 0
            state.statements.append(
                LoggedStatement(
                    index: index, statement: statement, connection: connection, isInSnapshot: isInSnapshot,
                    pieces: pieces))
            return index
        }
    }

    func received(_ table: Table, of index: Int) {
        state.withLock { state in
            state.rows += table.rowCount
            state.statements[index].rows += table.rowCount
            // Of more rows than one nobody asks what they were.
            state.statements[index].firstRows = state.statements[index].rows == 1 ? table : nil
            let largest = state.statements[index].largestPiece
            state.statements[index].largestPiece = max(largest, table.rowCount)
        }
    }

    func cursor(_ change: Int) { state.withLock { $0.cursors += change } }
    func snapshot(_ change: Int, on connection: Int) {
        state.withLock { $0.snapshots[connection, default: 0] += change }
    }
}
