import Columns

/// How a list is cut into pages: a pure function from one position to the next.
///
/// A position says which page to ask for; `.null` is the first. It is what a resume token keeps, so it must be enough to
/// ask for that page again in another process, and must hold no secret.
public struct Paginator: Sendable {
    /// Puts a position into the request.
    let apply: @Sendable (_ position: JSONValue, _ request: inout RESTRequest) throws -> Void
    /// The position after the page that came for `position`; nil, or null, at the end.
    let next: @Sendable (_ position: JSONValue, _ page: RESTPage, _ size: PageSize?) throws -> JSONValue?
    /// The paths that `next` looks at, for rows at a selector: found in one walk over the page.
    var wanted: @Sendable (_ selector: String) -> [String] = { _ in [] }
    /// What it tells a recorder; the place of the rows and the size are the list's.
    private(set) var hint = PageHint(rows: "")

    /// A paginator of the author's own.
    ///
    /// - Parameters:
    ///   - apply: puts the position into the request; called with `.null` for the first page as well.
    ///   - next: the position after a page; nil or `.null` at the end, since null is the first page and leads nowhere.
    public init(
        apply: @escaping @Sendable (_ position: JSONValue, _ request: inout RESTRequest) throws -> Void,
        next: @escaping @Sendable (_ position: JSONValue, _ page: RESTPage, _ size: PageSize?) throws -> JSONValue?
    ) {
        self.apply = apply
        self.next = { position, page, size in
            // Where Swift takes a bare nil for the JSON value, it is meant as the end all the same.
            let following = try next(position, page, size)
            return following?.isNull == true ? Optional.none : following
        }
    }

    /// The same paginator, which looks at these paths of each page.
    private func wanting(_ places: ResponsePlace?..., lastRow field: String? = nil) -> Paginator {
        var copy = self
        let fixed = places.compactMap { $0?.path }
        copy.wanted = { selector in fixed + (field.map { [RESTPage.lastRow($0, of: selector)] } ?? []) }
        return copy
    }

    /// The same paginator, which tells a recorder how it goes on.
    private func telling(
        _ style: PageHint.Style, by position: RequestParameter? = nil, _ change: (inout PageHint) -> Void = { _ in }
    ) -> Paginator {
        var copy = self
        (copy.hint.style, copy.hint.position) = (style, position)
        change(&copy.hint)
        return copy
    }
}

extension Paginator {
    /// Everything comes in one answer.
    public static let singlePage = Paginator(apply: { _, _ in }, next: { _, _, _ in nil }).telling(.single)

    /// A cursor in the answer leads on: `.cursor(parameter: "after", from: "meta.next")`.
    ///
    /// - Parameters:
    ///   - place: where the cursor is; absent, null or empty is the end, unless `hasMore` says that there is more.
    ///   - hasMore: where the answer says whether there is more.
    public static func cursor(
        parameter: RequestParameter, from place: ResponsePlace, hasMore: ResponsePlace? = nil
    ) -> Paginator {
        Paginator(
            apply: { position, request in if !position.isNull { request.set(parameter, position) } },
            next: { _, page, _ in
                let goesOn = try hasMore.map { try page.flag($0) }
                if goesOn == false { return nil }
                let cursor = page.value(place).flatMap(Position.usable)
                if cursor == nil, goesOn == true {
                    throw page.missing(place, "although '\(hasMore ?? "")' says that more follows")
                }
                return cursor
            }
        ).wanting(place, hasMore).telling(.cursor, by: parameter) { ($0.next, $0.hasMore) = (place, hasMore) }
    }

    /// A field of the page's last row leads on, as Stripe's `starting_after`.
    ///
    /// - Parameters:
    ///   - field: the path inside the row.
    ///   - hasMore: where the answer says whether there is more; nil: an empty page is the end.
    public static func lastRow(
        _ field: String, parameter: RequestParameter, hasMore: ResponsePlace? = nil
    ) -> Paginator {
        Paginator(
            apply: { position, request in if !position.isNull { request.set(parameter, position) } },
            next: { _, page, _ in
                if let hasMore, try !page.flag(hasMore) { return nil }
                if page.isEmpty, hasMore == nil { return nil }
                let path = RESTPage.lastRow(field, of: page.selector)
                guard let value = page.value(path).flatMap(Position.usable) else {
                    throw page.missing(.body(path), "where the next page starts")
                }
                return value
            }
        ).wanting(hasMore, lastRow: field).telling(.lastRow, by: parameter) { $0.hasMore = hasMore }
    }

    /// The body holds the next page's URL, absolute or relative. It must be of the same origin.
    public static func nextURL(from path: String) -> Paginator {
        urls { page in page.value(path)?.string }.wanting(.body(path)).telling(.url) { $0.next = .body(path) }
    }

    /// A header of its own holds the next page's URL, absolute or relative, as Kinto's `Next-Page`; it is missing on the
    /// last page. The URL must be of the same origin.
    public static func nextURL(header name: String) -> Paginator {
        urls { page in page.headers[name] }.telling(.url) { $0.next = .header(name) }
    }

    /// A `Link` header with `rel="next"` holds the next page's URL. It must be of the same origin.
    public static let linkHeader = urls { page in
        page.headers.fields.lazy.compactMap { field in
            guard field.name.lowercased() == "link", case .plain(let value) = field.value else { return nil }
            return LinkHeader.target("next", in: value)
        }.first
    }.telling(.link)

    /// The number of rows to skip; always sent.
    ///
    /// The list ends with an empty page, at the declared total, or, without a total, with a page shorter than the page size.
    /// - Parameters:
    ///   - total: where the answer says how many rows there are; it must then be there.
    ///   - maximum: the greatest offset that the upstream takes; a list that goes on behind it is an error, since its rest
    ///     cannot be had.
    ///   - stopsOnShortPage: false for an upstream that gives fewer rows than it was asked for.
    public static func offset(
        parameter: RequestParameter = "offset", total: ResponsePlace? = nil, maximum: Int? = nil,
        stopsOnShortPage: Bool = true
    ) -> Paginator {
        Paginator(
            apply: { position, request in request.set(parameter, .number(JSONNumber(position.int64 ?? 0))) },
            next: { position, page, size in
                if page.isEmpty, total == nil { return nil }
                let count = page.rowCount
                let next = (position.int64 ?? 0) + Int64(count)
                if let total {
                    let stated = try page.number(total)
                    if next >= stated { return nil }
                    if page.isEmpty { throw page.short(of: stated, at: next, total) }
                } else if stopsOnShortPage, let size, count < size.rows {
                    return nil
                }
                if let maximum, next > maximum { throw page.beyond(maximum, at: next) }
                return .number(JSONNumber(next))
            }
        ).wanting(total).telling(.offset, by: parameter) { $0.total = total }
    }

    /// The number of the page; always sent.
    ///
    /// The list ends with an empty page, with the last of the declared pages, at the declared total, when `hasMore` says
    /// so, or, without these, with a page shorter than the page size.
    /// - Parameters:
    ///   - first: the number of the first page.
    ///   - totalPages: where the answer says how many pages there are; it must then be there.
    ///   - total: where the answer says how many rows there are; it must then be there. Rows are counted as they come, so
    ///     that an upstream that gives fewer than it was asked for is read to its end.
    ///   - hasMore: where the answer says whether there is more; it must then be there.
    ///   - stopsOnShortPage: false for an upstream that gives fewer rows than it was asked for.
    public static func pageNumber(
        parameter: RequestParameter = "page", first: Int = 1, totalPages: ResponsePlace? = nil,
        total: ResponsePlace? = nil, hasMore: ResponsePlace? = nil, stopsOnShortPage: Bool = true
    ) -> Paginator {
        Paginator(
            apply: { position, request in
                request.set(parameter, .number(JSONNumber(CountedPage(position, first: first).number)))
            },
            next: { position, page, size in
                let here = CountedPage(position, first: first)
                let next = here.number + 1
                if let totalPages {
                    if next - Int64(first) >= (try page.number(totalPages)) { return nil }
                } else if let total {
                    let before = here.rows ?? (here.number - Int64(first)) * Int64(size?.rows ?? 0)
                    let read = before + Int64(page.rowCount)
                    let stated = try page.number(total)
                    if read >= stated { return nil }
                    if page.isEmpty { throw page.short(of: stated, at: read, total) }
                    return CountedPage(number: next, rows: read).position
                } else if let hasMore {
                    if try !page.flag(hasMore) { return nil }
                } else if page.isEmpty || stopsOnShortPage && page.rowCount < size?.rows ?? 0 {
                    return nil
                }
                return .number(JSONNumber(next))
            }
        ).wanting(totalPages, total, hasMore).telling(.number, by: parameter) { hint in
            hint.firstPage = first
            (hint.total, hint.totalPages, hint.hasMore) = (total, totalPages, hasMore)
        }
    }

    private static func urls(_ find: @escaping @Sendable (RESTPage) -> String?) -> Paginator {
        Paginator(
            apply: { position, request in if let url = position.string { request.follow(url) } },
            next: { _, page, _ in
                guard let reference = find(page), !reference.isEmpty else { return nil }
                return .string(try page.link(reference))
            })
    }
}

/// The number of a page and, for a list that ends at a number of rows, how many were on the pages before.
private struct CountedPage {
    let number: Int64
    /// Nil in the position of a version that did not count.
    let rows: Int64?

    init(number: Int64, rows: Int64) {
        self.number = number
        self.rows = rows
    }

    init(_ position: JSONValue, first: Int) {
        number = position["page"]?.int64 ?? position.int64 ?? Int64(first)
        rows = position.isNull ? 0 : position["rows"]?.int64
    }

    var position: JSONValue { ["page": .number(JSONNumber(number)), "rows": .number(JSONNumber(rows ?? 0))] }
}

/// What can stand in a token.
enum Position {
    /// Text and numbers lead on; null, false and empty text do not.
    static func usable(_ value: JSONValue) -> JSONValue? {
        switch value {
        case .string(let text): text.isEmpty ? nil : value
        case .number: value
        default: nil
        }
    }
}

/// Finds out that a list runs in a circle.
///
/// The last few thousand positions are remembered, which finds a circle at its first repeat; longer ones are found by
/// Brent's method, which keeps one position and compares.
struct RepeatGuard {
    private static let memory = 4_096
    private var recent: Set<String> = []
    private var order: [String] = []
    private var oldest = 0
    private var landmark: String?
    private var steps = 0
    private var reach = 1

    /// Whether the position has been seen on this walk.
    mutating func isRepeated(_ position: JSONValue) -> Bool {
        let text = position.text
        if text == landmark || !recent.insert(text).inserted { return true }
        if order.count < Self.memory {
            order.append(text)
        } else {
            recent.remove(order[oldest])
            order[oldest] = text
            oldest = (oldest + 1) % Self.memory
        }
        steps += 1
        if steps == reach {
            (landmark, steps, reach) = (text, 0, reach * 2)
        }
        return false
    }
}
