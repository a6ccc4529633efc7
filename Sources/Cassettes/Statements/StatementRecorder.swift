import Columns
import Foundation
import Tributary

/// Connects to a real database and keeps each statement with its answer, as a ``StatementCassette``.
///
/// A statement that gives the same again is kept once; one that gives something else is kept again.
public final class StatementRecorder: DatabaseConnector {
    private let base: any DatabaseConnector
    private let kept: Lock<StatementCassette>
    private let name = Lock("source")

    /// - Parameter state: the state in which the database is.
    public init(_ base: any DatabaseConnector, engine: DatabaseEngine, state: String) {
        self.base = base
        kept = Lock(StatementCassette(engine: engine, state: state))
    }

    /// What was said so far.
    public var cassette: StatementCassette { kept.withLock { $0 } }

    /// From now on statements are kept under the name of a table.
    public func start(_ table: String) { name.withLock { $0 = table } }

    /// Connects, and keeps how that went.
    public func connect(to endpoint: DatabaseEndpoint) async throws -> any DatabaseConnection {
        do {
            let connection = try await base.connect(to: endpoint)
            keep(StatementCassette.Login(endpoint: endpoint.recorded))
            return RecordingConnection(base: connection, recorder: self)
        } catch let error as SourceError {
            keep(
                StatementCassette.Login(endpoint: endpoint.recorded, failure: StatementCassette.Failure(error)))
            throw error
        }
    }

    private func keep(_ login: StatementCassette.Login) {
        kept.withLock { cassette in
            let isKnown = cassette.logins.contains { $0.endpoint == login.endpoint && $0.failure == login.failure }
            if !isKnown { cassette.logins.append(login) }
        }
    }

    fileprivate func keep(_ statement: SQLStatement, _ answer: StatementCassette.Answer) {
        let key = StatementKey(statement)
        let table = name.withLock { $0 }
        kept.withLock { cassette in
            let same = cassette.records.filter { StatementKey($0.statement) == key }
            if let last = same.last, last.answer.isSame(as: answer, by: statement) { return }
            let name = "\(table)-\(key.digest)\(same.isEmpty ? "" : "-\(same.count + 1)")"
            cassette.records.append(StatementCassette.Record(name: name, statement: statement, answer: answer))
        }
    }
}

/// A connection whose answers are kept.
private struct RecordingConnection: DatabaseConnection {
    let base: any DatabaseConnection
    let recorder: StatementRecorder

    var engine: DatabaseEngine { base.engine }

    func query(_ statement: SQLStatement) async throws -> Table {
        do {
            let table = try await base.query(statement)
            recorder.keep(statement, .table(table))
            return table
        } catch let error as SourceError {
            recorder.keep(statement, .failure(StatementCassette.Failure(error)))
            throw error
        }
    }

    func stream(
        _ statement: SQLStatement, maxRows: Int, maxBytes: Int, into body: (Table) async throws -> Void
    ) async throws {
        let whole = try await query(statement)
        try await whole.handOver(maxRows: maxRows, into: body)
    }

    func withSnapshot<Result: Sendable>(_ body: () async throws -> Result) async throws -> Result {
        try await base.withSnapshot(body)
    }

    func close() async { await base.close() }
}

extension Table {
    /// Hands the rows over as a stream of a database does: at least one table.
    package func handOver(maxRows: Int, into body: (Table) async throws -> Void) async throws {
        var start = 0
        repeat {
            let end = min(start + max(maxRows, 1), rowCount)
            try await body(slice(start..<end))
            start = end
        } while start < rowCount
    }
}

extension StatementKey {
    /// Eight digits that tell statements of a cassette apart in its names.
    fileprivate var digest: String {
        let values = parameters.map { StatementCells.parameter($0) }.map { "\($0.type) \($0.value.text)" }
        // FNV-1a, 32 bits: http://www.isthe.com/chongo/tech/comp/fnv/
        let hash = (text + "\n" + values.joined(separator: "\n")).utf8.reduce(into: UInt32(2_166_136_261)) {
            $0 = ($0 ^ UInt32($1)) &* 16_777_619
        }
        let digits = String(hash, radix: 16)
        return String(repeating: "0", count: 8 - digits.count) + digits
    }
}
