import Columns
import Tributary

/// Answers what a ``StatementCassette`` holds, and nothing else.
///
/// A statement that was kept more than once gives its answers in their order, and the last of them from then on.
public struct StatementReplay: DatabaseConnector {
    private let cassette: StatementCassette
    private let records: [StatementKey: [StatementCassette.Record]]
    private let place: String
    private let served = Lock<[StatementKey: Int]>([:])

    /// - Parameter place: the scenario and state, for messages, such as `postgres/shop at t0`.
    public init(_ cassette: StatementCassette, place: String) {
        self.cassette = cassette
        self.place = place
        records = Dictionary(grouping: cassette.records) { StatementKey($0.statement) }
    }

    /// Connects where the cassette says that somebody could.
    ///
    /// - Throws: what was recorded; `SourceError` of kind `unmatchedRequest` for another endpoint.
    public func connect(to endpoint: DatabaseEndpoint) async throws -> any DatabaseConnection {
        let wanted = endpoint.recorded
        guard endpoint.engine == cassette.engine, let login = cassette.logins.first(where: { $0.endpoint == wanted })
        else {
            let known = cassette.logins.map { Self.shown($0.endpoint) }.joined(separator: "; ")
            throw SourceError(
                .unmatchedRequest,
                "Connecting to \(Self.shown(wanted)): \(place) recorded \(known.isEmpty ? "no connection" : known).")
        }
        if let failure = login.failure { throw failure.error }
        return ReplayedConnection(replay: self)
    }

    /// An endpoint without its password.
    private static func shown(_ endpoint: JSONObject) -> String {
        endpoint.members.map { "\($0.name) \($0.name == "password" ? Secret.mask : $0.value.text)" }
            .joined(separator: ", ")
    }

    fileprivate var engine: DatabaseEngine { cassette.engine }

    fileprivate func answer(_ statement: SQLStatement) throws -> Table {
        let key = StatementKey(statement)
        guard let known = records[key] else { throw missing(key) }
        let index = served.withLock { served in
            defer { served[key, default: 0] += 1 }
            return min(served[key] ?? 0, known.count - 1)
        }
        switch known[index].answer {
        case .table(let table): return table
        case .failure(let failure): throw failure.error
        }
    }

    private func missing(_ key: StatementKey) -> SourceError {
        let parameters = key.parameters.map { StatementCells.json($0).text }.joined(separator: ", ")
        var text = "Asking \(place): the statement is not in the cassette.\n    sent      \(key.text)"
        if !parameters.isEmpty { text += "\n    with      \(parameters)" }
        if let nearest = nearest(to: key) {
            let known = nearest.statement.parameters.map { StatementCells.json($0).text }.joined(separator: ", ")
            text += "\n    nearest   \(nearest.name): \(StatementKey.folded(nearest.statement.text))"
            if !known.isEmpty { text += "\n    with      \(known)" }
        }
        return SourceError(
            .unmatchedRequest, text,
            advice: "Where the statement is right, derive the cassette anew on a server: tributary fixtures derive.")
    }

    /// The record that has the most of its text's beginning in common, and the most parameters.
    private func nearest(to key: StatementKey) -> StatementCassette.Record? {
        cassette.records.max { rank($0, key) < rank($1, key) }
    }

    private func rank(_ record: StatementCassette.Record, _ key: StatementKey) -> (Int, Int) {
        let other = StatementKey(record.statement)
        let common = zip(other.text.utf8, key.text.utf8).prefix { $0 == $1 }.count
        return (common, zip(other.parameters, key.parameters).count { $0 == $1 })
    }
}

/// A connection to a cassette.
private struct ReplayedConnection: DatabaseConnection {
    let replay: StatementReplay

    var engine: DatabaseEngine { replay.engine }
    func query(_ statement: SQLStatement) async throws -> Table { try replay.answer(statement) }

    func stream(
        _ statement: SQLStatement, maxRows: Int, maxBytes: Int, into body: (Table) async throws -> Void
    ) async throws {
        try await replay.answer(statement).handOver(maxRows: maxRows, into: body)
    }

    /// A cassette holds one state, which nobody changes.
    func withSnapshot<Result: Sendable>(_ body: () async throws -> Result) async throws -> Result {
        try await body()
    }

    func close() async {}
}
