import Tributary

/// What can be told of a statement by its text alone. When in doubt it is told as the worse of two.
struct StatementNature: Sendable, Hashable {
    /// Nothing is left in the session: it reads, and calls nothing that sets, locks or keeps.
    let leavesNothing: Bool
    /// It asks the catalogue alone, so that it has one answer for as long as that is so.
    let asksCatalogue: Catalogue?

    /// What of a catalogue is asked for.
    enum Catalogue: Sendable, Hashable {
        /// Definitions and rights, whatever rows come and go.
        case definitions
        /// How many rows and bytes there are, or about so.
        case figures
    }

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
        asksCatalogue = leavesNothing ? Self.catalogue(asked: text) : nil
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

    // MARK: Catalogue

    /// Every relation must be one of the catalogue, and every call one of those that depend on nothing else.
    private static func catalogue(asked text: String) -> Catalogue? {
        if text.contains("*") || text.contains("\"") || text.contains("`") { return nil }
        let words = Self.words(text)
        guard ["select", "with"].contains(words.first), words.contains("from"),
            !words.contains(where: { word in times.contains(where: word.contains) })
        else { return nil }
        // What the statement itself gives a name to.
        var named: Set<String> = []
        for (word, next) in zip(words, words.dropFirst()) where ["with", "recursive", "as"].contains(word) {
            named.insert(next)
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
            case "," where lists.contains(depth): return nil
            case "from", "join":
                lists.insert(depth)
                let isQuery = next == "(" && index + 2 < words.count && words[index + 2] == "select"
                let isKnown = relations.contains(next) || next == "lateral" || named.contains(next) || isQuery
                if !isKnown { return nil }
            case "where", "order", "group", "having", "union", "limit": lists.remove(depth)
            default:
                if next == "(", !calls.contains(word), !named.contains(word) { return nil }
            }
        }
        return words.contains { word in figures.contains(where: word.contains) } ? .figures : .definitions
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
        "in", "and", "or", "not", "on", "as", "where", "unnest", "lateral", "has_schema_privilege",
        "has_table_privilege",
        "format_type", "concat", "coalesce", "lower", "sum", "nullif", "pg_table_size", "row_security_active",
    ]
    private static let figures = [
        "reltuples", "relpages", "relall", "_size", "table_rows", "_length", "data_free", "auto_increment",
        "cardinality",
    ]
    private static let times = ["update_time", "check_time", "create_time", "current_", "localtime", "sysdate"]
}
