import Tributary

/// What can be told of a statement by its text alone. When in doubt it is told as the worse of two.
struct StatementNature: Sendable, Hashable {
    /// Nothing is left in the session: it reads, and calls nothing that sets, locks or keeps.
    let leavesNothing: Bool
    /// It asks for definitions and rights alone, so that it has one answer until those change, whatever rows come and go.
    let asksForDefinitions: Bool

    /// What this text is; each is looked at once.
    static func of(_ text: String) -> Self {
        known.withLock { known in
            if let nature = known[text] { return nature }
            // A source that pastes values into its statements has texts without end.
            if known.count >= 4_096 { known = [:] }
            let nature = Self(text)
            known[text] = nature
            return nature
        }
    }

    private static let known = Lock<[String: Self]>([:])

    private init(_ text: String) {
        leavesNothing = Self.leavesNothing(text)
        asksForDefinitions = leavesNothing && Self.asksForDefinitions(text)
    }

    private static func leavesNothing(_ text: String) -> Bool {
        let words = text.uppercased().split { !$0.isLetter && !$0.isNumber && $0 != "_" }
        guard let first = words.first, ["SELECT", "WITH", "SHOW"].contains(first) else { return false }
        if text.contains("@") || text.contains(":=") { return false }
        return !words.contains { word in
            lasting.contains(word) || word.contains("LOCK") || word.contains("ADVISORY") || word.contains("TEMP")
        }
    }

    private static let lasting: Set<Substring> = [
        "INTO", "INSERT", "UPDATE", "DELETE", "MERGE", "SET", "SET_CONFIG", "NEXTVAL", "SETVAL", "DBLINK", "LISTEN",
    ]

    // MARK: Definitions

    /// Every relation must be one of the catalogue that holds no figures of rows, and every call one of those that depend
    /// on nothing else.
    private static func asksForDefinitions(_ text: String) -> Bool {
        if text.contains("*") || text.contains("\"") || text.contains("`") { return false }
        let words = Self.words(text)
        guard words.first == "select", words.contains("from"),
            words.allSatisfy({ word in !figures.contains(where: word.contains) })
        else {
            return false
        }
        var depth = 0
        /// At which depths a list of relations stands open.
        var lists: Set<Int> = []
        for (index, word) in words.enumerated() {
            let next = index + 1 < words.count ? words[index + 1] : ""
            switch word {
            case "(": depth += 1
            case ")":
                lists.remove(depth)
                depth -= 1
            case "," where lists.contains(depth): return false
            case "from", "join":
                lists.insert(depth)
                guard relations.contains(next) || next == "lateral" else { return false }
            case "where", "order", "group", "having", "union", "limit": lists.remove(depth)
            default:
                if next == "(", !calls.contains(word) { return false }
            }
        }
        return true
    }

    /// Words in small letters, and the marks that say how they belong together.
    private static func words(_ text: String) -> [String] {
        var words: [String] = []
        var word = ""
        func end() {
            if !word.isEmpty { words.append(word) }
            word = ""
        }
        for character in text.lowercased() {
            if character == "(" || character == ")" || character == "," {
                end()
                words.append(String(character))
            } else if character.isWhitespace {
                end()
            } else {
                word.append(character)
            }
        }
        end()
        return words
    }

    private static let relations: Set<String> = Set(
        ["class", "namespace", "attribute", "type", "index", "constraint", "enum", "inherits"]
            .map { "pg_catalog.pg_\($0)" }
            + ["columns", "tables", "statistics", "key_column_usage", "table_constraints", "referential_constraints"]
            .map { "information_schema.\($0)" })
    private static let calls: Set<String> = [
        "in", "and", "or", "not", "on", "where", "unnest", "lateral", "has_schema_privilege", "has_table_privilege",
        "format_type", "concat", "coalesce", "lower",
    ]
    /// What changes with the rows, or with the time.
    private static let figures = [
        "reltuples", "relpages", "relall", "_size", "table_rows", "_length", "data_free", "auto_increment",
        "update_time", "check_time", "cardinality", "checksum", "current_", "localtime", "sysdate",
    ]
}
