import Columns
import TestSupport
import Testing

@testable import Tributary

@Suite struct SQLReaderTests {
    /// Answers catalogue queries for one table, and dies when it has to sort.
    private final class DyingDatabase: DatabaseConnector, DatabaseConnection {
        let statements = Lock<[String]>([])
        private let hasIndex: Bool
        let engine = DatabaseEngine.sqlite

        init(hasIndex: Bool) { self.hasIndex = hasIndex }

        func connect(to endpoint: DatabaseEndpoint) async throws -> any DatabaseConnection { self }
        func close() async {}
        func withSnapshot<Result: Sendable>(_ body: () async throws -> Result) async throws -> Result {
            try await body()
        }

        func query(_ statement: SQLStatement) async throws -> Table {
            switch statement.text {
            case "columns":
                return Self.table(["table_name", "column_name", "type", "is_nullable"], [["t", "a", "int", "0"]])
            case "indexes" where hasIndex:
                return Self.table(["table_name", "index_name", "column_name"], [["t", "by_a", "a"]])
            default: return Self.table(["n"], [])
            }
        }

        func stream(
            _ statement: SQLStatement, maxRows: Int, maxBytes: Int, into body: (Table) async throws -> Void
        ) async throws {
            statements.withLock { $0.append(statement.text) }
            guard statement.text.contains("FORCE INDEX") else {
                throw SourceError(.upstreamFailure, "The sort ran out of memory.", recovery: .retry(after: nil))
            }
            try await body(Self.table(["a"], [["1"]]))
        }

        private static func table(_ names: [String], _ rows: [[String]]) -> Table {
            let columns = names.indices.map { index in
                var builder = ColumnBuilder(.utf8)
                for row in rows { builder.append(string: row[index]) }
                return builder.finish()
            }
            return Table(schema: TableSchema(names.map { Field($0, .utf8) }), columns: columns, rowCount: rows.count)
        }
    }

    private struct DyingSource: SQLSource {
        static let description = SourceDescription(
            type: "Dying", label: "Dying", category: .databases, docs: "https://example.com")
        static let dialect: any SQLDialect = PlainDialect()
        struct Config: FormFields {}
        func database(for config: Config) throws -> SQLDatabase {
            SQLDatabase(endpoint: DatabaseEndpoint(engine: .sqlite, host: "x"), schema: "")
        }
    }

    private func read(_ database: DyingDatabase) async throws -> Int {
        let inputs = SourceInputs(schema: "t", syncType: .append, cursorField: .integer("a"))
        let response = try await DyingSource().read(inputs, with: .init(), in: .testing(databases: database))
        let rows = Lock(0)
        try await response.items.run(
            into: Emitter { item, _ in
                if case .table(let table) = item { rows.withLock { $0 += table.rowCount } }
            })
        return rows.withLock { $0 }
    }

    @Test("a query that dies while sorting is tried once more along the index on the cursor")
    func forcedIndex() async throws {
        let database = DyingDatabase(hasIndex: true)
        #expect(try await read(database) == 1)
        #expect(
            database.statements.withLock { $0 } == [
                #"SELECT "a" FROM "t" ORDER BY "a""#, #"SELECT "a" FROM "t" FORCE INDEX ("by_a") ORDER BY "a""#,
            ])
    }

    @Test("without such an index the error is final and says what to do")
    func noIndex() async throws {
        let error = await #expect(throws: SourceError.self) { try await read(DyingDatabase(hasIndex: false)) }
        #expect(error?.recovery == .stop)
        #expect(error?.advice?.contains("Add an index on 'a'") == true)
    }
}
