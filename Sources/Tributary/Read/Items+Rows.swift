import Columns

extension Items {
    /// The same items with each row of a JSON page changed, such as to make one column of two.
    ///
    /// Pages become rows, which costs several times as much as handing a page on as it came: for small tables, and where
    /// a key or cursor cannot be had otherwise; one that is nested can, see ``RESTEndpoint/lifting``. Positions stay with
    /// their pages; tables pass unchanged.
    public func mapRows(_ change: @escaping @Sendable (Row) -> Row) -> Items {
        Items { emit in
            try await run(into: Emitter { item, token in try await emit.pass(item?.mapRows(change), token) })
        }
    }
}

extension Item {
    fileprivate func mapRows(_ change: (Row) -> Row) throws -> Item {
        switch self {
        case .row(let row): return .row(change(row))
        case .rows(let rows): return .rows(rows.map(change))
        case .table: return self
        case .json(let page): return .rows(try page.parsedRows().map(change))
        }
    }
}

extension Emitter {
    /// Hands on whatever another emitter received.
    fileprivate func pass(_ item: Item?, _ token: ResumeToken?) async throws {
        if let item {
            try await self(item, resume: token)
        } else if let token {
            try await position(token)
        } else {
            try await safePoint()
        }
    }
}
