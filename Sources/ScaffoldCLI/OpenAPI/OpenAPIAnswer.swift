/// The good answer of one operation: where its rows are, and what leads to the next page.
struct OpenAPIAnswer {
    /// A list of objects in an answer.
    struct Rows {
        /// Where it stands; empty when the answer is the list.
        var path: String
        var properties: [String: OpenAPIDocument.Node]
    }

    let rows: Rows?
    /// The places in the answer beside the rows, one level deep: `next_cursor`, `meta.next`.
    private let places: [String]
    private let hasLinkHeader: Bool

    init(_ document: OpenAPIDocument, _ operation: OpenAPIDocument.Node) {
        let responses = operation["responses"]
        let code = ["200", "2XX", "default"].first { responses[$0].exists } ?? ""
        let response = document.resolved(responses[code])
        let type = response["content"].names.first { $0.contains("json") } ?? ""
        let schema = document.resolved(response["content"][type]["schema"])
        hasLinkHeader = response["headers"].names.contains { $0.lowercased() == "link" }
        rows = Self.rows(document, schema)
        places = Self.places(document, schema)
    }

    private static func rows(_ document: OpenAPIDocument, _ schema: OpenAPIDocument.Node) -> Rows? {
        if let rows = list(document, schema, at: "") { return rows }
        let properties = document.properties(schema)
        let names = properties.keys.sorted { (rank($0), $0) < (rank($1), $1) }
        for name in names {
            if let node = properties[name], let rows = list(document, node, at: name) { return rows }
        }
        return nil
    }

    /// Usual names of a list first.
    private static func rank(_ name: String) -> Int {
        ["data", "items", "results", "records", "values", "entries", "content"].firstIndex(of: name) ?? 99
    }

    private static func list(_ document: OpenAPIDocument, _ schema: OpenAPIDocument.Node, at path: String) -> Rows? {
        guard schema["type"].string == "array" || schema["items"].exists else { return nil }
        let properties = document.properties(schema["items"])
        return properties.isEmpty ? nil : Rows(path: path, properties: properties)
    }

    private static func places(_ document: OpenAPIDocument, _ schema: OpenAPIDocument.Node) -> [String] {
        let outer = document.properties(schema)
        return outer.keys.sorted().flatMap { name -> [String] in
            let inner = outer[name].map { document.properties($0) } ?? [:]
            return [name] + inner.keys.sorted().map { "\(name).\($0)" }
        }
    }

    /// The way of paging that parameters and places show.
    func paging(
        _ parameters: Set<String>, maximum: (String) -> Int?
    ) -> (SourcePlan.Pagination, PageNames) {
        func first(_ names: [String]) -> String? { names.first(where: parameters.contains) }
        let size = first([
            "limit", "per_page", "page_size", "pageSize", "perPage", "size", "count", "max_results", "first",
        ])
        func names(_ pagination: SourcePlan.Pagination, _ position: String?, _ next: String?) -> PageNames {
            var names = PageNames(pagination)
            names.size = size
            if let position { names.position = position }
            if let next { names.next = next }
            if let size, let most = maximum(size) { names.maximum = most }
            return names
        }
        if hasLinkHeader { return (.link, names(.link, first(["page", "cursor"]), nil)) }
        let cursor = first([
            "cursor", "after", "page_token", "pageToken", "next_token", "continuation", "starting_after",
        ])
        let token = place([
            "next_cursor", "nextCursor", "next_page_token", "nextPageToken", "next_token", "cursor", "after",
            "end_cursor",
        ])
        if let cursor, let token { return (.cursor, names(.cursor, cursor, token)) }
        if let next = place(["next", "next_url", "nextUrl", "next_page", "nextLink"]) {
            return (.nextURL, names(.nextURL, cursor, next))
        }
        if let offset = first(["offset", "skip", "start", "startAt"]) {
            return (.offset, names(.offset, offset, place(["total", "total_count", "totalCount", "count"])))
        }
        if let page = first(["page", "page_number", "pageNumber"]) {
            return (.page, names(.page, page, place(["total_pages", "totalPages", "pages", "page_count"])))
        }
        return (.none, PageNames(.none))
    }

    /// The first place whose last name is one of these.
    private func place(_ names: [String]) -> String? {
        for name in names {
            if let place = places.first(where: { $0 == name || $0.hasSuffix(".\(name)") }) { return place }
        }
        return nil
    }
}
