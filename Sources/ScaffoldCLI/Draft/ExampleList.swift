import Foundation

/// How a made-up upstream answers for one table: what a first scenario records, and its model declares.
struct ExampleList {
    let plan: SourcePlan
    let table: TablePlan

    init(_ plan: SourcePlan, _ table: TablePlan) {
        self.plan = plan
        self.table = table
    }

    /// Where the list stands in an answer.
    var rows: String { table.rows ?? (plan.pagination == .link ? "" : "data") }

    /// The parameter that takes the page's size; nil when everything comes in one answer.
    var sizeParameter: String? { plan.pagination == .none ? nil : plan.pageNames.size }

    /// The path of a cheap page.
    var probe: String { table.path + (sizeParameter.map { "?\($0)=1" } ?? "") }

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
        return [firstQuery, firstQuery + [(plan.pageNames.order, cursor)]]
    }

    /// The only page of the recording around its objects.
    func envelope(_ objects: [[String: Any]]) -> Any { Self.render(template, objects) }

    /// The page with marks, as model.json has it.
    var template: Any {
        if rows.isEmpty { return "$rows" }
        var envelope: [String: Any] = [:]
        let lead: String? =
            switch plan.pagination {
            case .cursor: "$next"
            case .nextURL: "$nextURL"
            case .offset: "$total"
            case .page: "$pages"
            case .link, .header, .none: nil
            }
        if let lead { Self.put(lead, at: Self.names(plan.pageNames.next), in: &envelope) }
        Self.put("$rows", at: Self.names(rows), in: &envelope)
        return envelope
    }

    private static func names(_ path: String) -> ArraySlice<String> { path.split(separator: ".").map(String.init)[...] }

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
        var endpoint: [String: Any] = [
            "path": plan.baseURL.path + table.path, "collection": table.name, "order": table.keys,
            "page": page, "envelope": template,
        ]
        if let cursor = table.cursor {
            endpoint["orderParameters"] = [plan.pageNames.order: [cursor: [cursor]]]
            endpoint["filters"] = [["parameter": table.since, "field": cursor, "comparison": ">="]]
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
            case "$pages": 1
            default: NSNull()
            }
        default: template
        }
    }
}
