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

    /// A page whose rows are at a path, with values for each row.
    public init(page: [UInt8], rows: String, constants: [(name: String, value: JSONValue)] = []) {
        self.page = page
        self.rows = rows
        self.constants = constants
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
