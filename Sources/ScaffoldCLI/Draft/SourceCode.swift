import Foundation

/// The Swift of a new source: the template of its kind, with the fragments of its auth and pagination.
struct SourceCode {
    let plan: SourcePlan
    let templates: TemplateFolder

    /// The source file's text.
    func text() throws -> String {
        let auth = try templates.sections(
            "Templates/auth/\(plan.auth.rawValue).swift",
            ["__type__": plan.id, "__api_key_place__": plan.apiKeyPlace.code])
        let names = plan.pageNames
        var marks = Self.marks(plan)
        marks["__position__"] = plan.parameter(names.position)
        marks["__size__"] = plan.parameter(names.size ?? "")
        marks["__next__"] = names.nextCode
        marks["__end__"] = names.end(plan.pagination)
        marks["__rows_a_page__"] = String(min(100, names.maximum))
        marks["__api_key_place__"] = plan.apiKeyPlace.code
        marks["__rows__"] = ExampleList(plan, plan.tables[0]).rows
        let pages = try templates.sections("Templates/pagination/\(plan.pagination.rawValue).swift", marks)
        // Fields need no init of their own; a form without any does.
        let fields = plan.auth == .none && !plan.baseURL.parts.isEmpty ? [] : [auth["config"]].compactMap { $0 }
        marks["__config__"] = (plan.baseURL.fields + fields).joined(separator: "\n")
        marks["__authorization__"] = auth["authorization"]
        let size = names.size == nil ? nil : pages["size"]
        let query = Self.dictionary("query", plan.constants)
        // The paginator of GraphQL is the query's own.
        let paging = plan.kind == .graphql ? [] : [pages["paginator"], size, query].compactMap { $0 }
        let more = [
            plan.kind == .graphql ? query : nil, Self.dictionary("headers", plan.headers),
            // Where a server of the user's own redirects to, nobody knows.
            plan.baseURL.parts.contains(where: \.isHost) ? "followsRedirects: false" : nil,
        ]
        marks["__more__"] = more.compactMap { $0.map { ",\n            \($0)" } }.joined()
        let isLong = paging.joined(separator: ", ").count > 90
        marks["__paginator__"] = paging.joined(separator: isLong ? ",\n            " : ", ")
        marks["__probe_request__"] = probeRequest
        let endpoints = plan.tables.map(endpoint).joined(separator: "\n")
        // The formatter wants no comma behind an only element.
        marks["__endpoints__"] = plan.tables.count == 1 ? String(endpoints.dropLast()) : endpoints
        return try templates.filled("Templates/\(plan.kind.rawValue)/Source.swift", marks)
    }

    /// The words that every template may use.
    static func marks(_ plan: SourcePlan) -> [String: String] {
        [
            "__Type__": plan.type.text, "__type__": plan.id, "__label__": plan.label, "__base_url__": plan.baseURL.code,
            "__docs__": plan.docs, "__path__": plan.tables[0].path, "__table__": plan.tables[0].name,
            "__keys__": literals(plan.tables[0].keys), "__probe__": ExampleList(plan, plan.tables[0]).probe,
        ]
    }

    /// The probe of an API that is searched by POST; nothing where a GET does.
    private var probeRequest: String {
        if plan.method == .get { return "" }
        let size = ExampleList(plan, plan.tables[0]).sizeParameter
        let body = size.map { place in
            place.split(separator: ".").reversed().reduce("1") { inner, name in "[\"\(name)\": \(inner)]" }
        }
        return "var probeRequest: RESTRequest { RESTRequest(.post, probe, body: \(body ?? "[:]")) }"
    }

    private static func dictionary(_ label: String, _ constants: [SourcePlan.Constant]) -> String? {
        let pairs = constants.map { "\"\($0.name)\": \"\($0.value)\"" }.joined(separator: ", ")
        return pairs.isEmpty ? nil : "\(label): [\(pairs)]"
    }

    /// A cursor field on one line, or on as many as its parts need.
    private static func incremental(_ parts: [String]) -> String {
        let line = "incremental: [.datetime(\(parts.joined(separator: ", ")))]"
        if line.count <= 105 { return line }
        var lines = [""]
        for (index, part) in parts.enumerated() {
            let text = index + 1 < parts.count ? part + "," : part
            if lines[lines.count - 1].count + text.count > 90 { lines.append("") }
            lines[lines.count - 1] += lines[lines.count - 1].isEmpty ? text : " " + text
        }
        let inner = lines.joined(separator: "\n            ")
        return "incremental: [\n        .datetime(\n            \(inner))\n    ]"
    }

    private func endpoint(_ table: TablePlan) -> String {
        switch plan.kind {
        case .graphql: connection(table)
        case .rest, .sql, .file: list(table)
        }
    }

    private func list(_ table: TablePlan) -> String {
        let rows = ExampleList(plan, table).rows
        let method = plan.method == .post ? ", method: .post" : ""
        let place = "\"\(table.name)\", path: \"\(table.path)\"\(method)"
        let form = "primaryKeys: [\(Self.literals(table.wholeKey))], rows: \"\(rows)\""
        let head = [place, form].joined(separator: place.count + form.count > 105 ? ",\n    " : ", ")
        var more: [String] = []
        if let cursor = table.cursor {
            var parts = ["\"\(cursor)\"", "parameter: \(plan.parameter(table.since))"]
            if table.format != .iso8601 { parts.append("format: .\(table.format.code)") }
            if table.template != TablePlan.bareValue { parts.append("template: \"\(table.template)\"") }
            let orders = plan.pageNames.orders.map { "\"\($0.parameter)\": \"\($0.text(by: cursor))\"" }
            let place = plan.method == .post ? "body" : "query"
            // In what order rows come when nobody asks for one, nobody knows.
            parts.append(orders.isEmpty ? "sort: .unsorted" : "\(place): [\(orders.joined(separator: ", "))]")
            more.append(Self.incremental(parts))
        }
        if let place = table.partitionBy { more.append("partitioning: .datetime(\"\(place)\", by: .month)") }
        if let parent = table.parent {
            more.append("parent: \"\(parent.table)\"")
            // A parent may be deleted after it was listed.
            more.append("actions: [.ignore(404)]")
        }
        if !table.hints.isEmpty {
            let hints = table.hints.sorted { $0.key < $1.key }.map { "\"\($0.key)\": .\($0.value)" }
            more.append("columnHints: [\(hints.joined(separator: ", "))]")
        }
        // What changes on a page that was read already would be passed over: an hour is longer than most reads.
        if table.cursor != nil, plan.pageNames.orders.isEmpty { more.append("defaultLookback: .seconds(3_600)") }
        if more.isEmpty, head.count < 95 { return "RESTEndpoint(\(head))," }
        return "RESTEndpoint(\n    " + ([head] + more).joined(separator: ",\n    ") + "),"
    }

    private func connection(_ table: TablePlan) -> String {
        let fields = Self.unique(table.keys + ["name", "createdAt", table.cursor ?? "createdAt"]).joined(separator: " ")
        let head = "connection(\n    \"\(table.name)\", keys: [\(Self.literals(table.keys))], fields: \"\(fields)\""
        guard let cursor = table.cursor else { return head + ")," }
        return head + ",\n    incremental: [.datetime(\"\(cursor)\", parameter: .body(\"variables.since\"))]),"
    }

    /// Names as the members of a Swift array.
    private static func literals(_ names: [String]) -> String { names.map { "\"\($0)\"" }.joined(separator: ", ") }

    private static func unique(_ names: [String]) -> [String] {
        names.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    }
}
