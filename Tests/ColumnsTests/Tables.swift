import Columns
import Testing

/// A table of rows written as JSON.
func table(_ json: String, hints: [String: ColumnType] = [:], path: String = "") throws -> Table {
    var options = TableBuilder.Options()
    options.hints = hints
    let builder = TableBuilder(options)
    try builder.append(page: Array(json.utf8), rows: path)
    return builder.takeTable() ?? Table(schema: TableSchema(), columns: [], rowCount: 0)
}

/// A column called `v` of values written as JSON, spelled as given.
func column(_ values: [String], hint: ColumnType? = nil) throws -> Column {
    let page = "[" + values.map { "{\"v\":\($0)}" }.joined(separator: ",") + "]"
    return try #require(try table(page, hints: hint.map { ["v": $0] } ?? [:]).column("v"))
}

extension Column {
    /// All values, boxed.
    var boxed: [Value] { (0..<count).map { self[$0] } }
    /// Text of each value, nil for null.
    var texts: [String?] { boxed.map { if case .string(let text) = $0 { text } else { nil } } }
}

extension Table {
    /// All rows, boxed.
    var boxed: [[String: Value]] { (0..<rowCount).map { row($0) } }
}
