import Columns

/// One table of a REST source: where it is, how its rows are told apart, and how it is read from a watermark on.
///
/// ```swift
/// RESTEndpoint(
///     "invoices", path: "/invoices", primaryKeys: ["id"], rows: "data",
///     incremental: [.datetime("updated_at", parameter: "updated_since")],
///     partitioning: .datetime("created_at", by: .month))
/// ```
public struct RESTEndpoint: Sendable {
    /// The table's name.
    public var name: String
    /// The text that a user sees; nil means the name.
    public var label: String?
    public var description: String?
    /// Under the base URL; `{invoices.id}` is replaced by a field of the parent's row, percent-encoded.
    public var path: String
    /// GET, or POST for a search.
    public var method: HTTPMethod
    /// The path of the rows in a page, such as `data`; empty when the page is the array. Required, so that a changed
    /// envelope is an error and not an empty table.
    public var rows: String
    /// Whether nothing, or null, at `rows` means that there are no rows.
    public var rowsMayBeMissing: Bool
    /// Whether there is one object at `rows` instead of an array.
    public var isSingleRow: Bool
    /// Columns that tell rows apart over the whole table; a child's include its parent's key.
    public var primaryKeys: [String]
    /// Columns whose values the upstream nests, by the path within a row: `["id": "info.run_id"]`. Keys, cursor fields,
    /// partition columns and the places of a child's path can name them; what is nested stays as it came, too.
    ///
    /// A row without the value has null there; a key or cursor that no row has is an error. A row that has a member of
    /// such a name itself is an error: one of the two values would be lost.
    public var lifting: [LiftedColumn]
    /// The cursor fields that a user can choose; empty offers full refreshes alone.
    public var incremental: [RESTIncremental]
    /// The order in which rows really arrive, by the cursor field.
    public var sort: RESTSort
    /// How the table is laid out, by columns that never change for a row.
    public var partitioning: PartitionHints
    /// Parameters of every first request, over those of the client; one that is given several times is sent as often.
    /// Values may name fields of the parent, as the path does; braces around anything that is no name are sent as they are.
    public var query: [QueryItem]
    /// The JSON body of a search by POST. Its texts may name fields of the parent, as the path does:
    /// `["experiment_ids": ["{experiments.experiment_id}"]]`. Braces around anything but a parent's name, a dot and a
    /// field, such as those of GraphQL, are sent as they are.
    public var body: JSONObject?
    /// Fields of every request, over the client's.
    public var headers: HTTPHeaders
    /// How the list is cut into pages; nil means the client's way.
    public var paginator: Paginator?
    /// How many rows a page is asked to have; nil means the client's number.
    public var pageSize: PageSize?
    /// Special answers, looked at before those of the client.
    public var actions: [ResponseAction]
    /// The endpoint whose rows this one is asked for once each.
    public var parent: RESTParent?
    /// Types of columns that values alone cannot tell.
    public var columnHints: [String: ColumnType]
    /// Whether it is synced when the user does not choose.
    public var isSelectedByDefault: Bool
    /// Taken off the bound of a query, for rows that are restated.
    public var defaultLookback: Duration?

    /// An endpoint. Name, path, keys and the place of the rows have to be said; the rest has defaults.
    public init(
        _ name: String, path: String, method: HTTPMethod = .get, primaryKeys: [String], rows: String,
        rowsMayBeMissing: Bool = false, isSingleRow: Bool = false, lifting: KeyValuePairs<String, String> = [:],
        incremental: [RESTIncremental] = [],
        sort: RESTSort = .ascending, partitioning: PartitionHints = PartitionHints(), parent: RESTParent? = nil,
        query: KeyValuePairs<String, String> = [:], body: JSONObject? = nil,
        headers: KeyValuePairs<String, String> = [:], paginator: Paginator? = nil, pageSize: PageSize? = nil,
        actions: [ResponseAction] = [], columnHints: [String: ColumnType] = [:], label: String? = nil,
        description: String? = nil, isSelectedByDefault: Bool = true, defaultLookback: Duration? = nil
    ) {
        self.name = name
        self.label = label
        self.description = description
        self.path = path
        self.method = method
        self.rows = rows
        self.rowsMayBeMissing = rowsMayBeMissing
        self.isSingleRow = isSingleRow
        self.primaryKeys = primaryKeys
        self.lifting = lifting.map { LiftedColumn($0.key, from: $0.value) }
        self.incremental = incremental
        self.sort = sort
        self.partitioning = partitioning
        self.query = query.map { QueryItem($0.key, $0.value) }
        self.body = body
        self.headers = HTTPHeaders(headers.map { ($0.key, $0.value) })
        self.paginator = paginator
        self.pageSize = pageSize
        self.actions = actions
        self.parent = parent
        self.columnHints = columnHints
        self.isSelectedByDefault = isSelectedByDefault
        self.defaultLookback = defaultLookback
    }

    /// A list that takes no bound, or one by the day on moments, gives rows from below the watermark too, which only a merge
    /// can drop.
    private var supportsAppend: Bool {
        !incremental.isEmpty && !incremental.contains { $0.stopsAtWatermark || $0.isBoundedByTheDay }
    }

    /// The table as the catalogue lists it.
    public var schema: SourceSchema {
        SourceSchema(
            name, label: label, description: description, primaryKeys: primaryKeys,
            incremental: incremental.map(\.field), supportsAppend: supportsAppend,
            isSelectedByDefault: isSelectedByDefault,
            defaultLookback: defaultLookback)
    }
}

/// The endpoint that a fan-out starts from. A plain text is its name.
///
/// Fields that the child's path or query names, as `{invoices.id}`, are put into each row of the child, as
/// `_invoices_id` unless `columns` says otherwise: without them a child's key is not unique over all parents.
public struct RESTParent: Sendable, ExpressibleByStringLiteral {
    /// The name of the parent's endpoint.
    public var name: String
    /// The columns to put into each row, by field of the parent (`id`) or of its own parents (`orgs.login`); nil means
    /// every field that the path names.
    public var columns: [String: String]?
    /// Parameters for the parent's requests, over its own, such as one that leaves out archived rows.
    public var query: [QueryItem]
    /// Whether the parents come newest first by a field of the same name as the child's cursor, so that an increment
    /// may leave them at the first page that is older than the watermark as a whole. The child's cursor field must be
    /// declared with `newestFirst`. A child must not change long after its parent was made, or a lookback must cover it.
    public var stopsAtWatermark: Bool

    /// A parent, with what is put into its children's rows.
    public init(
        _ name: String, columns: [String: String]? = nil, query: KeyValuePairs<String, String> = [:],
        stopsAtWatermark: Bool = false
    ) {
        self.name = name
        self.columns = columns
        self.query = query.map { QueryItem($0.key, $0.value) }
        self.stopsAtWatermark = stopsAtWatermark
    }

    public init(stringLiteral value: String) { self.init(value) }
}

/// The `{parent.field}` places of a path.
enum PathTemplate {
    /// The names between braces.
    static func fields(in text: String) -> [String] {
        text.split(separator: "{", omittingEmptySubsequences: false).dropFirst().compactMap { piece in
            piece.firstIndex(of: "}").map { String(piece[..<$0]) }
        }
    }

    /// The names between braces in the text of a parameter. Braces around anything that is no name, such as those of a
    /// condition in JSON, are sent as they are.
    static func fields(inParameter text: String) -> [String] { fields(in: text).filter(isName) }

    /// The names between braces that a parent and its field can be, in all texts of a body: a body may have braces of
    /// its own.
    static func fields(in body: JSONValue) -> [String] {
        switch body {
        case .string(let text): fields(in: text).filter(isField)
        case .array(let values): values.flatMap(fields)
        case .object(let object): object.members.flatMap { fields(in: $0.value) }
        case .null, .bool, .number: []
        }
    }

    private static func isField(_ name: String) -> Bool {
        guard let dot = name.firstIndex(of: "."), dot != name.startIndex, name.last != "." else { return false }
        return isName(name)
    }

    private static func isName(_ name: String) -> Bool {
        !name.isEmpty && name.allSatisfy { $0.isLetter || $0.isNumber || "_-./".contains($0) }
    }

    /// The body with each place in its texts filled.
    static func filled(_ body: JSONValue, _ values: [String: String]) -> JSONValue {
        switch body {
        case .string(let text): .string(filled(text, values))
        case .array(let elements): .array(elements.map { filled($0, values) })
        case .object(let object):
            .object(JSONObject(object.members.map { ($0.name, filled($0.value, values)) }))
        case .null, .bool, .number: body
        }
    }

    /// The text with each place filled; a field without a value stays, which the caller has ruled out.
    static func filled(_ text: String, _ values: [String: String]) -> String {
        var text = text
        for field in fields(in: text) {
            guard let value = values[field] else { continue }
            text = text.split(separator: "{\(field)}", omittingEmptySubsequences: false).joined(separator: value)
        }
        return text
    }
}
