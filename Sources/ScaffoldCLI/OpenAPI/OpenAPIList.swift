import Foundation

/// One path of a document that answers with a list of objects.
struct OpenAPIList {
    let table: TablePlan
    let pagination: SourcePlan.Pagination
    let pageNames: PageNames
    let note: String?

    /// Why a path is no table.
    struct Reason: Error {
        let text: String
        let isWorthSaying: Bool
    }

    /// Looks at the GET of a path.
    static func make(_ document: OpenAPIDocument, path: String) -> Result<OpenAPIList, Reason> {
        let item = document.root["paths"][path]
        guard item["get"].exists else { return .failure(Reason(text: "", isWorthSaying: false)) }
        if path.contains("{") {
            let text = "\(path): asked once for each parent; see RESTEndpoint's parent"
            return .failure(Reason(text: text, isWorthSaying: true))
        }
        let answer = OpenAPIAnswer(document, item["get"])
        guard let rows = answer.rows else { return .failure(Reason(text: "", isWorthSaying: false)) }
        let name = tableName(path)
        guard TablePlan.isName(name), let key = key(of: rows.properties, table: name) else {
            return .failure(Reason(text: "\(path): no key was found in its rows; left out", isWorthSaying: true))
        }
        return .success(
            OpenAPIList(path: path, name: name, key: key, rows: rows, answer: answer, parameters(document, item)))
    }

    private init(
        path: String, name: String, key: String, rows: OpenAPIAnswer.Rows, answer: OpenAPIAnswer,
        _ parameters: [String: OpenAPIDocument.Node]
    ) {
        var table = TablePlan(name: name, keys: [key], path: path)
        table.rows = rows.path
        let changed = rows.properties.keys.sorted().first {
            Self.isTime(rows.properties[$0])
                && Self.plain($0).range(of: Self.changeNames, options: .regularExpression) != nil
        }
        let bound = parameters.keys.sorted().first {
            Self.plain($0).range(of: Self.boundNames, options: .regularExpression) != nil
        }
        if let changed, let bound { (table.cursor, table.since) = (changed, bound) }
        note =
            changed != nil && bound == nil
            ? "\(path): rows have '\(changed ?? "")', but no parameter that looks like its lower bound was found" : nil
        table.partitionBy = ["created_at", "createdAt", "created", "creationDate"].first {
            Self.isTime(rows.properties[$0])
        }
        for (column, schema) in rows.properties where column != table.cursor && TablePlan.isName(column) {
            switch schema["format"].string {
            case "date-time": table.hints[column] = "timestamp"
            case "date": table.hints[column] = "date32"
            default: break
            }
        }
        self.table = table
        (pagination, pageNames) = answer.paging(
            Set(parameters.keys), maximum: { parameters[$0]?["schema"]["maximum"].int })
    }

    private static let changeNames = "^(last)?(updated|modified|changed)(at|on|time|date)?$|^(date)?(updated|modified)$"
    private static let boundNames =
        "(updated|modified|changed).*(since|after|gte|ge|from|min|start)$|^(since|updatedsince)$"

    /// A name without its case and separators.
    private static func plain(_ name: String) -> String { name.lowercased().filter { $0.isLetter || $0.isNumber } }

    private static func isTime(_ schema: OpenAPIDocument.Node?) -> Bool { schema?["format"].string == "date-time" }

    /// The last segment, without a suffix such as `.json`.
    private static func tableName(_ path: String) -> String {
        let last = path.split(separator: "/").last.map(String.init) ?? ""
        return String(last.split(separator: ".").first ?? "")
    }

    private static func key(of properties: [String: OpenAPIDocument.Node], table: String) -> String? {
        let singular =
            table.hasSuffix("ies") ? table.dropLast(3) + "y" : table.hasSuffix("s") ? table.dropLast() : table[...]
        let known = ["id", "uuid", "guid", "\(singular)_id", "\(singular)Id", "gid", "key", "slug", "sid", "name"]
        return known.first { properties[$0] != nil }
    }

    private static func parameters(
        _ document: OpenAPIDocument, _ item: OpenAPIDocument.Node
    ) -> [String: OpenAPIDocument.Node] {
        let all = (item["parameters"].array + item["get"]["parameters"].array).map { document.resolved($0) }
        let pairs = all.filter { $0["in"].string == "query" }.compactMap { node in
            node["name"].string.map { ($0, node) }
        }
        return Dictionary(pairs) { $1 }
    }
}
