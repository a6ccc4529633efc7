/// What an API calls the parts of its paging.
struct PageNames: Equatable {
    /// The parameter that carries the position.
    var position: String
    /// The parameter that carries the page's size; nil when there is none.
    var size: String?
    /// The place in an answer that leads on: a cursor, a URL, a total.
    var next: String
    /// The greatest size that the API takes.
    var maximum = 100
    /// The parameter that takes the field to order by.
    var order = "sort"

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
}
