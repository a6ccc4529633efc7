import Cassettes
import Columns
import Tributary

/// What a list of tables looks like, and that it is the same each time.
enum CatalogueShapeChecks {
    static let all = [namesUnique, deterministic, staticNeedsNothing, schemaBackwardCompatible]

    private static let namesUnique = Check(
        "discovery-names-unique-and-valid", group: .discovery, level: .replay, scope: .source,
        proves: "The list of tables is not empty, and names of tables and columns are usable and come once.",
        method:
            "The tables are listed over the recording; names must not repeat within their scope, be empty, begin or "
            + "end with a blank or hold a control character, and keys must be among the columns where these are told.",
        likelyCause: "A page of the listing is read twice, or two upstream objects get one name.", profile: .quick,
        catches: "tables-listed-twice", "key-column-spelt-otherwise"
    ) { input in
        try await input.judging { tally in
            let listing = try await input.listing()
            tally.add(listing.looked)
            if listing.tables.isEmpty {
                return [Finding(at: "the list of tables", expected: "at least one table", actual: "It is empty.")]
            }
            return problems(listing.tables.map(\.name), "tables") + listing.tables.flatMap(Self.problems)
        }
    }

    private static func problems(_ table: SourceSchema) -> [Finding] {
        let columns = table.columns.map(\.name)
        var findings =
            problems(columns, "columns of \(table.name)") + problems(table.primaryKeys, "key of \(table.name)")
        findings += problems(table.incrementalFields.map(\.name), "cursor fields of \(table.name)")
        let missing = columns.isEmpty ? [] : table.primaryKeys.filter { !columns.contains($0) }
        if !missing.isEmpty {
            findings.append(
                Finding(
                    at: "key of \(table.name)", expected: "columns of the table: \(columns.joined(separator: ", "))",
                    actual: "The key names \(missing.joined(separator: ", ")).",
                    cause: "The key is spelt otherwise than the column."))
        }
        return findings
    }

    private static func problems(_ names: [String], _ what: String) -> [Finding] {
        let places = Dictionary(grouping: names.indices) { names[$0] }
        var witness = places.filter { $0.value.count > 1 }.map { "'\($0.key)' at \($0.value.map(String.init))" }
            .sorted()
        witness += names.filter { name in
            name.isEmpty || name.first?.isWhitespace == true || name.last?.isWhitespace == true
                || name.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x7F }
        }.map { "'\($0)' is no name" }
        if witness.isEmpty { return [] }
        return [
            Finding(
                at: what, expected: "usable names, each once", actual: "\(witness.count) are not.", witness: witness)
        ]
    }

    private static let deterministic = Check(
        "discovery-deterministic", group: .discovery, level: .meta, scope: .source,
        proves: "The same upstream gives the same list of tables, whenever and in whatever order it tells them.",
        method: "Tables are listed twice, by a source made anew, a year later by the clock, and with every list in the "
            + "upstream's answers turned round; the last by content, the others also by order.",
        likelyCause:
            "A set or dictionary is listed as it lies in memory, or the first element of a list counts as special.",
        profile: .quick, catches: "tables-in-changing-order", "key-taken-from-first-column"
    ) { input in
        try await input.judging { tally in
            let first = try await input.listing()
            let again = try await input.listing()
            let later = try await Listing(input, try input.material(), later: .seconds(400 * 86_400))
            let turned = RewritingUpstream(base: try input.material(), what: "its lists turned round") {
                Self.turned($1)
            }
            let round = try await Listing(input, turned)
            [first, again, later, round].forEach { tally.add($0.looked) }
            return difference("listed a second time", first.lines(), again)
                + difference("listed 400 days later", first.lines(), later)
                + difference("listed in another order", first.lines(isSorted: true), round, isSorted: true)
        }
    }

    private static func difference(
        _ what: String, _ expected: [String], _ listing: Listing, isSorted: Bool = false
    ) -> [Finding] {
        let actual = listing.lines(isSorted: isSorted)
        if listing.error == nil, actual == expected { return [] }
        let index = (0..<max(expected.count, actual.count)).first {
            !expected.indices.contains($0) || !actual.indices.contains($0) || expected[$0] != actual[$0]
        }
        let shown = index.flatMap { actual.indices.contains($0) ? actual[$0] : nil } ?? "nothing"
        let wanted = index.flatMap { expected.indices.contains($0) ? expected[$0] : nil } ?? "nothing"
        return [
            Finding(
                at: what, expected: "the same list of tables",
                actual: listing.error.map { "It ended with: \($0)" } ?? "It differs.",
                witness: ["first: \(wanted)", "now: \(shown)"], history: listing.history)
        ]
    }

    private static func turned(_ value: JSONValue) -> JSONValue {
        switch value {
        case .array(let elements): .array(elements.reversed().map(turned))
        case .object(let object): .object(JSONObject(object.members.map { ($0.name, turned($0.value)) }))
        default: value
        }
    }

    private static let staticNeedsNothing = Check(
        "discovery-static-needs-no-io", group: .discovery, level: .static, scope: .source,
        proves: "A source that says it lists its tables without credentials needs no upstream for it.",
        method: "Tables are listed with made-up credentials while nothing answers.",
        likelyCause: "The list asks the upstream: take listsSchemasWithoutCredentials out of the description.",
        profile: .quick, catches: "static-listing-asks-upstream"
    ) { input in
        guard input.source.description.listsSchemasWithoutCredentials else {
            return .notApplicable("The source does not say that its tables are known without a connection.")
        }
        let upstream = RefusingUpstream(like: try input.material())
        let listing = try await Listing(input, upstream)
        var findings: [Finding] = []
        if let first = upstream.attempts.first {
            findings.append(
                Finding(at: "listing the tables", expected: "no request", actual: "It asked for \(first)."))
        } else if let error = listing.error {
            findings.append(
                Finding(at: "listing the tables", expected: "the tables", actual: "It ended with: \(error)"))
        }
        return .judged(findings, looked: Counters(runs: 1, items: listing.tables.count))
    }

    private static let schemaBackwardCompatible = Check(
        "discovery-schema-backward-compatible", group: .discovery, level: .static, scope: .source,
        proves: "What the last released version offered is offered still: tables, keys, cursor fields, columns.",
        method: "The tables of a released config are listed now and held against the released list.",
        likelyCause:
            "A table, key or column was renamed. Keep it beside the new one, or waive with a note on migration.",
        profile: .quick, catches: "released-table-renamed", "released-key-changed"
    ) { input in
        try await input.judging { tally in
            guard let released = try input.released() else {
                throw Bench.Verdicted(verdict: .notApplicable(ReleasedDeclaration.missing))
            }
            guard !released.tables.isEmpty, var config = released.examples.first else {
                throw Bench.Verdicted(
                    verdict: .notApplicable("The tables are the upstream's own: the source promises none by name."))
            }
            for member in input.config.members where config[member.name] == nil { config[member.name] = member.value }
            guard input.scenario.goodState != nil else {
                throw Bench.Verdicted(verdict: .notApplicable(ConfigurationChecks.noTables))
            }
            let listing = try await Listing(input, try input.material(), config: config)
            if let error = listing.error { throw error }
            tally.add(listing.looked)
            let now = Dictionary(listing.tables.map { ($0.name, ReleasedDeclaration.Table($0)) }) { first, _ in first }
            let file = "../\(ReleasedDeclaration.folder)/\(released.version).json"
            return released.tables.flatMap { old in
                CatalogueChange.all(from: old, to: now[old.name]).map { change in
                    Finding(
                        at: "\(old.name), since version \(released.version)", expected: change.old, actual: change.new,
                        file: file)
                }
            }
        }
    }
}

/// A promise that was not kept.
private struct CatalogueChange {
    var old: String
    var new: String

    static func all(from old: ReleasedDeclaration.Table, to new: ReleasedDeclaration.Table?) -> [CatalogueChange] {
        guard let new else { return [CatalogueChange(old: "the table", new: "There is no such table any more.")] }
        var changes: [CatalogueChange] = []
        if old.primaryKeys != new.primaryKeys {
            let (was, now) = (old.primaryKeys.joined(separator: ", "), new.primaryKeys.joined(separator: ", "))
            changes.append(CatalogueChange(old: "the key \(was)", new: "The key is \(now)."))
        }
        for type in old.syncTypes where !new.syncTypes.contains(type) {
            changes.append(CatalogueChange(old: "\(type) syncs", new: "They are not offered any more."))
        }
        for field in old.cursorFields where !new.cursorFields.contains(field) {
            changes.append(
                CatalogueChange(
                    old: "the cursor field \(field)", new: "There is \(new.cursorFields.joined(separator: ", ")).")
            )
        }
        let columns = new.columns.isEmpty ? [] : old.columns
        for column in columns where !new.columns.contains(column) {
            let name = column.prefix { $0 != " " }
            let found = new.columns.first { $0.hasPrefix("\(name) ") }
            if let found, isWider(found, than: column) { continue }
            changes.append(
                CatalogueChange(old: "the column \(column)", new: found.map { "It is \($0)." } ?? "It is gone."))
        }
        return changes
    }

    private static func isWider(_ new: String, than old: String) -> Bool {
        let (a, b) = (new.drop { $0 != " " }.dropFirst(), old.drop { $0 != " " }.dropFirst())
        return ColumnComparison.isWider(String(a), than: String(b))
    }
}
