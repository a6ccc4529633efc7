import Columns

extension RESTClient {
    /// Reads one endpoint: the answer to ``Source/read(_:with:in:)``, for sources that override it for some tables.
    ///
    /// Pages are handed on as they came. Each carries the position right behind it, which holds the bounds of the read as
    /// well, so that a resumed read goes on in the same list.
    ///
    /// - Parameters:
    ///   - inputs: `schema` names the endpoint.
    ///   - endpoints: the whole table, for parents are looked up in it.
    /// - Throws: `SourceError` of kind `unknownSchema`, `missingCursorField` or `resumeTokenExpired`.
    public func response(to inputs: SourceInputs, from endpoints: [RESTEndpoint]) throws -> SourceResponse {
        let reader = RESTReader(client: self, endpoints: endpoints)
        let endpoint = try reader.endpoint(inputs.schema)
        let field = try RESTWalk.chosen(inputs, endpoint)
        let start =
            try inputs.resumeToken.map { try RESTToken($0, inputs, endpoint) }
            ?? RESTToken(walks: try RESTWalk.plan(inputs, endpoint), position: .null)
        return SourceResponse(
            primaryKeys: endpoint.primaryKeys,
            sortMode: endpoint.order(for: field) == .ascending ? .ascending : .descending,
            isSorted: endpoint.order(for: field) != .unsorted,
            partitioning: endpoint.partitioning, columnHints: endpoint.columnHints,
            lifting: endpoint.lifting,
            items: Items { emit in try await reader.run(endpoint, inputs, from: start, into: emit) })
    }
}

extension RESTClient {
    /// Asks for the first page of one endpoint, and of one parent where it has one: proof that it may be read, for
    /// sources that override ``Source/validateCredentials(_:schema:in:)``.
    ///
    /// - Throws: `SourceError` of kind `unknownSchema`, or why the table cannot be read.
    public func probe(_ schema: String, from endpoints: [RESTEndpoint]) async throws {
        let reader = RESTReader(client: self, endpoints: endpoints)
        try await reader.probe(try reader.endpoint(schema))
    }
}

extension RESTReader {
    /// Emits every page of the walks that are left.
    func run(
        _ endpoint: RESTEndpoint, _ inputs: SourceInputs, from start: RESTToken, into emit: Emitter
    ) async throws {
        let columns = endpoint.injectedColumns
        var left = start.walks[...]
        var position = start.position
        while let walk = left.first {
            left = left.dropFirst()
            let later = Array(left)
            try await self.walk(endpoint, walk, at: position) { visit in
                let rest = visit.next.map { RESTToken(walks: [walk] + later, position: $0) }
                let token = (rest ?? RESTToken(walks: later, position: .null)).token(inputs)
                guard let page = visit.page, !page.isEmpty else { return try await emit.position(token) }
                let constants = columns.map { (name: $0.column, value: visit.parents[$0.field] ?? .null) }
                let item = JSONItem(
                    page: page.bytes, rows: endpoint.rows, constants: constants, lifting: endpoint.lifting)
                do {
                    try await emit(.json(item), resume: token)
                } catch let error as JSONError {
                    throw RESTErrors.notJSON(error, reading: endpoint.name)
                }
            }
            position = .null
        }
    }

    /// Asks for the first page of an endpoint, and of one parent where it has one: proof that it may be read.
    func probe(_ endpoint: RESTEndpoint) async throws {
        do {
            try await walk(endpoint, RESTWalk(), at: .null) { _ in throw ProbeDone() }
        } catch is ProbeDone {}
    }

    private struct ProbeDone: Error {}
}
