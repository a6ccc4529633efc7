import Cassettes
import Columns
import Foundation
import Tributary

/// Which of a table's lists belong to objects of another: parts of their paths, or parameters, are keys of those.
struct PathGuess {
    /// The path with names in braces.
    let template: String
    /// The list that the parents are in, by its pages' ``RecordedPage/target``.
    let parent: String?
    /// The parent's members by the names in braces.
    let names: [String: String]
    /// The parameter that names the parent, as `when` of `model.json` has it.
    let when: (name: String, value: JSONValue)?

    /// The same path for all.
    init(_ path: String) {
        template = path
        parent = nil
        names = [:]
        when = nil
    }

    /// The lists that name an object of another in a parameter of their requests; nil when no parameter always does.
    ///
    /// - Parameters:
    ///   - pages: the pages of one target, of all parents.
    ///   - lists: the objects of the other targets.
    init?(_ pages: [RecordedPage], among lists: [String: [JSONObject]]) {
        guard let first = pages.first else { return nil }
        // Most telling first: what differs from parent to parent.
        let parameters = first.parameters.keys.filter { name in
            pages.allSatisfy { page in page.parameters[name].map { !ListIdentity.mayChange(name, $0) } ?? false }
        }.map { name in (name: name, values: Set(pages.compactMap { $0.parameters[name] })) }
            .sorted { ($1.values.count, $0.name) < ($0.values.count, $1.name) }
        for (name, values) in parameters {
            for (target, rows) in lists.sorted(by: { $0.key < $1.key }) where target != first.target && !rows.isEmpty {
                // A list of one parent, or a key that only looks like a list.
                let whole = Self.telling(rows, values)
                guard let member = whole ?? Self.telling(rows, Set(values.map(Self.sole))) else { continue }
                let last = MemberPath.last(name)
                let owner = last.hasSuffix("s") ? String(last.dropLast()) : last
                let text = JSONValue.string("{\(owner)}")
                let isList = whole == nil && first.parameters[name]?.hasPrefix("[") ?? false
                template = first.path
                parent = target
                names = [owner: member]
                when = (name, isList ? .array([text]) : text)
                return
            }
        }
        return nil
    }

    /// The only element of a list, or the text itself.
    private static func sole(_ text: String) -> String {
        guard text.hasPrefix("["), let list = (try? JSONValue(parsing: Array(text.utf8)))?.array, list.count == 1
        else { return text }
        return ModelPage.text(list[0])
    }

    /// A member by which objects are told apart, and that has all these values.
    private static func telling(_ rows: [JSONObject], _ values: Set<String>) -> String? {
        members(of: rows[0]).sorted { ($0 == "id" ? 0 : 1) < ($1 == "id" ? 0 : 1) }.first { name in
            let texts = rows.map { ModelPage.text($0[path: name] ?? .null) }
            let known = Set(texts)
            return values.isSubset(of: known) && (values.count > 1 || isKey(name))
        }
    }

    private static func isKey(_ name: String) -> Bool {
        ["id", "uuid", "key", "name", "slug"].contains { MemberPath.last(name).lowercased().hasSuffix($0) }
    }

    /// A path of a table that asks for several; nil when no part of it is a key of a parent.
    init?(_ path: String, among lists: [String: [JSONObject]]) {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        // The children of another parent may have the numbers that parents have: their list is nobody's parent.
        func isSibling(_ other: String, _ index: Int) -> Bool {
            let pieces = other.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
            return pieces.count == parts.count && pieces.indices.allSatisfy { $0 == index || pieces[$0] == parts[$0] }
        }
        for (other, rows) in lists.sorted(by: { $0.key.count > $1.key.count }) where other != path && !rows.isEmpty {
            for (index, part) in parts.enumerated() where !part.isEmpty {
                let value = part.removingPercentEncoding ?? part
                let members = Self.members(of: rows[0]).sorted { ($0 == "id" ? 0 : 1) < ($1 == "id" ? 0 : 1) }
                guard !other.split(separator: "/").contains(Substring(part)), !isSibling(other, index),
                    let member = members.first(where: { name in
                        rows.contains { ModelPage.text($0[path: name] ?? .null) == value }
                    })
                else { continue }
                let owner = index > 0 ? parts[index - 1] : "parent"
                let name = owner.hasSuffix("s") ? String(owner.dropLast()) : owner
                var named = parts
                named[index] = "{\(name.isEmpty ? "parent" : name)}"
                template = named.joined(separator: "/")
                parent = other
                when = nil
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
