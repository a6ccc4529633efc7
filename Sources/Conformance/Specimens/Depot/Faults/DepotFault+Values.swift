import Columns
import Tributary

// What becomes of values.
extension DepotFault {
    static let values: [DepotFault] = [
        DepotFault(
            "database-session-zone-shifts-values", "Takes the server's offset off times, in increments alone.", .field
        ) { bend in
            bend.rows = { table, page, _ in
                guard page.isIncrement else { return table }
                return table.mapping { name, value in
                    guard case .timestamp(let micros) = value, name != page.cursor?.name else { return value }
                    return .timestamp(micros - 5 * 3_600_000_000)
                }
            }
        },
        DepotFault(
            "charset-differs-between-read-paths", "Reads the bytes of texts as Latin-1, in increments alone.", .field
        ) { bend in
            bend.rows = { table, page, _ in
                guard page.isIncrement else { return table }
                return table.mapping { _, value in
                    guard case .string(let text) = value else { return value }
                    return .string(String(String.UnicodeScalarView(text.utf8.map { Unicode.Scalar($0) })))
                }
            }
        },
        DepotFault("year-outside-carrier-range", "Fails at a moment whose year has not four digits.", .field) { bend in
            bend.rows = { table, _, _ in
                for field in table.schema.fields where field.type == .timestamp || field.type == .date32 {
                    let values = (0..<table.rowCount).map { TableDiff.text(table.column(field.name)?[$0] ?? .null) }
                    guard values.allSatisfy({ $0 == "null" || $0.prefix { $0 != "-" }.count == 4 }) else {
                        throw SourceError(.unexpectedAnswer, "Reading a date: its year is out of range.")
                    }
                }
                return table
            }
        },
        DepotFault("nul-character-in-text", "Ends a text at its first NUL, as C does.", .field) { bend in
            bend.rows = { table, _, _ in
                table.mapping { _, value in
                    guard case .string(let text) = value else { return value }
                    return .string(String(text.unicodeScalars.prefix { $0 != "\0" }.map(Character.init)))
                }
            }
        },
        DepotFault("columns-taken-by-position", "Names the columns of later pages by their places.", .kit) { bend in
            bend.usesSnapshot = false
            bend.whole = { reader, connection, emit in
                let page = DepotReader.firstPage(reader.table, reader.inputs, reader.config)
                let names = page.columns
                for number in 0... {
                    let order = page.order.isEmpty ? "" : " ORDER BY \(page.order.joined(separator: ", "))"
                    let bounds = page.conditions.map { "(\($0.text))" }.joined(separator: " AND ")
                    let filter = bounds.isEmpty ? "" : " WHERE \(bounds)"
                    let statement = SQLStatement(
                        "SELECT * FROM \(page.quote(page.table.name))\(filter)\(order) LIMIT 4 OFFSET \(number * 4)",
                        page.conditions.flatMap(\.parameters))
                    let found = try await connection.query(statement)
                    if found.rowCount == 0 { return }
                    let fields = zip(names, found.schema.fields).map { Field($0, $1.type) }
                    let table = Table(
                        schema: TableSchema(fields), columns: Array(found.columns.prefix(fields.count)),
                        rowCount: found.rowCount)
                    try await emit(.table(table))
                }
            }
        },
    ]
}

extension Table {
    /// The table with other values of the same types.
    func mapping(_ change: (String, Value) -> Value) -> Table {
        let columns = zip(schema.fields, columns).map { field, column -> Column in
            var builder = ColumnBuilder(field.type)
            for index in 0..<rowCount {
                switch change(field.name, column[index]) {
                case .null: builder.appendNull()
                case .bool(let flag): builder.append(bool: flag)
                case .int(let number): builder.append(int: number)
                case .double(let number): builder.append(double: number)
                case .decimal(let number): builder.append(unscaled: number.unscaled)
                case .string(let text): builder.append(string: text)
                case .binary(let bytes): builder.append(bytes: bytes)
                case .date(let days): builder.append(int: Int64(days))
                case .timestamp(let micros): builder.append(int: micros)
                }
            }
            return builder.finish()
        }
        return Table(schema: schema, columns: columns, rowCount: rowCount)
    }
}
