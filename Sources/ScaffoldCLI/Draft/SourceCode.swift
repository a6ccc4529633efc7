import Foundation

/// The Swift of a new source: the template of its kind, with the fragments of its auth and pagination.
struct SourceCode {
    let plan: SourcePlan
    let templates: TemplateFolder

    /// The source file's text.
    func text() throws -> String {
        let auth = try templates.sections(
            "Templates/auth/\(plan.auth.rawValue).swift", ["__type__": plan.id, "__api_key_place__": plan.apiKeyPlace])
        let names = plan.pageNames
        var marks = Self.marks(plan)
        marks["__position__"] = names.position
        marks["__size__"] = names.size ?? ""
        marks["__next__"] = names.next
        marks["__rows_a_page__"] = String(min(100, names.maximum))
        marks["__api_key_place__"] = plan.apiKeyPlace
        marks["__rows__"] = ExampleList(plan, plan.tables[0]).rows
        let pages = try templates.sections("Templates/pagination/\(plan.pagination.rawValue).swift", marks)
        // Fields need no init of their own; a form without any does.
        let fields = plan.auth == .none && !plan.baseURL.parts.isEmpty ? [] : [auth["config"]].compactMap { $0 }
        marks["__config__"] = (plan.baseURL.fields + fields).joined(separator: "\n")
        marks["__authorization__"] = auth["authorization"]
        // Where a server of the user's own redirects to, nobody knows.
        marks["__redirects__"] =
            plan.baseURL.parts.contains(where: \.isHost) ? ",\n            followsRedirects: false" : ""
        let size = names.size == nil ? nil : pages["size"]
        marks["__paginator__"] = [pages["paginator"], size].compactMap { $0 }.joined(separator: ", ")
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

    private func endpoint(_ table: TablePlan) -> String {
        switch plan.kind {
        case .graphql: connection(table)
        case .rest, .sql, .file: list(table)
        }
    }

    private func list(_ table: TablePlan) -> String {
        let rows = ExampleList(plan, table).rows
        let head =
            "\"\(table.name)\", path: \"\(table.path)\", primaryKeys: [\(Self.literals(table.keys))], rows: \"\(rows)\""
        var more: [String] = []
        if let cursor = table.cursor {
            more.append(
                "incremental: [.datetime(\"\(cursor)\", parameter: \"\(table.since)\", query: [\"\(plan.pageNames.order)\": \"\(cursor)\"])]"
            )
        }
        if let place = table.partitionBy { more.append("partitioning: .datetime(\"\(place)\", by: .month)") }
        if !table.hints.isEmpty {
            let hints = table.hints.sorted { $0.key < $1.key }.map { "\"\($0.key)\": .\($0.value)" }
            more.append("columnHints: [\(hints.joined(separator: ", "))]")
        }
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
