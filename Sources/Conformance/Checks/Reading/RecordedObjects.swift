import Cassettes
import Columns
import Tributary

/// The objects of recorded answers, by the values of a key's members.
struct RecordedObjects {
    /// An object, and whether it is a record of a file whose values are all texts: an empty one says that there is none.
    struct Entry {
        var object: JSONObject
        var isOfTexts = false
    }

    /// By a member of the key and its text.
    private var byValue: [String: [Entry]] = [:]
    private let keys: [String]
    private let dayColumn: String?

    /// - Parameters:
    ///   - keys: columns, as the table calls them.
    ///   - dayColumn: the column of which the day of a moment says enough.
    init(_ exchanges: [RecordedExchange], keys: [String], dayColumn: String?) {
        self.keys = keys
        self.dayColumn = dayColumn
        for exchange in exchanges where (200..<300).contains(exchange.status) {
            if let body = try? JSONValue(parsing: exchange.body) {
                collect(body)
            } else {
                for object in RecordedFile.objects(exchange.body) {
                    collect(.object(object), isOfTexts: object.members.allSatisfy { $0.value.string != nil })
                }
            }
        }
    }

    private mutating func collect(_ value: JSONValue, isOfTexts: Bool = false) {
        switch value {
        case .array(let elements): for element in elements { collect(element) }
        case .object(let object):
            for member in object.members {
                let name = Bench.column(member.name)
                if keys.contains(name), let text = Self.text(member.value) {
                    byValue["\(name)=\(text)", default: []].append(Entry(object: object, isOfTexts: isOfTexts))
                }
                collect(member.value)
            }
        case .null, .bool, .number, .string: break
        }
    }

    private static func text(_ value: JSONValue) -> String? {
        if case .number(let number) = value { number.text } else { value.string }
    }

    /// The objects whose members of the key have the row's values, as far as they have such members.
    func alike(_ row: TableImage.Row) -> [Entry] {
        let found = keys.flatMap { byValue["\($0)=\(TableDiff.whole(row.values[$0] ?? .null))"] ?? [] }
        return found.filter { entry in
            entry.object.members.allSatisfy { member in
                let name = Bench.column(member.name)
                return !keys.contains(name) || sent(member).isHeld(by: row.values[name] ?? .null)
            }
        }
    }

    struct Disagreement {
        var row: String
        var column: String
        var sent: JSONValue
        var held: Value
    }

    /// What the object that is most like a row has otherwise; nil where one of them agrees.
    func disagreement(_ row: TableImage.Row, among alike: [Entry]) -> Disagreement? {
        let all = alike.map { differences($0, row) }
        guard let least = all.min(by: { $0.count < $1.count }), let first = least.first else { return nil }
        return Disagreement(
            row: row.key.joined(separator: " | "), column: first.name, sent: first.value,
            held: row.values[Bench.column(first.name)] ?? .null)
    }

    private func sent(_ member: (name: String, value: JSONValue)) -> SentValue {
        SentValue(member.value, isDayEnough: Bench.column(member.name) == dayColumn)
    }

    private func differences(_ entry: Entry, _ row: TableImage.Row) -> [(name: String, value: JSONValue)] {
        entry.object.members.filter { member in
            let column = Bench.column(member.name)
            guard let held = row.values[column] else { return false }
            if entry.isOfTexts, member.value.string == "" { return held != .null && held != .string("") }
            // A source may take a column from within a member: that is another value of the same name.
            if member.value.object != nil || member.value.array != nil, !Self.isNested(held) { return false }
            if sent(member).isHeld(by: held) { return false }
            // Of two members that become one column it may leave one out.
            return !entry.object.members.contains { other in
                other.name != member.name && Bench.column(other.name) == column && sent(other).isHeld(by: held)
            }
        }.map { ($0.name, $0.value) }
    }

    private static func isNested(_ cell: Value) -> Bool {
        guard case .string(let text) = cell, text.first == "{" || text.first == "[" else { return false }
        return (try? JSONValue(parsing: Array(text.utf8))).map { $0.object != nil || $0.array != nil } ?? false
    }
}
