import Columns
import Tributary

/// Brings keys and cursors that GitHub nests to the top of their row.
enum GitHubRows {
    /// The change for the rows of a table; nil where pages can be handed on as they came.
    static func reshaping(_ schema: String) -> (@Sendable (Row) -> Row)? {
        switch schema.split(separator: ".").last {
        case "commits": { $0.adding("created_at", from: "commit.committer.date") }
        case "stargazers": { $0.adding("id", from: "user.id") }
        default: nil
        }
    }
}

extension JSONObject {
    fileprivate func adding(_ name: String, from path: String) -> JSONObject {
        var row = self
        row[name] = JSONValue.object(self).path(path) ?? .null
        return row
    }
}

extension Items {
    /// The same items with each row of a JSON page changed; positions stay with their pages.
    func mapRows(_ change: @escaping @Sendable (Row) -> Row) -> Items {
        Items { emit in
            try await run(
                into: Emitter { item, token in
                    switch item {
                    case .json(let page)?:
                        let found = try JSONPage(page.page).value(at: page.rows)?.array ?? []
                        try await emit(.rows(found.compactMap(\.object).map(change)), resume: token)
                    case let item?: try await emit(item, resume: token)
                    case nil:
                        if let token { try await emit.position(token) } else { try await emit.safePoint() }
                    }
                })
        }
    }

    /// Runs until the first item or position is there: proof that a table may be read.
    func probe() async throws {
        struct Done: Error {}
        do {
            try await run(into: Emitter { _, _ in throw Done() })
        } catch is Done {}
    }
}
