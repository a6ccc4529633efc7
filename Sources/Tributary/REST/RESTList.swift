import Columns

/// One list to be walked page by page: an endpoint, with the fields of one parent where it has one, and bounds.
struct RESTList: Sendable {
    let client: RESTClient
    let endpoint: RESTEndpoint
    /// Fields of parents by `parent.field`.
    var parents: [String: JSONValue] = [:]
    var walk = RESTWalk()
    /// Parameters over the endpoint's own.
    var query: [QueryItem] = []
    /// The name for messages.
    var table: String { endpoint.name }

    private var paginator: Paginator { endpoint.paginator ?? client.paginator }
    private var pageSize: PageSize? {
        guard var size = endpoint.pageSize ?? client.pageSize else { return nil }
        size.rows = min(size.rows, client.context.maximumPageSize ?? .max)
        return size
    }

    /// The page at a position; nil when an action says that there is nothing.
    func page(at position: JSONValue) async throws -> RESTPage? {
        var purpose = Purpose(table: table, actions: endpoint.actions)
        purpose.isWithinWalk = !position.isNull
        guard let answer = try await client.exchange(try request(at: position), for: purpose) else { return nil }
        do {
            return try read(answer)
        } catch let error as SourceError {
            throw client.redacting(error)
        }
    }

    /// The position behind a page; nil at the end of the list.
    func next(after position: JSONValue, _ page: RESTPage) throws -> JSONValue? {
        if try isOlder(page) { return nil }
        return try paginator.next(position, page, pageSize)
    }

    /// A parent's value may fill a segment of a path, and must not change which path it is: dots are taken out by every
    /// client and server (RFC 3986, 5.2.4), encoded or not, and nothing at all is another path as well.
    private func refuseDotSegments(_ path: String) throws {
        // Bytes and not characters: every request asks.
        let given = endpoint.path.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        let filled = path.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        for (template, bytes) in zip(given, filled) where !template.elementsEqual(bytes) {
            let segment = Substring(bytes)
            guard segment.isEmpty || segment == "." || segment == ".." else { continue }
            throw SourceError(
                .unexpectedAnswer,
                "Reading \(endpoint.name): the parent's value '\(segment)' cannot stand in the path \(endpoint.path).",
                advice: "The upstream gave a row whose key is no name; leave such parents out.")
        }
    }

    func request(at position: JSONValue) throws -> RESTRequest {
        let plain = parents.mapValues(RESTRequest.text)
        let path = PathTemplate.filled(endpoint.path, plain.mapValues(PercentEncoding.encode))
        try refuseDotSegments(path)
        var request = RESTRequest(
            endpoint.method, path, headers: endpoint.headers,
            body: endpoint.body.flatMap { PathTemplate.filled(.object($0), plain).object })
        for member in walk.body.members { request.set(.body(member.name), member.value) }
        request.query = client.query
        for items in [endpoint.query, walk.query, query] { request.override(items, filling: plain) }
        if let pageSize { request.set(pageSize.parameter, .number(JSONNumber(Int64(pageSize.rows)))) }
        for bound in walk.bounds { request.set(bound.parameter, bound.value) }
        try paginator.apply(position, &request)
        var hint = paginator.hint
        (hint.rows, hint.size, hint.bounds) = (
            endpoint.rows, pageSize?.parameter, endpoint.incremental.flatMap(\.hints)
        )
        request.page = hint
        return request
    }

    private func read(_ answer: RESTAnswer) throws -> RESTPage {
        let isEmpty: Bool
        do {
            isEmpty = try !findRows(answer) && hasNoRows(answer)
        } catch let error as JSONError {
            throw RESTErrors.notJSON(answer, error, reading: table)
        }
        return RESTPage(answer, selector: endpoint.rows, isEmpty: isEmpty) { [client] in
            try client.finish(link: $0, on: $1)
        }
    }

    /// Finds what the paginator will ask for and, in the same walk, the first row, if there is one.
    private func findRows(_ answer: RESTAnswer) throws -> Bool {
        let wanted = paginator.wanted(endpoint.rows)
        guard !endpoint.isSingleRow, !answer.document.bytes.isEmpty else {
            try answer.document.find(wanted)
            return false
        }
        return try answer.document.find(wanted, probing: "\(endpoint.rows)[0]")
    }

    /// Called where no first row was found: holds the page to the envelope that the endpoint declares.
    private func hasNoRows(_ answer: RESTAnswer) throws -> Bool {
        if answer.document.bytes.isEmpty, endpoint.rowsMayBeMissing { return true }
        let page = answer.document.page
        switch try page.value(at: endpoint.rows) {
        case .array(let rows) where rows.isEmpty && !endpoint.isSingleRow: return true
        case .object(let row) where endpoint.isSingleRow && hasKey(row): return false
        case nil, .null:
            if RESTErrors.tells(answer) { throw RESTErrors.toldInstead(answer, reading: table) }
            if endpoint.rowsMayBeMissing { return true }
        default: break
        }
        throw RESTErrors.noRows(answer, at: endpoint.rows, reading: table)
    }

    /// Whether a row that is a whole answer has one of its keys: an error object has none, and would become a row of nulls.
    private func hasKey(_ row: JSONObject) -> Bool {
        let lifted = endpoint.lifting.filter { $0.value(of: row).map { !$0.isNull } ?? false }.map(\.name)
        let own = row.names + lifted + endpoint.injectedColumns.map(\.column)
        let names = Set(own.map(ColumnNaming.normalise))
        return endpoint.primaryKeys.isEmpty
            || endpoint.primaryKeys.contains { names.contains(ColumnNaming.normalise($0)) }
    }

    /// Whether every row of the page is older than the bound of a list that comes newest first.
    private func isOlder(_ page: RESTPage) throws -> Bool {
        guard let stop = walk.stop, !page.isEmpty else { return false }
        let field = endpoint.lifting.path(of: stop.field)
        return try page.rows.allSatisfy { row in
            let value = JSONValue.object(row).path(field).flatMap { Self.cursor($0, stop.type) }
            return value?.isLess(than: stop.bound) ?? false
        }
    }

    /// A number stays one, whatever the field's type: an upstream may count seconds.
    private static func cursor(_ value: JSONValue, _ type: CursorType) -> CursorValue? {
        value.int64.map { .integer($0) } ?? String.read(value).flatMap { CursorValue(storedText: $0, as: type) }
    }
}

extension RESTRequest {
    /// Adds parameters over those of the same names that are there; one that comes several times is sent as often.
    fileprivate mutating func override(_ items: [QueryItem], filling values: [String: String]) {
        let names = Set(items.map(\.name).filter { !$0.hasSuffix("[]") })
        query.removeAll { names.contains($0.name) }
        query += items.map { item in
            var item = item
            if case .plain(let text) = item.value { item.value = .plain(PathTemplate.filled(text, values)) }
            return item
        }
    }
}

/// Walks a list from a position to its end.
struct RESTListCursor: Sendable {
    let list: RESTList
    private var position: JSONValue
    private var seen = RepeatGuard()
    private var previous: [UInt8] = []
    private var isDone = false
    private(set) var pages = 0
    /// Pages without rows, one after the other, of a list that counts its pages or rows.
    private var empty = 0
    /// A list that counts has no reason for empty pages in its middle; one whose upstream says for ever that there is more
    /// would be read for ever.
    private static let mostEmpty = 100

    init(_ list: RESTList, at position: JSONValue = .null) {
        self.list = list
        self.position = position
    }

    /// A page with the position that it was asked for by and the one behind it; nil behind the last page.
    ///
    /// - Throws: `SourceError` of kind `unexpectedAnswer` when the list runs in a circle.
    mutating func next() async throws -> (page: RESTPage?, here: JSONValue, next: JSONValue?)? {
        if isDone { return nil }
        let here = position
        if seen.isRepeated(here) { throw circle("gives the position of a page that has been read") }
        pages += 1
        let page: RESTPage?
        let following: JSONValue?
        do {
            page = try await list.page(at: here)
            following = try page.flatMap { try list.next(after: here, $0) }
        } catch let error as SourceError {
            throw pages > 1 ? error.adding(once: "page \(pages)") : error
        }
        if let page, following != nil {
            // Rows that can be told apart cannot fill two pages alike.
            if !page.isEmpty, !list.endpoint.primaryKeys.isEmpty, page.bytes == previous {
                throw circle("gives the same page again and again")
            }
            previous = page.bytes
            empty = page.isEmpty && following?.int64 != nil ? empty + 1 : 0
            if empty >= Self.mostEmpty {
                throw circle("has given \(empty) pages without a row, and says that there is more")
            }
        }
        isDone = following == nil
        position = following ?? .null
        return (page, here, following)
    }

    private func circle(_ what: String) -> SourceError {
        SourceError(
            .repeatedPage, "Reading \(list.table): after \(pages) pages the upstream \(what).",
            advice: "Compare the paginator of the endpoint with the upstream's documentation.",
            recovery: .retry(after: nil), trail: ["page \(pages + 1)"])
    }
}

/// The rows of a list as a sequence; each page is asked for when its first row is.
public struct RESTRows: AsyncSequence, Sendable {
    public typealias Element = Row

    let list: RESTList

    public func makeAsyncIterator() -> Iterator { Iterator(cursor: RESTListCursor(list)) }

    /// Goes through the rows of one page after the other.
    public struct Iterator: AsyncIteratorProtocol {
        var cursor: RESTListCursor
        private var rows: ArraySlice<Row> = []

        init(cursor: RESTListCursor) { self.cursor = cursor }

        public mutating func next() async throws -> Row? {
            while rows.isEmpty {
                guard let step = try await cursor.next() else { return nil }
                rows = (try step.page?.rows ?? [])[...]
            }
            return rows.removeFirst()
        }
    }
}
