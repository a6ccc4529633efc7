/// What a source says of the page of a list that it asks for, so that a recorder need not guess it from names: the page
/// may be asked for smaller, and cut. It is neither sent nor compared.
public struct PageHint: Sendable, Hashable {
    /// How one page leads to the next.
    public enum Style: Sendable, Hashable {
        /// There is one page.
        case single
        /// By a token of the answer's.
        case cursor
        /// By a field of the last row.
        case lastRow
        /// By the number of rows before it.
        case offset
        /// By its number.
        case number
        /// By a URL in the body, or in a header of its own.
        case url
        /// By a Link header (RFC 8288).
        case link
    }

    /// Where requests say from which value of a cursor field on rows are wanted, or up to which.
    public struct Bound: Sendable, Hashable {
        /// The cursor field, as the user chooses it.
        public var field: String
        /// Where the request has the bound.
        public var parameter: RequestParameter
        /// The parameter's text, with `{value}` in the bound's place.
        public var template: String
        /// Whether rows lie below it, and not above.
        public var isUpper: Bool
        /// Whether rows that equal it are among the answer's.
        public var isInclusive: Bool
    }

    /// How one page leads to the next; nil where the source does not say.
    public var style: Style?
    /// Where the request says which page is wanted.
    public var position: RequestParameter?
    /// The number of the first page, where pages have numbers.
    public var firstPage = 1
    /// Where the request says how many rows a page has; nil where it does not.
    public var size: RequestParameter?
    /// The path of the rows in the answer; empty when the answer is the list.
    public var rows: String
    /// Where the answer says how many rows the list has.
    public var total: ResponsePlace?
    /// Where the answer says how many pages the list has.
    public var totalPages: ResponsePlace?
    /// Where the answer has what leads on: a cursor, or the next page's URL.
    public var next: ResponsePlace?
    /// Where the answer says whether there is more.
    public var hasMore: ResponsePlace?
    /// The bounds that requests for the list may have.
    public var bounds: [Bound] = []

    /// A page whose rows are at a path.
    public init(
        rows: String, size: RequestParameter? = nil, total: ResponsePlace? = nil, totalPages: ResponsePlace? = nil,
        next: ResponsePlace? = nil, hasMore: ResponsePlace? = nil
    ) {
        self.rows = rows
        self.size = size
        self.total = total
        self.totalPages = totalPages
        self.next = next
        self.hasMore = hasMore
    }

    /// Whether the source reads a header field of this name.
    public func reads(header name: String) -> Bool {
        [total, totalPages, next, hasMore].contains { $0?.isHeader(name) ?? false }
    }
}
