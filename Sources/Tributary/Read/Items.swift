import Columns

/// One thing that a source emits. The pipeline makes batches of them, so no author counts rows or bytes.
public enum Item: Sendable {
    case row(Row)
    case rows([Row])
    /// A JSON page as it came; the fast way.
    case json(JSONItem)
    /// A table that a driver built.
    case table(Table)
}

/// One row as an author builds it: names in order, with JSON values.
public typealias Row = JSONObject

/// A page of JSON and where its rows are.
public struct JSONItem: Sendable {
    /// The page as it came from the upstream.
    public var page: [UInt8]
    /// The path of the array of rows, such as `data` or `result.items`; empty when the page is the array.
    public var rows: String
    /// Values put into every row, such as the key of the parent that the page belongs to.
    public var constants: [(name: String, value: JSONValue)]
    /// Columns whose values lie deeper in the rows, such as a nested key; the same ones for all pages of a table.
    public var lifting: [LiftedColumn]

    /// A page whose rows are at a path, with values for each row.
    public init(
        page: [UInt8], rows: String, constants: [(name: String, value: JSONValue)] = [], lifting: [LiftedColumn] = []
    ) {
        self.page = page
        self.rows = rows
        self.constants = constants
        self.lifting = lifting
    }

    /// The rows one by one, complete with what is lifted and what is put into each: for small tables and for those who
    /// look at rows, several times as dear as handing the page on. No rows where nothing, or no object, is at the path.
    ///
    /// - Throws: `JSONError` where the page is not JSON, `SourceError` where a row has a member of a lifted column's name.
    public func parsedRows() throws -> [Row] {
        let found = try JSONPage(page).value(at: rows)
        let plain = found?.array?.compactMap(\.object) ?? found?.object.map { [$0] } ?? []
        return try plain.map { plain in
            var row = plain
            let taken = lifting.isEmpty ? [] : Set(plain.names.map(ColumnNaming.normalise))
            for column in lifting {
                guard !taken.contains(ColumnNaming.normalise(column.name)) else {
                    throw SourceError(
                        .unexpectedAnswer,
                        "Lifting '\(column.path)' into the column '\(column.name)': the row has a member of that name itself.",
                        advice: "Give the lifted column another name.")
                }
                row[column.name] = column.value(of: plain)
            }
            for constant in constants { row[constant.name] = constant.value }
            return row
        }
    }
}

extension Item {
    /// A page of JSON whose rows are at `rows`.
    public static func json(_ page: [UInt8], rows: String) -> Item { .json(JSONItem(page: page, rows: rows)) }
}

/// What a source reads, as a run that hands over item after item.
public struct Items: Sendable {
    private let body: @Sendable (Emitter) async throws -> Void

    /// Items from a closure. `emit` returns when the pipeline has taken the item, so nothing is buffered between them.
    public init(_ body: @escaping @Sendable (_ emit: Emitter) async throws -> Void) { self.body = body }

    /// Items from a sequence; demand drives it.
    public init<S: AsyncSequence & Sendable>(_ sequence: S) where S.Element == Item {
        body = { emit in for try await item in sequence { try await emit(item) } }
    }

    /// Runs the reader to its end. The pipeline's side of the contract.
    public func run(into emit: Emitter) async throws { try await body(emit) }
}

/// Takes the items of a source.
public struct Emitter: Sendable {
    private let receive: @Sendable (Item?, ResumeToken?) async throws -> Void

    /// What takes the items: an item or nil, with the position behind it or nil.
    public init(_ receive: @escaping @Sendable (Item?, ResumeToken?) async throws -> Void) { self.receive = receive }

    /// Hands over an item.
    ///
    /// - Parameter resume: the position right after this item. It is committed in the transaction that lands the
    ///   item's rows, so it can never run ahead of them.
    public func callAsFunction(_ item: Item, resume: ResumeToken? = nil) async throws {
        try await receive(item, resume)
    }

    /// Hands over a position where no rows were found, such as a finished parent without children.
    public func position(_ token: ResumeToken) async throws { try await receive(nil, token) }

    /// Lets the run stop here if it is asked to; for sources that emit nothing for a while.
    public func safePoint() async throws { try await receive(nil, nil) }
}

/// A position inside an unfinished read, in the source's own words.
public struct ResumeToken: Hashable, Sendable {
    /// In the source's own words; small, and without secrets.
    public var value: JSONValue

    /// A position as JSON.
    public init(_ value: JSONValue) { self.value = value }
}
