import Columns
import Tributary

// The cassette as a file, and back.
extension StatementCassette {
    /// The file's content.
    public var text: String {
        var lines = ["%dbc 1", "%engine \(engine.rawValue)", "%state \(state)"]
        for login in logins {
            lines += ["", "@ \(JSONValue.object(login.endpoint).text)"]
            if let failure = login.failure { lines.append(Self.line(failure)) }
        }
        for record in records {
            lines += ["", "# \(record.name)"]
            lines += record.statement.text.split(separator: "\n", omittingEmptySubsequences: false).map { "> \($0)" }
            lines += record.statement.parameters.map { value in
                let parameter = StatementCells.parameter(value)
                return "? \(parameter.type) \(parameter.value.text)"
            }
            switch record.answer {
            case .failure(let failure): lines.append(Self.line(failure))
            case .table(let table): lines += Self.lines(table)
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func line(_ failure: Failure) -> String {
        let word = failure.isTransient ? " transient" : ""
        return "! \(failure.kind)\(word) \(JSONValue.string(failure.message).text)"
    }

    private static func lines(_ table: Table) -> [String] {
        let columns = table.schema.fields.map { field in
            "\(JSONValue.string(field.name).text) \(field.type)\(field.isNullable ? "" : " notnull")"
        }
        let rows = (0..<table.rowCount).map { index in
            "- " + JSONValue.array(table.columns.map { StatementCells.json($0[index]) }).text
        }
        return [": " + columns.joined(separator: " | ")] + rows
    }

    /// Reads a file.
    ///
    /// - Parameter file: the file's name, for messages.
    /// - Throws: `SourceError` of kind `invalidFixture`: file, line and problem.
    public init(parsing text: String, file: String) throws {
        var reader = StatementCassetteReader(file: file)
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            try reader.take(String(line), number: index + 1)
        }
        self = try reader.finish()
    }
}

/// Reads a cassette, line by line.
private struct StatementCassetteReader {
    let file: String
    private var number = 0
    private var heads: [String: String] = [:]
    private var logins: [StatementCassette.Login] = []
    private var records: [StatementCassette.Record] = []
    private var open: Open?

    /// The record that is being read.
    private struct Open {
        var name: String
        var line: Int
        var text: [String] = []
        var parameters: [Value] = []
        var fields: [Field]?
        var rows: [[Value]] = []
        var failure: StatementCassette.Failure?
    }

    init(file: String) { self.file = file }

    private func fail(_ problem: String, line: Int? = nil) -> SourceError {
        .fixture(file: file, at: "line \(line ?? number)", problem)
    }

    mutating func take(_ line: String, number: Int) throws {
        self.number = number
        guard let mark = line.first else { return }
        let rest = String(line.dropFirst(2))
        guard line.count == 1 || line.dropFirst().first == " " || mark == "%" else {
            throw fail("a blank belongs behind the '\(mark)'")
        }
        switch mark {
        case "%": try head(String(line.dropFirst()))
        case "@": try login(rest)
        case "#":
            try close()
            open = Open(name: rest, line: number)
        case ">": try change { $0.text.append(rest) }
        case "?": try parameter(rest)
        case ":": try columns(rest)
        case "-": try row(rest)
        case "!": try failure(rest)
        default: throw fail("'\(mark)' begins no line of a cassette; there are % @ # > ? : - !")
        }
    }

    mutating func finish() throws -> StatementCassette {
        try close()
        guard heads["dbc"] == "1" else { throw fail("the first line must be %dbc 1", line: 1) }
        guard let engine = heads["engine"].flatMap(DatabaseEngine.init(rawValue:)) else {
            throw fail("a line %engine with postgres, mysql or sqlite is missing", line: 2)
        }
        guard let state = heads["state"] else { throw fail("a line %state is missing", line: 3) }
        var cassette = StatementCassette(engine: engine, state: state)
        (cassette.logins, cassette.records) = (logins, records)
        return cassette
    }

    private mutating func head(_ text: String) throws {
        let parts = text.split(separator: " ", maxSplits: 1).map(String.init)
        guard parts.count == 2 else { throw fail("a head has a name and a value, such as %state t0") }
        heads[parts[0]] = parts[1]
    }

    private mutating func login(_ text: String) throws {
        try close()
        guard let endpoint = try json(text).object else { throw fail("a connection is a JSON object") }
        logins.append(StatementCassette.Login(endpoint: endpoint))
    }

    private mutating func parameter(_ text: String) throws {
        let (type, value) = try typed(text)
        if type == "null" { return try change { $0.parameters.append(.null) } }
        guard let column = StatementCells.type(type), let value = StatementCells.value(value, as: column) else {
            throw fail("'\(text)' is no parameter, such as int64 12 or utf8 \"a\"")
        }
        try change { $0.parameters.append(value) }
    }

    /// A type, which may hold blanks, and a value.
    private func typed(_ text: String) throws -> (String, JSONValue) {
        let end = text.firstIndex { $0 == ")" || $0 == "]" }.map { text.index(after: $0) } ?? text.firstIndex(of: " ")
        guard let end, end < text.endIndex else { throw fail("'\(text)' has a type or no value") }
        return (String(text[..<end]), try json(String(text[end...].drop { $0 == " " })))
    }

    private mutating func columns(_ text: String) throws {
        var fields: [Field] = []
        var rest = Substring(text)
        while !rest.isEmpty {
            guard let end = Self.endOfText(rest), let name = try json(String(rest[..<end])).string else {
                throw fail("a column is its name in quotes, its type, and notnull where that holds")
            }
            let stop = rest[end...].firstRange(of: " | ")
            var type = rest[end..<(stop?.lowerBound ?? rest.endIndex)].drop { $0 == " " }
            let isNullable = !type.hasSuffix(" notnull")
            if !isNullable { type = type.dropLast(8) }
            guard let known = StatementCells.type(String(type)) else { throw fail("'\(type)' is no type of a column") }
            guard !fields.contains(where: { $0.name == name }) else { throw fail("the column \(name) comes twice") }
            fields.append(Field(name, known, isNullable: isNullable))
            rest = stop.map { rest[$0.upperBound...] } ?? ""
        }
        try change { $0.fields = fields }
    }

    /// Behind the closing quote of a text that starts here.
    private static func endOfText(_ text: Substring) -> Substring.Index? {
        guard text.first == "\"" else { return nil }
        var isEscaped = false
        for index in text.indices.dropFirst() {
            if isEscaped {
                isEscaped = false
            } else if text[index] == "\\" {
                isEscaped = true
            } else if text[index] == "\"" {
                return text.index(after: index)
            }
        }
        return nil
    }

    private mutating func row(_ text: String) throws {
        guard let fields = open?.fields else { throw fail("a row comes behind its columns") }
        guard let cells = try json(text).array, cells.count == fields.count else {
            throw fail("a row is a JSON array of \(fields.count) values, one for each column")
        }
        let row = try zip(cells, fields).map { cell, field in
            guard let value = StatementCells.value(cell, as: field.type), field.isNullable || value != .null else {
                throw fail("\(cell.text) is no value of \(field.name), which is \(field.type)")
            }
            return value
        }
        try change { $0.rows.append(row) }
    }

    private mutating func failure(_ text: String) throws {
        let (head, message) = (text.prefix { $0 != "\"" }, text.drop { $0 != "\"" })
        let words = head.split(separator: " ").map(String.init)
        guard let kind = words.first, words.count == 1 || words == [kind, "transient"],
            let sentence = try json(String(message)).string
        else { throw fail("an error is its kind, transient where that holds, and its message in quotes") }
        let failure = StatementCassette.Failure(kind: kind, message: sentence, isTransient: words.count == 2)
        if open == nil, !logins.isEmpty {
            logins[logins.count - 1].failure = failure
        } else {
            try change { $0.failure = failure }
        }
    }

    private mutating func change(_ body: (inout Open) -> Void) throws {
        guard var record = open else { throw fail("a record begins with a line # and its name") }
        body(&record)
        open = record
    }

    private mutating func close() throws {
        guard let record = open else { return }
        open = nil
        let statement = SQLStatement(record.text.joined(separator: "\n"), record.parameters)
        let answer: StatementCassette.Answer
        if let failure = record.failure {
            answer = .failure(failure)
        } else if let fields = record.fields {
            let columns = fields.indices.map { index in
                StatementCells.column(record.rows.map { $0[index] }, fields[index].type)
            }
            answer = .table(Table(schema: TableSchema(fields), columns: columns, rowCount: record.rows.count))
        } else {
            throw fail("\(record.name) has neither columns nor an error", line: record.line)
        }
        records.append(StatementCassette.Record(name: record.name, statement: statement, answer: answer))
    }

    private func json(_ text: String) throws -> JSONValue {
        do {
            return try JSONValue(parsing: Array(text.utf8))
        } catch {
            throw fail("'\(text)' is no JSON: \(error)")
        }
    }
}
