import ArgumentParser
import Foundation

/// One table of a new source.
struct TablePlan: Equatable {
    var name: String
    /// The columns that tell rows apart together.
    var keys: [String]
    /// The field that moves with each change; nil offers full refreshes alone.
    var cursor: String?
    /// The path below the base URL.
    var path: String
    /// Whether the path was given, and is not the table's name.
    var hasPathOfItsOwn: Bool { path != "/\(name)" }
    /// Whether what a bound is sent by, and how it is spelt, are the usual.
    var hasUsualBound: Bool { since == Self.usualSince && template == Self.bareValue && format == .iso8601 }
    private static let usualSince = "updated_since"
    static let bareValue = "{value}"
    /// The parameter that takes a lower bound of the cursor.
    var since: String
    /// The text of that parameter, with `{value}` in the bound's place.
    var template = Self.bareValue
    /// How the bound, and the field itself, are spelt.
    var format = CursorSpelling.iso8601
    /// Where the list stands in an answer; nil means the pagination's usual place.
    var rows: String?
    /// Columns whose type the document tells and values may not: column to case of `ColumnType`.
    var hints: [String: String] = [:]
    /// A time that never changes, for the layout.
    var partitionBy: String?
    /// The table whose rows this one's lists belong to; its field stands in ``path`` as `{table.field}`.
    var parent: Parent?

    /// A row of another table, for each of which a list is asked for.
    struct Parent: Equatable {
        var table: String
        var field: String
        /// As a path of the source says it.
        var place: String { "{\(table).\(field)}" }
        /// The column that each row takes over, which is also what model.json calls it.
        var column: String { "_\(table)_\(field)" }
    }

    /// The primary key: a child's includes its parent's field, since two parents may each have a row 1.
    var wholeKey: [String] { (parent.map { [$0.column] } ?? []).filter { !keys.contains($0) } + keys }

    /// The key within the answers.
    var ownKeys: [String] { keys.filter { $0 != parent?.column } }

    init(name: String, keys: [String], cursor: String? = nil, path: String? = nil, since: String = Self.usualSince) {
        self.name = name
        self.keys = keys
        self.cursor = cursor
        self.path = path ?? "/\(name)"
        self.since = since
    }

    /// The form of a table on the command line.
    static let form = "name[=/path]:key[+key…][:cursor-field[=parameter[=text]][@spelling]]"

    /// Reads ``form``.
    ///
    /// - Throws: `ValidationError` that says what is wrong with the text.
    init(_ text: String) throws {
        var parts = text.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false).map(String.init)
        guard (2...3).contains(parts.count) else {
            throw ValidationError(
                "\(Self.form) is needed, such as items:id:updated_at, or lines:order_id+number.")
        }
        let spelling = parts.count == 3 ? try CursorSpelling.take(of: &parts[2]) : nil
        let path = Self.takeRest(of: &parts[0])
        var since = parts.count == 3 ? Self.takeRest(of: &parts[2]) : nil
        let template = try Self.takeTemplate(of: &since)
        let parent = try path.flatMap(Self.parent)
        let plain = parent.flatMap { path?.replacingOccurrences(of: $0.place, with: "parent") } ?? path
        if let plain, !plain.hasPrefix("/") || !plain.dropFirst().split(separator: "/").allSatisfy({ Self.isWord($0) }),
            let path
        {
            throw ValidationError("'\(path)' is no path below the base URL, such as /v2/items.")
        }
        if let since, !Self.isWord(since) {
            throw ValidationError("'\(since)' is no name of a parameter, such as updated_since.")
        }
        let keys = parts[1].split(separator: "+", omittingEmptySubsequences: false).map(String.init)
        let cursor = parts.count == 3 ? parts[2] : nil
        if let wrong = ([parts[0]] + keys + [cursor].compactMap { $0 }).first(where: { !Self.isName($0) }) {
            throw ValidationError(
                "in \(Self.form), '\(wrong)' is no name: at most 60 letters, digits, '_' and '-', a letter first, are "
                    + "needed.")
        }
        guard Set(keys).count == keys.count else { throw ValidationError("the key names a column twice.") }
        self.init(name: parts[0], keys: keys, cursor: cursor, path: path)
        self.parent = parent
        guard !ownKeys.isEmpty else { throw ValidationError("the key has no column of the table itself.") }
        if let since { self.since = since }
        if let template { self.template = template }
        if let spelling { format = spelling }
    }

    /// The parent that a path names, as `/orders/{orders.id}/lines` does.
    private static func parent(in path: String) throws -> Parent? {
        guard path.contains(where: { "{}".contains($0) }) else { return nil }
        let segments = path.split(separator: "/").filter { $0.contains { "{}".contains($0) } }
        let names = segments.first.map {
            $0.dropFirst().dropLast().split(separator: ".", omittingEmptySubsequences: false)
        }
        guard segments.count == 1, segments[0].hasPrefix("{"), segments[0].hasSuffix("}"), let names, names.count == 2,
            names.allSatisfy({ isName(String($0)) })
        else {
            throw ValidationError(
                "'\(path)' is to name one field of another table, as /orders/{orders.id}/lines does; write what is asked for by "
                    + "more than one by hand, see \"Fan-out\" (FanOut.md).")
        }
        return Parent(table: String(names[0]), field: String(names[1]))
    }

    /// What stands behind an equals sign, which is taken off.
    private static func takeRest(of part: inout String) -> String? {
        guard let sign = part.firstIndex(of: "=") else { return nil }
        let rest = String(part[part.index(after: sign)...])
        part = String(part[..<sign])
        return rest
    }

    /// The text of a bound behind the parameter's name, which alone is left.
    private static func takeTemplate(of since: inout String?) throws -> String? {
        guard var parameter = since, let text = takeRest(of: &parameter) else { return nil }
        since = parameter
        guard text.contains(bareValue), !text.contains(where: { "\"\\".contains($0) || $0.isNewline }) else {
            throw ValidationError("'\(text)' is no text of a bound, such as >={value}.")
        }
        return text
    }

    /// Whether a text can be a segment of a path or the name of a parameter: `updated[gte]`, `$skip`.
    static func isWord(_ text: some StringProtocol) -> Bool {
        !text.isEmpty && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "._-~$@[]".contains($0)) }
    }

    /// Whether a text can stand in a path, a query and a Swift literal as it is.
    static func isName(_ text: String) -> Bool {
        guard let first = text.unicodeScalars.first, first == "_" || first.properties.isAlphabetic else { return false }
        return text.utf8.count <= 60
            && text.utf8.allSatisfy { byte in
                (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                    || byte == 0x5F || byte == 0x2D
            }
    }
}

/// How an API spells points in time, in its rows and its bounds.
enum CursorSpelling: String, CaseIterable {
    case iso8601
    case epochSeconds = "epoch-seconds"
    case epochMilliseconds = "epoch-milliseconds"

    /// The case of `CursorFormat`.
    var code: String { self == .epochSeconds ? "epochSeconds" : self == .iso8601 ? "iso8601" : "epochMilliseconds" }

    /// A minute of a day in March 2025.
    func value(minute: Int) -> Any {
        let seconds = 1_740_819_600 + 60 * minute
        return switch self {
        case .iso8601: String(format: "2025-03-01T09:%02d:00Z", minute)
        case .epochSeconds: seconds
        case .epochMilliseconds: seconds * 1_000
        }
    }

    /// Takes `@spelling` off the end of a text.
    static func take(of part: inout String) throws -> CursorSpelling? {
        guard let sign = part.lastIndex(of: "@") else { return nil }
        let text = String(part[part.index(after: sign)...])
        guard let spelling = CursorSpelling(rawValue: text) else {
            let known = allCases.map(\.rawValue).joined(separator: ", ")
            throw ValidationError("'\(text)' is no spelling of a time; known are \(known).")
        }
        part = String(part[..<sign])
        return spelling
    }
}
