import Columns
import Foundation
import Tributary

/// What a source says about its own data: `Fixtures/<source>/redaction.json`, over the general rules.
///
/// ```json
/// {"rules": [
///   {"json": "customer.name", "kind": "name", "action": "pseudonym"},
///   {"json": "items.name", "table": "users", "kind": "name", "action": "pseudonym"},
///   {"json": "$.data.notes", "action": "drop"},
///   {"query": "workspace", "action": "pseudonym"},
///   {"header": "x-account", "action": "keep"}
///  ],
///  "hosts": {"acme.example-crm.com": "api.example.com"}}
/// ```
///
/// A JSON path leaves out the positions of arrays; without `$` it counts from the end, so `email` is any member of this
/// name. The first rule that fits wins.
public struct RedactionRules: Sendable {
    /// What becomes of a value.
    public enum Action: String, Sendable, CaseIterable {
        /// A fake that is the same wherever the value is.
        case fake
        /// Another value of the same form, the same wherever the value is.
        case pseudonym
        /// Null.
        case drop
        case keep
    }

    struct Rule: Sendable {
        enum Place: String, Sendable, CaseIterable { case header, query, json, column, config }

        var place: Place
        var path: [String]
        var isAnchored: Bool
        var kind: PersonalKind?
        var action: Action
        /// The table whose answers alone are meant; nil means all.
        var table: String? = nil

        /// The rule in words, such as `json customer.name of people`.
        var text: String {
            "\(place.rawValue) \(isAnchored ? "$." : "")\(path.joined(separator: "."))"
                + (table.map { " of \($0)" } ?? "")
        }
    }

    var rules: [Rule] = []
    /// Hosts of the account, and what stands for them.
    public var hosts: [String: String] = [:]

    /// The general rules alone.
    public init() {}

    /// Reads the rules of a source's folder; a file that is not there adds none.
    ///
    /// - Throws: `SourceError` of kind `invalidFixture`: file, place and problem.
    public init(folder: URL) throws {
        let file = folder.appendingPathComponent("redaction.json")
        guard FileManager.default.fileExists(atPath: file.path) else { return }
        let root = try FixtureValue.read(file, named: "\(folder.lastPathComponent)/redaction.json")
        try root.allowOnly(["format", "rules", "hosts"])
        rules = try root.optional("rules")?.array().map(Self.rule) ?? []
        for host in try root.optional("hosts")?.members() ?? [] { hosts[host.name] = try host.value.string() }
    }

    private static func rule(_ value: FixtureValue) throws -> Rule {
        try value.allowOnly(["header", "query", "json", "column", "config", "table", "kind", "action", "reason"])
        for place in Rule.Place.allCases {
            guard let path = try value.optional(place.rawValue)?.string() else { continue }
            let parts = path.split(separator: ".").map { String($0).replacing("[]", with: "") }.filter { $0 != "$" }
            let kind: PersonalKind? = try value.optional("kind")?.choice()
            let table = try value.optional("table")?.string()
            return Rule(
                place: place, path: parts, isAnchored: path.hasPrefix("$"), kind: kind,
                action: try value.member("action").choice(), table: table)
        }
        throw value.fail("a rule needs one of header, query, json, column and config")
    }

    /// Which rule is for a value, by the names that lead to it: its place among ``rules``.
    ///
    /// - Parameter table: the one that the request was made for.
    func index(_ place: Rule.Place, _ path: [String], of table: String?) -> Int? {
        rules.firstIndex { rule in
            // The rows of a database are redacted as JSON, a member for each column.
            let isPlace = rule.place == place || rule.place == .column && place == .json
            guard isPlace, rule.path.count <= path.count, rule.table == nil || rule.table == table else { return false }
            if rule.isAnchored, rule.path.count != path.count { return false }
            return zip(rule.path, path.suffix(rule.path.count)).allSatisfy { pattern, name in
                pattern == "*" || pattern.lowercased() == name.lowercased()
            }
        }
    }
}
