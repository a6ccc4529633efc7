import Columns
import Foundation
import Tributary

/// Which of a table's lists belong to objects of another: parts of their paths are keys of those.
struct PathGuess {
    /// The path with names in braces.
    let template: String
    /// The list that the parents are in.
    let parentPath: String?
    /// The parent's members by the names of the template.
    let names: [String: String]

    /// The same path for all.
    init(_ path: String) {
        template = path
        parentPath = nil
        names = [:]
    }

    /// A path of a table that asks for several; nil when no part of it is a key of a parent.
    init?(_ path: String, among lists: [String: [JSONObject]]) {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        for (other, rows) in lists.sorted(by: { $0.key.count > $1.key.count }) where other != path && !rows.isEmpty {
            for (index, part) in parts.enumerated() where !part.isEmpty {
                let value = part.removingPercentEncoding ?? part
                let members = Self.members(of: rows[0]).sorted { ($0 == "id" ? 0 : 1) < ($1 == "id" ? 0 : 1) }
                guard !other.split(separator: "/").contains(Substring(part)),
                    let member = members.first(where: { name in
                        rows.contains { ModelPage.text($0[path: name] ?? .null) == value }
                    })
                else { continue }
                let owner = index > 0 ? parts[index - 1] : "parent"
                let name = owner.hasSuffix("s") ? String(owner.dropLast()) : owner
                var named = parts
                named[index] = "{\(name.isEmpty ? "parent" : name)}"
                template = named.joined(separator: "/")
                parentPath = other
                names = [name.isEmpty ? "parent" : name: member]
                return
            }
        }
        return nil
    }

    /// The members of an object, then those within them: keys are often one level deep.
    private static func members(of row: JSONObject) -> [String] {
        row.names
            + row.members.flatMap { member in (member.value.object?.names ?? []).map { "\(member.name).\($0)" } }
    }
}
