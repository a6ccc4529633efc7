import Columns
import Tributary

// How the database is connected to, asked for its consent, and emptied.
extension DepotFault {
    static let manners: [DepotFault] = [
        DepotFault("database-without-encryption", "Connects to a server without TLS, and asks nobody.", .kit) { bend in
            bend.endpoint = { endpoint in
                endpoint.engine = .postgres
                endpoint.tls = .disabled
            }
        },
        DepotFault("database-waited-for-without-end", "Waits ten days for an answer.", .kit) { bend in
            bend.endpoint = { $0.timeouts.answer = .seconds(864_000) }
        },
        DepotFault("database-table-not-asked-for", "Asks nothing of the table when a validation is about one.", .kit) {
            $0.validation = { _ in "SELECT 1 AS one" }
        },
        DepotFault("one-database-table-asked-for-all", "Asks for the goods when the connection is validated.", .kit) {
            $0.validation = { "SELECT 1 AS one FROM \(DatabaseEngine.sqlite.quoted($0 ?? "goods")) WHERE 1 = 0" }
        },
        DepotFault("validation-reads-a-database-table", "Takes all rows of a table to see whether it may.", .kit) {
            $0.validation = { "SELECT * FROM \(DatabaseEngine.sqlite.quoted($0 ?? "goods"))" }
        },
        DepotFault("validation-counts-a-database-table", "Counts the rows of a table to see whether it may.", .kit) {
            $0.validation = { "SELECT count(*) AS one FROM \(DatabaseEngine.sqlite.quoted($0 ?? "goods"))" }
        },
        DepotFault("table-listed-that-is-not-there", "Offers a table that has been dropped.", .kit) { bend in
            bend.listedBesides = [SourceSchema("returns", primaryKeys: ["id"])]
        },
        DepotFault("one-row-a-fetch", "Fetches row by row.", .kit) { bend in
            bend.page = { $0.limit = nil }
            bend.fetchRows = 1
        },
        DepotFault("gigabytes-a-fetch", "Lets a fetch be as large as four gigabytes.", .kit) { bend in
            bend.fetchBytes = 4 << 30
        },
        DepotFault("whole-numbers-cast-to-doubles", "Makes doubles of whole numbers that are no keys.", .kit) { bend in
            bend.rows = { table, page, _ in
                let kept = Set(page.table.keys + [page.cursor?.name].compactMap { $0 })
                return table.castingToDoubles { $0.type == .int64 && !kept.contains($0.name) }
            }
        },
        DepotFault("computed-columns-left-out", "Takes no columns that the engine computes.", .kit) { bend in
            bend.catalogue = { $0.columns.removeAll(where: \.isComputed) }
        },
        DepotFault("days-cast-to-moments", "Makes moments of days that are no cursor.", .kit) { bend in
            bend.rows = { table, page, _ in
                table.castingToMoments { $0.type == .date32 && $0.name != page.cursor?.name }
            }
        },
    ]
}

extension Table {
    /// The table with some days as their midnights.
    fileprivate func castingToMoments(_ isCast: (Field) -> Bool) -> Table {
        var fields = schema.fields
        var columns = columns
        for index in fields.indices where isCast(fields[index]) {
            var builder = ColumnBuilder(.timestamp)
            for row in 0..<rowCount {
                if case .date(let days) = columns[index][row] {
                    builder.append(int: Int64(days) * 86_400_000_000)
                } else {
                    builder.appendNull()
                }
            }
            columns[index] = builder.finish()
            fields[index] = Field(fields[index].name, .timestamp)
        }
        return Table(schema: TableSchema(fields), columns: columns, rowCount: rowCount)
    }

    /// The table with some columns as doubles.
    fileprivate func castingToDoubles(_ isCast: (Field) -> Bool) -> Table {
        var fields = schema.fields
        var columns = columns
        for index in fields.indices where isCast(fields[index]) {
            var builder = ColumnBuilder(.float64)
            for row in 0..<rowCount {
                if case .int(let number) = columns[index][row] {
                    builder.append(double: Double(number))
                } else {
                    builder.appendNull()
                }
            }
            columns[index] = builder.finish()
            fields[index] = Field(fields[index].name, .float64)
        }
        return Table(schema: TableSchema(fields), columns: columns, rowCount: rowCount)
    }
}
