import Columns
import Tributary

/// The rows of a table as literals, followed through the statements of seeds as this recorder writes them.
struct SeedRows: Equatable {
    /// Quoted names, in the order of the literals.
    private(set) var columns: [String] = []
    private(set) var rows: [[String]] = []

    /// The rows that are to be.
    init(_ rows: [JSONObject], of table: SQLTableFacts, _ engine: DatabaseEngine) {
        let given = table.columns.filter { !$0.isGenerated || table.isView }
        columns = given.map { SQLText.quote($0.name, engine) }
        self.rows = rows.map { row in
            given.map { SQLText.literal(row[$0.name] ?? .null, of: $0, engine) }
        }
    }

    /// The rows that seeds leave in a table, by its quoted name; nil where a statement changes them in another way than
    /// this recorder's.
    init?(of table: String, in seeds: String) {
        for statement in SQLPieces.split(seeds, at: ";") {
            guard let verb = statement.split(whereSeparator: \.isWhitespace).first?.uppercased() else { continue }
            guard ["INSERT", "UPDATE", "DELETE", "TRUNCATE", "COPY", "MERGE", "REPLACE", "WITH"].contains(verb),
                statement.contains(table)
            else { continue }
            guard apply(statement, to: table) else { return nil }
        }
    }

    /// Statements that lead from these rows to others; nil where rows cannot be told apart by the key, or the columns are
    /// others.
    func changes(to other: SeedRows, of table: String, key: [String]) -> [String]? {
        let places = key.compactMap { columns.firstIndex(of: $0) }
        guard columns == other.columns, !key.isEmpty, places.count == key.count else { return nil }
        func identity(_ row: [String]) -> [String] { places.map { row[$0] } }
        let before = Dictionary(rows.map { (identity($0), $0) }) { first, _ in first }
        let after = Dictionary(other.rows.map { (identity($0), $0) }) { first, _ in first }
        guard before.count == rows.count, after.count == other.rows.count else { return nil }
        func place(_ row: [String]) -> String {
            zip(key, identity(row)).map { "\($0) = \($1)" }.joined(separator: " AND ")
        }
        let gone = rows.filter { after[identity($0)] == nil }.map { "DELETE FROM \(table) WHERE \(place($0));" }
        let changed = other.rows.compactMap { row -> String? in
            guard let old = before[identity(row)], old != row else { return nil }
            let set = columns.indices.filter { old[$0] != row[$0] }.map { "\(columns[$0]) = \(row[$0])" }
            return "UPDATE \(table) SET \(set.joined(separator: ", ")) WHERE \(place(row));"
        }
        return gone + changed
    }

    /// The places of rows that these do not have, by the key.
    func added(in other: SeedRows, key: [String]) -> [Int] {
        let places = key.compactMap { columns.firstIndex(of: $0) }
        let known = Set(rows.map { row in places.map { row[$0] } })
        return other.rows.indices.filter { index in !known.contains(places.map { other.rows[index][$0] }) }
    }

    // MARK: Statements

    private mutating func apply(_ statement: String, to table: String) -> Bool {
        if statement == "DELETE FROM \(table)" {
            rows = []
            return true
        }
        if let rest = statement.after("INSERT INTO \(table) (") { return insert(rest) }
        if let rest = statement.after("DELETE FROM \(table) WHERE ") {
            guard let wanted = conditions(rest) else { return false }
            rows.removeAll { row in wanted.allSatisfy { row[$0.key] == $0.value } }
            return true
        }
        guard let rest = statement.after("UPDATE \(table) SET ") else { return false }
        let parts = SQLPieces.split(rest, at: " WHERE ")
        guard parts.count == 2, let values = pairs(SQLPieces.split(parts[0], at: ", ")),
            let wanted = conditions(parts[1])
        else { return false }
        for index in rows.indices where wanted.allSatisfy({ rows[index][$0.key] == $0.value }) {
            for (column, value) in values { rows[index][column] = value }
        }
        return true
    }

    /// What stands behind the table's name and the parenthesis: its columns, and a list of tuples.
    private mutating func insert(_ rest: String) -> Bool {
        let parts = SQLPieces.split(rest, at: ")")
        guard let names = parts.first.map({ SQLPieces.split($0, at: ", ") }) else { return false }
        if columns.isEmpty { columns = names }
        guard names == columns else { return false }
        for (index, part) in parts.dropFirst().enumerated() {
            // Before the first tuple stand the words that lead to it, between two a comma.
            guard let open = part.firstIndex(of: "(") else { return part.allSatisfy(\.isWhitespace) }
            let lead = part[..<open].filter { !$0.isWhitespace }
            guard index == 0 ? lead.hasSuffix("VALUES") : lead == "," else { return false }
            let values = SQLPieces.split(String(part[part.index(after: open)...]), at: ", ")
            guard values.count == columns.count else { return false }
            rows.append(values)
        }
        return true
    }

    private func conditions(_ text: String) -> [Int: String]? { pairs(SQLPieces.split(text, at: " AND ")) }

    /// `name = literal`, by the column's place.
    private func pairs(_ parts: [String]) -> [Int: String]? {
        var pairs: [Int: String] = [:]
        for part in parts {
            let sides = SQLPieces.split(part, at: " = ")
            guard sides.count == 2, let column = columns.firstIndex(of: sides[0]) else { return nil }
            pairs[column] = sides[1]
        }
        return pairs
    }
}

/// Statements taken apart where no quotation runs.
enum SQLPieces {
    /// The pieces between a separator, without blanks around them. Marks within a quotation are doubled, so that each ends
    /// one or begins another.
    static func split(_ text: String, at separator: String) -> [String] {
        let bytes = Array(text.utf8)
        let mark = Array(separator.utf8)
        var pieces: [String] = []
        var start = 0
        var quotation: UInt8?
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            if let open = quotation {
                if byte == open { quotation = nil }
            } else if byte == UInt8(ascii: "'") || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "`") {
                quotation = byte
            } else if bytes[index...].starts(with: mark) {
                pieces.append(piece(bytes[start..<index]))
                index += mark.count
                start = index
                continue
            }
            index += 1
        }
        let last = piece(bytes[start...])
        return last.isEmpty ? pieces : pieces + [last]
    }

    private static func piece(_ bytes: ArraySlice<UInt8>) -> String {
        let isBlank: (UInt8) -> Bool = { $0 == 0x20 || (0x09...0x0D).contains($0) }
        let kept = bytes.drop(while: isBlank)
        guard let end = kept.lastIndex(where: { !isBlank($0) }) else { return "" }
        return String(decoding: kept[...end], as: UTF8.self)
    }
}

extension String {
    /// What stands behind a beginning; nil where there is another.
    fileprivate func after(_ prefix: String) -> String? { hasPrefix(prefix) ? String(dropFirst(prefix.count)) : nil }
}
