#if PostgreSQL
    import Columns
    import CPostgres
    import Tributary

    /// SQL text as PostgreSQL reads it: values in the place of `?`.
    enum PostgresText {
        /// Whether the statement is one that COPY takes.
        static func isQuery(_ text: String) -> Bool {
            let word = text.drop { $0.isWhitespace || $0 == "(" }.prefix { $0.isLetter }.lowercased()
            return ["select", "with", "values", "table"].contains(word)
        }

        /// Puts the parameters into the text as literals, for COPY takes no bound ones.
        static func substitute(_ statement: SQLStatement, on connection: OpaquePointer) throws -> String {
            if statement.parameters.isEmpty { return statement.text }
            var scanner = PlaceholderScanner(statement.text)
            let pieces = scanner.pieces(dollarQuotes: true)
            guard pieces.count == statement.parameters.count + 1 else {
                throw SourceError(
                    .unexpectedAnswer,
                    "Preparing a statement: \(pieces.count - 1) placeholders for \(statement.parameters.count) values.")
            }
            var text = pieces[0]
            for (value, piece) in zip(statement.parameters, pieces.dropFirst()) {
                text += try literal(value, on: connection) + piece
            }
            return text
        }

        /// A value as a literal. Times and text are left untyped, so that they take the type of what they are compared
        /// with: a timestamp without zone is read as UTC, like the session's time zone.
        static func literal(_ value: Value, on connection: OpaquePointer) throws -> String {
            switch value {
            case .null: "NULL"
            case .bool(let flag): flag ? "TRUE" : "FALSE"
            case .int(let number): "(\(number))"
            case .decimal(let number): "(\(number.description))"
            case .double(let number): "'\(number)'::float8"
            case .binary(let bytes): "'\\x\(hex(bytes))'::bytea"
            case .string(let text): try escape(text, on: connection)
            case .date(let days): "'\(era(SQLTime.text(days: days)))'"
            case .timestamp(let micros): "'\(era(SQLTime.text(micros: micros) + "+00"))'"
            }
        }

        /// PostgreSQL counts the years before 1 backwards and says so: the year 0 is 0001 BC.
        private static func era(_ text: String) -> String {
            let dash = text.dropFirst().firstIndex(of: "-") ?? text.endIndex
            guard let year = Int(text[..<dash]), year < 1 else { return text }
            let digits = String(1 - year)
            return String(repeating: "0", count: max(0, 4 - digits.count)) + digits + text[dash...] + " BC"
        }

        private static func escape(_ text: String, on connection: OpaquePointer) throws -> String {
            guard !text.utf8.contains(0) else {
                throw SourceError(.unexpectedAnswer, "Quoting a value: PostgreSQL has no text with a zero byte.")
            }
            guard let escaped = PQescapeLiteral(connection, text, text.utf8.count) else {
                throw SourceError(.unexpectedAnswer, "Quoting a value: PostgreSQL did not accept the text.")
            }
            defer { PQfreemem(escaped) }
            return String(cString: escaped)
        }

        private static func hex(_ bytes: [UInt8]) -> String {
            let digits = Array("0123456789abcdef".utf8)
            var text: [UInt8] = []
            for byte in bytes { text += [digits[Int(byte >> 4)], digits[Int(byte & 15)]] }
            return String(decoding: text, as: UTF8.self)
        }
    }
#endif
