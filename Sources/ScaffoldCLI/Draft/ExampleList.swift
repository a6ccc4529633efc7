import Foundation

/// How a made-up upstream answers for one table: what a first scenario records, and its model declares.
struct ExampleList {
    let plan: SourcePlan
    var table: TablePlan

    init(_ plan: SourcePlan, _ table: TablePlan) {
        self.plan = plan
        self.table = table
    }

    /// Where the list stands in an answer.
    var rows: String { table.rows ?? (plan.pagination == .link ? "" : "data") }

    /// The parameter that takes the page's size; nil when everything comes in one answer.
    var sizeParameter: String? { plan.pagination == .none ? nil : plan.pageNames.size }

    /// The path of a cheap page.
    var probe: String {
        let size = plan.method == .get ? sizeParameter : nil
        let query = [size.map { "\($0)=1" }, plan.constants.isEmpty ? nil : plan.constantQuery].compactMap { $0 }
        return table.path + (query.isEmpty ? "" : "?" + query.joined(separator: "&"))
    }

    /// What the place that leads on says.
    private var lead: PageNames.Lead? { plan.pageNames.lead(plan.pagination) }

    /// What every first request of the list sends.
    private var firstQuery: [(String, String)] {
        var query: [(String, String)] = []
        switch plan.pagination {
        case .offset: query.append((plan.pageNames.position, "0"))
        case .page: query.append((plan.pageNames.position, "1"))
        default: break
        }
        if let sizeParameter { query.append((sizeParameter, String(min(100, plan.pageNames.maximum)))) }
        return query
    }

    /// The requests that a full refresh, and where there is a cursor a first increment, make.
    var queries: [[(String, String)]] {
        guard let cursor = table.cursor, plan.kind == .rest else { return [firstQuery] }
        let orders = plan.pageNames.orders.map { ($0.parameter, $0.text(by: cursor)) }
        return orders.isEmpty ? [firstQuery] : [firstQuery, firstQuery + orders]
    }

    /// The member by which the rows come that a request asks for: the cursor, where it asks for an order.
    func order(of query: [(String, String)]) -> String {
        let names = Set(plan.pageNames.orders.map(\.parameter))
        return query.contains { names.contains($0.0) } ? table.cursor ?? table.ownKeys[0] : table.ownKeys[0]
    }

    /// What a search by POST sends: parameters are places in a body.
    static func body(_ query: [(String, String)]) -> [String: Any] {
        query.reduce(into: [:]) { body, item in put(Int(item.1) ?? item.1, at: names(item.0), in: &body) }
    }

    /// The only page of the recording around its objects.
    func envelope(_ objects: [[String: Any]]) -> Any { Self.render(template, objects) }

    /// The page with marks, as model.json has it.
    var template: Any {
        if rows.isEmpty { return "$rows" }
        var envelope: [String: Any] = [:]
        if let lead, plan.pageNames.header == nil {
            Self.put(lead.rawValue, at: Self.names(plan.pageNames.next), in: &envelope)
        }
        Self.put("$rows", at: Self.names(rows), in: &envelope)
        return envelope
    }

    /// The header fields that lead on, with marks, as model.json has them.
    private var headers: [String: String] {
        guard let lead, let header = plan.pageNames.header else { return [:] }
        return [header: lead.rawValue + (lead == .cursor ? "?" : "")]
    }

    /// The header fields of the only page of the recording.
    func headers(_ objects: [[String: Any]]) -> [(String, String)] {
        headers.compactMap { name, mark in
            let value = Self.render(mark, objects)
            return value is NSNull ? nil : (name, "\(value)")
        }
    }

    private static func names(_ path: String) -> ArraySlice<String> { path.split(separator: ".").map(String.init)[...] }

    /// The path as model.json has it, below the base URL: the parent's field has the name of the column that it becomes.
    var modelPath: String {
        let parent = table.parent.map { table.path.replacingOccurrences(of: $0.place, with: "{\($0.column)}") }
        return plan.baseURL.path + (parent ?? table.path)
    }

    /// The list as model.json declares it.
    var modelEndpoint: [String: Any] {
        let style =
            switch plan.pagination {
            case .none: "single"
            case .header: "link"
            default: plan.pagination.rawValue
            }
        var page: [String: Any] = ["style": style, "parameter": plan.pageNames.position]
        if plan.pagination == .header { page["header"] = plan.pageNames.next }
        page["size"] = sizeParameter
        if lead == nil, [.offset, .page].contains(plan.pagination) { page["endsWithShortPage"] = true }
        var endpoint: [String: Any] = [
            "path": modelPath, "collection": table.name, "order": table.ownKeys,
            "page": page, "envelope": template,
        ]
        if !headers.isEmpty { endpoint["headers"] = headers }
        if let cursor = table.cursor {
            let orders = plan.pageNames.orders
            if !orders.isEmpty {
                let value = orders.map { $0.text(by: cursor) }.joined(separator: "+")
                endpoint["orderParameters"] = [orders.map(\.parameter).joined(separator: "+"): [value: [cursor]]]
            }
            var filter = ["parameter": table.since, "field": cursor, "comparison": ">="]
            if table.format != .iso8601 { filter["format"] = table.format.rawValue }
            if table.template != TablePlan.bareValue { filter["template"] = table.template }
            endpoint["filters"] = [filter]
        }
        return endpoint
    }

    private static func put(_ value: Any, at path: ArraySlice<String>, in object: inout [String: Any]) {
        guard let first = path.first else { return }
        if path.count == 1 {
            object[first] = value
            return
        }
        var inner = object[first] as? [String: Any] ?? [:]
        put(value, at: path.dropFirst(), in: &inner)
        object[first] = inner
    }

    private static func render(_ template: Any, _ objects: [[String: Any]]) -> Any {
        switch template {
        case let object as [String: Any]: object.mapValues { render($0, objects) }
        case let mark as String:
            switch mark {
            case "$rows": objects
            case "$total": objects.count
            case "$pages": objects.isEmpty ? 0 : 1
            case "$more": false
            default: NSNull()
            }
        default: template
        }
    }
}
