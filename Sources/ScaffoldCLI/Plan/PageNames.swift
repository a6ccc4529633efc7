/// What an API calls the parts of its paging.
struct PageNames: Equatable {
    /// A parameter that chooses an order, with what it takes.
    struct Order: Equatable {
        var parameter: String
        /// `{field}` stands for the field to order by.
        var template = "{field}"

        func text(by field: String) -> String { template.replacing("{field}", with: field) }
    }

    /// What a place that leads on says.
    enum Lead: String {
        case cursor = "$next"
        case url = "$nextURL"
        case rows = "$total"
        case pages = "$pages"
        case more = "$more"
    }

    /// The parameter that carries the position.
    var position: String
    /// The parameter that carries the page's size; nil when there is none.
    var size: String?
    /// The place in an answer that leads on: a cursor, a URL, a total; a header as `header:NAME`. Empty where nothing does,
    /// and a short page is the end.
    var next: String
    /// The greatest size that the API takes.
    var maximum = 100
    /// The parameters that choose an order; empty where the API takes none.
    var orders = [Order(parameter: "sort")]

    /// The names that most APIs have, by the way they page.
    init(_ pagination: SourcePlan.Pagination) {
        switch pagination {
        case .cursor: (position, size, next) = ("cursor", "limit", "next_cursor")
        case .nextURL: (position, size, next) = ("cursor", "limit", "next")
        case .link: (position, size, next) = ("page", "per_page", "")
        case .header: (position, size, next) = ("page", "limit", "Next-Page")
        case .offset: (position, size, next) = ("offset", "limit", "total")
        case .page: (position, size, next) = ("page", "per_page", "total_pages")
        case .none: (position, size, next) = ("", nil, "")
        }
    }

    static let headerMark = "header:"

    /// The header that leads on; nil where a place of the body does.
    var header: String? { next.hasPrefix(Self.headerMark) ? String(next.dropFirst(Self.headerMark.count)) : nil }

    /// The place that leads on, as Swift has it.
    var nextCode: String { header.map { ".header(\"\($0)\")" } ?? "\"\(next)\"" }

    /// What the place that leads on says, by the way of paging, and for numbered pages by its name; nil where there is none.
    func lead(_ pagination: SourcePlan.Pagination) -> Lead? {
        if next.isEmpty { return nil }
        switch pagination {
        case .cursor: return .cursor
        case .nextURL: return .url
        case .offset: return .rows
        case .page:
            let name = next.lowercased()
            if name.contains("more") || name.contains("next") { return .more }
            return name.contains("page") ? .pages : .rows
        case .link, .header, .none: return nil
        }
    }

    /// The arguments of a counting paginator that tell it the end: `, total: "total"`.
    func end(_ pagination: SourcePlan.Pagination) -> String {
        switch lead(pagination) {
        case .rows: ", total: \(nextCode)"
        case .pages: ", totalPages: \(nextCode)"
        case .more: ", hasMore: \(nextCode)"
        case .cursor, .url, nil: ""
        }
    }
}
