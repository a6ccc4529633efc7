import Columns
import Tributary

/// Sources that offer the tables of a list of their own, such as those of one company's database, whatever else there is.
enum FixedTables {
    static let table = "kit_plain"
    static let reason =
        "The source offers a fixed list of tables: an ordinary one that was made beside them, \(table), is not offered."

    /// The statement that makes an ordinary table in a schema; in the usual one without.
    static func making(in schema: String, _ engine: DatabaseEngine) -> String {
        let name = [schema, table].filter { !$0.isEmpty }.map { SQLText.quote($0, engine) }.joined(separator: ".")
        return "CREATE TABLE IF NOT EXISTS \(name) (id INTEGER NOT NULL PRIMARY KEY, note VARCHAR(20))"
    }
}

extension Bench {
    /// Ends a check that makes tables where the source offers none but its own. One that offers what others make and lost a
    /// table of an odd name offers the ordinary one.
    func demandFreeTables() async throws {
        let sql = try demandDatabase()
        let schemas = Set(["", sql.table.schema]).sorted()
        let upstream = try database(schemas.map { FixedTables.making(in: $0, sql.base.engine) })
        let offersIt = try await offered(upstream).contains { $0.name.hasSuffix(FixedTables.table) }
        if !offersIt { throw Verdicted(verdict: .notApplicable(FixedTables.reason)) }
    }
}
