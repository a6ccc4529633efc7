import Foundation

/// The first scenario of a new source: made up, and said to be; it lets the kit run before anything was recorded.
struct ExampleScenario {
    private let plan: SourcePlan
    private var objects: ExampleObjects { ExampleObjects(plan: plan) }

    init(_ plan: SourcePlan) { self.plan = plan }

    /// The files, relative to the source's folder of fixtures.
    func files() throws -> [(path: String, text: String)] {
        if plan.kind == .sql { return [] }
        var files = [
            ("example/manifest.json", try Self.text(manifest)), ("example/t0.har", try Self.text(recording)),
        ]
        if plan.kind == .rest { files.append(("example/model.json", try Self.text(model))) }
        return files
    }

    private static func text(_ document: [String: Any]) throws -> String {
        let options: JSONSerialization.WritingOptions = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        let data = try JSONSerialization.data(withJSONObject: document, options: options)
        return String(decoding: data, as: UTF8.self) + "\n"
    }

    // MARK: Manifest

    private var manifest: [String: Any] {
        var manifest: [String: Any] = [
            "format": 1, "source": plan.id, "title": "Made up by scaffold: fourteen objects of each table",
            // One page has no link to a next one.
            "covers": [.link, .header].contains(plan.pagination) ? [] : ["pagination:\(plan.pagination.rawValue)"],
            "notes": [],
            "schemas": schemas, "config": config,
            "provenance": ["kind": "synthetic", "docs": [plan.docs]],
            "states": [
                [
                    "name": "t0", "clock": "2025-03-10T06:00:00Z", "http": "t0.har",
                    "story": "fourteen objects, three of which changed in one second",
                ]
            ], "match": [String: Any](), "expected": [String: Any](),
        ]
        // A query is sent by POST and changes nothing.
        if plan.kind == .graphql { manifest["limits"] = ["readOnlyPaths": [plan.tables[0].path]] }
        if plan.method == .post {
            manifest["limits"] = ["readOnlyPaths": plan.tables.map { plan.baseURL.path + $0.path }]
        }
        if plan.auth == .oauth {
            manifest["integrations"] = [
                [
                    "id": 7, "kind": plan.id, "label": "Example account",
                    "accessToken": ["fake": "\(plan.id).accessToken", "n": 1],
                ]
            ]
        }
        return manifest
    }

    private var schemas: [String: Any] {
        if plan.kind == .file {
            let rows: [String: Any] = [
                "mode": "incremental", "field": "modified_at", "type": "datetime",
                "keys": ["file"] + plan.tables[0].keys,
                "sort": "desc",
            ]
            return ["files": ["mode": "full-refresh", "keys": ["name"]], plan.tables[0].name: rows]
        }
        let pairs = plan.tables.map { table -> (String, Any) in
            var schema: [String: Any] = ["mode": "full-refresh", "keys": table.wholeKey]
            if let cursor = table.cursor {
                schema = ["mode": "incremental", "field": cursor, "type": "datetime", "keys": table.wholeKey]
                let isOrdered = plan.kind != .rest || !plan.pageNames.orders.isEmpty
                if isOrdered, table.parent == nil { schema["sort"] = "asc" }
            }
            return (table.name, schema)
        }
        return Dictionary(pairs) { $1 }
    }

    private var config: [String: Any] {
        func fake(_ name: String) -> [String: Any] { ["fake": "\(plan.id).\(name)", "n": 1] }
        let credentials: [String: Any] =
            switch plan.auth {
            case .apiKey: ["api_key": fake("apiKey")]
            case .bearer: ["access_token": fake("accessToken")]
            case .basic: ["user": "example", "password": fake("password")]
            case .oauth: ["account": 7]
            case .none: [:]
            }
        return plan.baseURL.parts.reduce(into: credentials) { $0[$1.wireName] = $1.example }
    }

    // MARK: Model

    private var model: [String: Any] {
        let lists = plan.tables.map { ExampleList(plan, $0) }
        let collections = lists.map { list -> (String, Any) in
            var collection: [String: Any] = [
                "key": list.table.ownKeys, "cursorMovesOnUpdate": list.table.cursor != nil, "mutable": ["name"],
                "from": [["path": list.modelPath, "rows": list.rows]],
            ]
            if let parent = list.table.parent {
                let names = [parent.column: parent.field]
                collection["parent"] = ["collection": parent.table, "names": names, "columns": names]
            }
            collection["cursor"] = list.table.cursor
            if list.table.format != .iso8601 { collection["cursorFormat"] = list.table.format.rawValue }
            return (list.table.name, collection)
        }
        return ["collections": Dictionary(collections) { $1 }, "endpoints": lists.map(\.modelEndpoint)]
    }

    // MARK: Recording

    private var recording: [String: Any] {
        [
            "log": [
                "version": "1.2", "creator": ["name": "scaffold", "version": "1"],
                "_fixture": ["format": 1, "scenario": "example", "state": "t0", "provenance": "synthetic"],
                "entries": entries,
            ]
        ]
    }

    private var entries: [[String: Any]] {
        switch plan.kind {
        case .rest, .sql: restEntries
        case .graphql: graphQLEntries
        case .file: fileEntries
        }
    }

    private var restEntries: [[String: Any]] {
        let lists = plan.tables.map { ExampleList(plan, $0) }
        let probe = entry(
            "probe", asking: lists[0], [lists[0].sizeParameter.map { ($0, "1") }].compactMap { $0 }, rows: 1)
        return [probe] + lists.flatMap(pages)
    }

    /// The answers of a list; of a child's table one for each parent, of which only three have children.
    private func pages(of list: ExampleList) -> [[String: Any]] {
        let parent = list.table.parent
        let owners = parent.flatMap { parent in
            plan.tables.first { $0.name == parent.table }.map {
                objects.of($0).map { "\($0[parent.field] ?? "")" }.sorted()
            }
        }
        return list.queries.enumerated().flatMap { index, query -> [[String: Any]] in
            guard let parent, let owners else {
                return [entry("\(list.table.name)-\(index + 1)", asking: list, query, serving: [list.table.name])]
            }
            return owners.enumerated().map { number, owner in
                var one = list
                one.table.path = list.table.path.replacingOccurrences(of: parent.place, with: owner)
                let own = objects.of(list.table).enumerated().filter { $0.offset % 3 == number }.map(\.element)
                let children = objects.sorted(own, of: list.table, by: list.order(of: query))
                return entry(
                    "\(list.table.name)-\(index + 1)-\(owner)", asking: one, query, serving: [list.table.name], children
                )
            }
        }
    }

    /// A page of a list in the order that its request asks for.
    private func entry(
        _ id: String, asking list: ExampleList, _ query: [(String, String)], rows: Int = 14,
        serving tables: [String] = [], _ chosen: [[String: Any]]? = nil
    ) -> [String: Any] {
        let all = chosen ?? objects.sorted(objects.of(list.table), of: list.table, by: list.order(of: query))
        let page = Array(all.prefix(rows))
        if plan.method == .post {
            return entry(
                id, list.table.path, list.envelope(page), headers: list.headers(all), serving: tables,
                posting: ExampleList.body(query))
        }
        let text = query.map { "\($0.0)=\($0.1)" }.joined(separator: "&")
        let path = list.table.path + (text.isEmpty ? "" : "?\(text)")
        return entry(id, path, list.envelope(page), headers: list.headers(all), serving: tables)
    }

    private var fileEntries: [[String: Any]] {
        let list = ExampleList(plan, TablePlan(name: "files", keys: ["name"]))
        let days = [3, 2, 1].map { "2025-03-0\($0)" }
        let files = days.map { ["name": "\($0).json", "modified_at": "\($0)T06:00:00Z"] }
        let query = list.queries[0].map { "\($0.0)=\($0.1)" }.joined(separator: "&")
        let pages = days.enumerated().map { index, day in
            let rows = objects.of(plan.tables[0]).dropFirst(index * 5).prefix(5)
            return entry("file-\(day)", "/files/\(day).json", Array(rows))
        }
        return [
            entry("probe", "/files", list.envelope(files)),
            entry("files", "/files" + (query.isEmpty ? "" : "?\(query)"), list.envelope(files)),
        ] + pages
    }

    private var graphQLEntries: [[String: Any]] {
        let probe = entry(
            "probe", plan.tables[0].path, ["data": ["__typename": "Query"]], posting: ["query": "{ __typename }"])
        let pages = plan.tables.map { table in
            entry(
                "\(table.name)-1", table.path, connection(table), serving: [table.name],
                posting: GraphQLExample(table).body)
        }
        return [probe] + pages
    }

    private func connection(_ table: TablePlan) -> [String: Any] {
        let page: [String: Any] = [
            "nodes": objects.of(table), "pageInfo": ["hasNextPage": false, "endCursor": NSNull()],
        ]
        return ["data": [table.name: page]]
    }

    /// - Parameter tables: those that ask for it; none for a probe of the credentials.
    private func entry(
        _ id: String, _ path: String, _ body: Any, headers: [(String, String)] = [], serving tables: [String] = [],
        posting: [String: Any]? = nil
    ) -> [String: Any] {
        var request: [String: Any] = [
            "method": posting == nil ? "GET" : "POST",
            "url": plan.baseURL.example + asking(path, isProbe: tables.isEmpty),
            "httpVersion": "HTTP/1.1",
            "headers": (authorization + plan.headers.map { ($0.name.lowercased(), $0.value) })
                .map { ["name": $0.0, "value": $0.1] },
        ]
        if let posting {
            let type = ["name": "content-type", "value": "application/json"]
            request["headers"] = (request["headers"] as? [[String: String]] ?? []) + [type]
            request["postData"] = ["mimeType": "application/json", "text": Self.inline(posting)]
        }
        var entry: [String: Any] = [
            "_id": id, "_replay": ["optional", "repeat"], "startedDateTime": "2025-03-10T06:00:00.000Z", "time": 0,
            "request": request,
            "response": [
                "status": 200, "statusText": "OK", "httpVersion": "HTTP/1.1",
                "headers": ([("content-type", "application/json")] + headers).map { ["name": $0.0, "value": $0.1] },
                "content": ["mimeType": "application/json", "text": Self.inline(body)],
            ],
        ]
        if !tables.isEmpty { entry["_schema"] = tables }
        return entry
    }

    /// A path with what every request says beside its own; the probe of GraphQL says no more than its query.
    private func asking(_ path: String, isProbe: Bool) -> String {
        var query = isProbe && plan.kind == .graphql ? [] : [plan.constantQuery].filter { !$0.isEmpty }
        if plan.auth == .apiKey, !plan.apiKeyPlace.isHeader { query.append("\(plan.apiKeyPlace.name)=fake-api-key-1") }
        if query.isEmpty { return path }
        return path + (path.contains("?") ? "&" : "?") + query.joined(separator: "&")
    }

    private static func inline(_ value: Any) -> String {
        let options: JSONSerialization.WritingOptions = [.sortedKeys, .withoutEscapingSlashes, .fragmentsAllowed]
        let data = try? JSONSerialization.data(withJSONObject: value, options: options)
        return String(decoding: data ?? Data(), as: UTF8.self)
    }

    private var authorization: [(String, String)] {
        switch plan.auth {
        case .apiKey where plan.apiKeyPlace.isHeader: [(plan.apiKeyPlace.name.lowercased(), "fake-api-key-1")]
        case .apiKey: []
        case .bearer, .oauth: [("authorization", "Bearer fake-access-token-1")]
        case .basic: [("authorization", "Basic " + Data("example:fake-password-1".utf8).base64EncodedString())]
        case .none: []
        }
    }
}

/// The query that the GraphQL template sends for a table.
struct GraphQLExample {
    let body: [String: Any]

    init(_ table: TablePlan) {
        let filter = table.cursor == nil ? ("", "") : (", $since: DateTime", ", updatedSince: $since")
        var fields: [String] = []
        for name in table.keys + ["name", "createdAt", table.cursor ?? "createdAt"] where !fields.contains(name) {
            fields.append(name)
        }
        let query = """
            query ($first: Int, $after: String\(filter.0)) {
              \(table.name)(first: $first, after: $after\(filter.1)) {
                nodes { \(fields.joined(separator: " ")) }
                pageInfo { hasNextPage endCursor }
              }
            }
            """
        body = ["query": query, "variables": ["first": 100]]
    }
}
