import Columns

/// Reads one endpoint of a table of endpoints, through as many levels of parents as it has.
struct RESTReader: Sendable {
    let client: RESTClient
    let endpoints: [RESTEndpoint]

    /// One page on its way out, with the position that leads to it and the one behind it.
    struct Visit {
        /// Nil where an action said that there is nothing.
        let page: RESTPage?
        /// Fields of the parents, by `parent.field`.
        let parents: [String: JSONValue]
        let here: JSONValue
        /// Nil behind the last page of all.
        let next: JSONValue?
    }

    func endpoint(_ name: String) throws -> RESTEndpoint {
        if let endpoint = endpoints.first(where: { $0.name == name }) { return endpoint }
        throw SourceError(
            .unknownSchema, "Looking for the table '\(name)': the source has none of this name.",
            advice: NearestName.advice(for: name, among: endpoints.map(\.name)))
    }

    /// Visits every page of an endpoint, from a position on.
    ///
    /// - Parameters:
    ///   - needed: fields of this endpoint and its parents that levels below need, as `parent.field`.
    ///   - query: parameters over the endpoint's own.
    func walk(
        _ endpoint: RESTEndpoint, _ walk: RESTWalk, needed: Set<String> = [], query: [QueryItem] = [],
        at position: JSONValue, _ visit: (Visit) async throws -> Void
    ) async throws {
        guard let parent = endpoint.parent else {
            let list = RESTList(client: client, endpoint: endpoint, walk: walk, query: query)
            return try await pages(list, at: position) { page, here, next in
                try await visit(Visit(page: page, parents: [:], here: here, next: next))
            }
        }
        let wanted = needed.union(endpoint.neededFields)
        var (walk, above) = (walk, RESTWalk())
        if parent.stopsAtWatermark { swap(&walk.stop, &above.stop) }
        let (own, parents) = (walk, above)
        var resumed = FanOutPosition(position)
        try await self.walk(
            try self.endpoint(parent.name), parents, needed: wanted, query: parent.query,
            at: resumed?.parent ?? .null
        ) { above in
            let rows = try parentRows(above, try self.endpoint(parent.name), wanted)
            let start = try resumed?.start(in: rows.map(\.key), reading: endpoint.name) ?? (row: 0, child: .null)
            resumed = nil
            try await children(of: rows, from: start, above, endpoint, own, query, visit)
        }
    }

    /// The rows of a parent's page, as far as the levels below need them.
    private func parentRows(
        _ visit: Visit, _ parent: RESTEndpoint, _ needed: Set<String>
    ) throws -> [ParentRow] {
        let own = needed.filter { $0.hasPrefix(parent.name + ".") }
        return try (visit.page?.rows ?? []).map { row in
            var values = visit.parents
            for field in own {
                let name = String(field.dropFirst(parent.name.count + 1))
                guard let value = JSONValue.object(row).path(parent.lifting.path(of: name)),
                    Position.usable(value) != nil
                else {
                    throw SourceError(
                        .unexpectedAnswer,
                        "Reading \(parent.name): a row has no '\(name)', which the tables below it need.")
                }
                values[field] = value
            }
            return ParentRow(
                values: values,
                key: own.sorted().map { values[$0].map(RESTRequest.text) ?? "" }.joined(separator: "\u{1F}"))
        }
    }

    private func children(
        of rows: [ParentRow], from start: (row: Int, child: JSONValue), _ above: Visit, _ endpoint: RESTEndpoint,
        _ walk: RESTWalk, _ query: [QueryItem], _ visit: (Visit) async throws -> Void
    ) async throws {
        let behind = above.next.map { FanOutPosition(parent: $0).value }
        if start.row >= rows.count {
            return try await visit(Visit(page: nil, parents: above.parents, here: above.here, next: behind))
        }
        for index in start.row..<rows.count {
            let list = RESTList(
                client: client, endpoint: endpoint, parents: rows[index].values, walk: walk, query: query)
            let first = index == start.row ? start.child : .null
            try await pages(list, at: first) { page, here, next in
                let place = FanOutPosition(parent: above.here, row: index, key: rows[index].key, child: here)
                let following: JSONValue?
                if let next {
                    following = FanOutPosition(parent: above.here, row: index, key: rows[index].key, child: next).value
                } else if index + 1 < rows.count {
                    following = FanOutPosition(parent: above.here, row: index + 1, key: rows[index + 1].key).value
                } else {
                    following = behind
                }
                try await visit(Visit(page: page, parents: rows[index].values, here: place.value, next: following))
            }
        }
    }

    private func pages(
        _ list: RESTList, at position: JSONValue, _ visit: (RESTPage?, JSONValue, JSONValue?) async throws -> Void
    ) async throws {
        var cursor = RESTListCursor(list, at: position)
        while let step = try await cursor.next() { try await visit(step.page, step.here, step.next) }
    }
}

/// What the levels below need of a parent's row.
private struct ParentRow {
    /// By `parent.field`, those of its own parents included.
    let values: [String: JSONValue]
    /// Tells the row from others on its page.
    let key: String
}

/// A position in a fan-out: which page of the parents, which row of it, and where in that row's children.
private struct FanOutPosition {
    var parent: JSONValue
    var row = 0
    var key: String?
    var child: JSONValue = .null

    init(parent: JSONValue, row: Int = 0, key: String? = nil, child: JSONValue = .null) {
        self.parent = parent
        self.row = row
        self.key = key
        self.child = child
    }

    init?(_ value: JSONValue) {
        guard let object = value.object else { return nil }
        parent = object["parent"] ?? .null
        row = object["row"]?.int64.map { Int($0) } ?? 0
        key = object["key"]?.string
        child = object["child"] ?? .null
    }

    var value: JSONValue {
        var object = JSONObject([("parent", parent)])
        if let key {
            object["row"] = .number(JSONNumber(Int64(row)))
            object["key"] = .string(key)
            object["child"] = child
        }
        return .object(object)
    }

    /// The row to go on from. Rows may have moved on the page since; one that has left it cannot be found again.
    func start(in keys: [String], reading table: String) throws -> (row: Int, child: JSONValue) {
        guard let key else { return (0, .null) }
        if keys.indices.contains(row), keys[row] == key { return (row, child) }
        if let moved = keys.firstIndex(of: key) { return (moved, child) }
        throw RESTToken.expired(table, "names a parent that is no longer where it was")
    }
}

extension RESTEndpoint {
    /// Fields of parents that requests need, as `parent.field`.
    private var requestFields: [String] {
        let texts = query.compactMap { item in if case .plain(let text) = item.value { text } else { nil } }
        let named = body.map { PathTemplate.fields(in: .object($0)) } ?? []
        return PathTemplate.fields(in: path) + texts.flatMap(PathTemplate.fields(inParameter:)) + named
    }

    /// The columns that parents put into each row, by `parent.field`, in the order of the path.
    var injectedColumns: [(field: String, column: String)] {
        guard let parent else { return [] }
        guard let columns = parent.columns else {
            var seen: Set<String> = []
            return requestFields.filter { seen.insert($0).inserted }.map { field in
                (field, "_" + field.split(separator: ".").joined(separator: "_"))
            }
        }
        return columns.sorted { $0.key < $1.key }.map {
            ($0.key.contains(".") ? $0.key : "\(parent.name).\($0.key)", $0.value)
        }
    }

    var neededFields: Set<String> { Set(requestFields + injectedColumns.map(\.field)) }
}
