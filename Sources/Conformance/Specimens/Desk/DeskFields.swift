import Columns
import Tributary

/// The form of the desk. What a fault declares wrongly stands in for one of the types.
struct DeskFields<Key: DeskKey, Size: DeskSize, Place: DeskPlace>: DeskForm {
    @Input("API key") var apiKey: Key
    @Input("Workspace") var workspace: Place
    @Input("Rows a page", style: .number) var pageSize = Size(rows: 2)
    @Select("Region") var region = DeskRegion.europe
    @Input("Teams") var teams: DeskTeams?
    @SwitchGroup("Only recent rows") var recent: DeskRecent?
    @Input("Fault") var fault: String?

    init() {}

    var key: Secret? { apiKey.key }
    var limit: Int? { pageSize.limit }
    var view: [String] {
        let places = [workspace.text, recent.map { "\($0.days)" }].compactMap(\.self)
        return [region.rawValue] + places + (teams?.names ?? []).map { DeskTeams.prefix + $0 }
    }
}

/// What the desk needs of its config, whatever the types.
protocol DeskForm: FormFields {
    var key: Secret? { get }
    /// Rows a page; nil leaves the parameter out.
    var limit: Int? { get }
    /// Where, and of when, rows are wanted.
    var view: [String] { get }
    var fault: String? { get }
}

/// A region, with a default.
enum DeskRegion: String, SelectValue, CaseIterable {
    case europe = "eu"
    case america = "us"
}

/// Teams whose rows alone are wanted.
struct DeskTeams: FieldValue {
    /// What stands before each in what is asked for.
    static let prefix = "team="
    static let accepted = "a list of texts"
    static let schema = JSONObject([("type", "array"), ("items", ["type": "string"])])
    let names: [String]

    static func read(_ stored: JSONValue) -> DeskTeams? {
        let names = stored.array?.map(\.string) ?? [nil]
        let texts = names.compactMap(\.self).filter { name in
            !name.isEmpty && name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) }
        }
        return texts.count == names.count && !texts.isEmpty ? DeskTeams(names: texts) : nil
    }
    var storedValue: JSONValue? { .array(names.map { .string($0) }) }
}

/// A group that is off by default.
struct DeskRecent: FormFields {
    @Input("Days") var days = 30
    init() {}
}

protocol DeskKey: FieldValue { var key: Secret? { get } }
protocol DeskSize: FieldValue {
    init(rows: Int)
    var limit: Int? { get }
}
protocol DeskPlace: FieldValue { var text: String? { get } }

extension Secret: DeskKey { var key: Secret? { self } }
extension Secret?: DeskKey { var key: Secret? { self } }
extension String: DeskPlace { var text: String? { self } }
extension String?: DeskPlace { var text: String? { self } }

/// Rows a page as they should be: a whole number.
struct PlainSize: DeskSize {
    static let accepted = "1 to 100"
    static let schema = JSONObject([("type", "integer")])
    let rows: Int

    init(rows: Int) { self.rows = rows }
    var limit: Int? { rows }

    static func read(_ stored: JSONValue) -> PlainSize? {
        Int.read(stored).flatMap { (1...100).contains($0) ? PlainSize(rows: $0) : nil }
    }
    var storedValue: JSONValue? { .number(JSONNumber(Int64(rows))) }
}

/// Wrong: takes what is no number for 2.
struct LenientSize: DeskSize {
    static let accepted = "anything"
    static let schema = PlainSize.schema
    let rows: Int

    init(rows: Int) { self.rows = rows }
    var limit: Int? { rows }

    static func read(_ stored: JSONValue) -> LenientSize? { LenientSize(rows: Int.read(stored) ?? 2) }
    var storedValue: JSONValue? { .number(JSONNumber(Int64(rows))) }
}

/// Wrong: stores more than it read.
struct GrowingSize: DeskSize {
    static let accepted = PlainSize.accepted
    static let schema = PlainSize.schema
    let rows: Int

    init(rows: Int) { self.rows = rows }
    var limit: Int? { 2 }

    static func read(_ stored: JSONValue) -> GrowingSize? { Int.read(stored).map(GrowingSize.init) }
    var storedValue: JSONValue? { .number(JSONNumber(Int64(rows + 1))) }
}

/// Wrong: sends the parameter only when it was given.
struct GivenSize: DeskSize {
    static let accepted = PlainSize.accepted
    static let schema = PlainSize.schema
    let rows: Int
    private var isGiven = false

    init(rows: Int) { self.rows = rows }
    var limit: Int? { isGiven ? rows : nil }

    static func read(_ stored: JSONValue) -> GivenSize? {
        Int.read(stored).map {
            var size = GivenSize(rows: $0)
            size.isGiven = true
            return size
        }
    }
    var storedValue: JSONValue? { .number(JSONNumber(Int64(rows))) }
}

/// Wrong: a rule that stands outside the field, so that its error names none.
struct UnnamedSize: DeskSize {
    static let accepted = "a number"
    static let schema = PlainSize.schema
    let text: String

    init(rows: Int) { text = String(rows) }
    var limit: Int? { Int(text) }

    static func read(_ stored: JSONValue) -> UnnamedSize? {
        (stored.string ?? stored.int64.map(String.init)).map(UnnamedSize.init)
    }
    private init(_ text: String) { self.text = text }
    var storedValue: JSONValue? { Int64(text).map { .number(JSONNumber($0)) } ?? .string(text) }
}
