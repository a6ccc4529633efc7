/// What a source says of the page of a list that it asks for, so that a recorder need not guess it from names: the page
/// may be asked for smaller, and cut. It is neither sent nor compared.
public struct PageHint: Sendable, Hashable {
    /// Where the request says how many rows a page has; nil where it does not.
    public var size: RequestParameter?
    /// The path of the rows in the answer; empty when the answer is the list.
    public var rows: String
    /// Where the answer says how many rows the list has.
    public var total: String?
    /// Where the answer says how many pages the list has.
    public var totalPages: String?

    /// A page whose rows are at a path.
    public init(
        rows: String, size: RequestParameter? = nil, total: String? = nil, totalPages: String? = nil
    ) {
        self.rows = rows
        self.size = size
        self.total = total
        self.totalPages = totalPages
    }
}
