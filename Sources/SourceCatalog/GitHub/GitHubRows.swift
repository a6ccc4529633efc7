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
