import Cassettes
import Columns
import Pipeline
import Tributary

/// Group D: what tells rows apart.
enum KeyChecks {
    static let all = [declared, nonNull, unique, stable]

    private static let declared = Check(
        "key-declared-and-in-schema", group: .primaryKeys, level: .simulated,
        proves: "A table that is read incrementally declares a key, and its rows have the key's columns.",
        method: "The declared key is compared with the names in all rows of a full read.",
        likelyCause: "The key's name is not that of the data, or no key is declared.", profile: .quick,
        catches: "key-not-in-rows"
    ) { input in
        try await Bench.judging(input) { bench in
            let keys = try await bench.response().primaryKeys
            if keys.isEmpty, bench.schema.mode == .incremental {
                return [
                    Finding(
                        at: "declaration", expected: "a primary key, since rows are merged", actual: "None is declared."
                    )
                ]
            }
            let rows = try await bench.emitted(bench.upstream())
            let names = Set(rows.flatMap(\.names).map(Bench.column))
            let absent = keys.filter { !names.contains(Bench.column($0)) }
            if absent.isEmpty { return [] }
            return [
                Finding(
                    at: "declaration", expected: "key columns that the rows have",
                    actual: "No row has \(absent.joined(separator: ", ")).", witness: names.sorted())
            ]
        }
    }

    private static let nonNull = Check(
        "key-non-null", group: .primaryKeys, level: .simulated,
        proves: "Every row has a value in every column of its key.",
        method: "All rows of a full read are looked at as the source hands them over.",
        likelyCause: "Some kinds of rows carry their identifier under another name, or have none.", profile: .quick,
        catches: "row-variants-carry-different-id-fields"
    ) { input in
        try await Bench.judging(input) { bench in
            let keys = try await bench.response().primaryKeys
            let rows = try await bench.emitted(bench.upstream())
            let empty = rows.enumerated().filter { _, row in
                keys.contains { key in
                    let value = bench.value(key, of: row)
                    return value.isNull || value.string?.isEmpty == true
                }
            }
            guard let first = empty.first, empty.count < rows.count else { return [] }
            return [
                Finding(
                    at: "row \(first.offset + 1) of a full read",
                    expected: "a value in \(keys.joined(separator: ", "))",
                    actual: "\(empty.count) of \(rows.count) rows have none.",
                    witness: empty.prefix(3).map { String(JSONValue.object($0.element).text.prefix(120)) })
            ]
        }
    }

    private static let unique = Check(
        "key-unique-over-table", group: .primaryKeys, level: .simulated,
        proves: "No two rows of one full read have the same key.",
        method: "The keys of all rows of a full read are counted as the source hands them over; the model shows every "
            + "object once.",
        likelyCause:
            "The declared key does not identify a row: a column is missing from it, or it belongs to something "
            + "else, such as a person.", profile: .quick, catches: "key-is-an-actor-not-the-row"
    ) { input in
        try await Bench.judging(input) { bench in
            let keys = try await bench.response().primaryKeys
            guard !keys.isEmpty else { throw Bench.Verdicted(verdict: .notApplicable("The table declares no key.")) }
            let rows = try await bench.emitted(bench.upstream())
            let groups = Dictionary(grouping: rows) { row in keys.map { bench.value($0, of: row).text } }
            let doubled = groups.filter { $0.value.count > 1 && !$0.key.allSatisfy { $0 == "null" } }
            if doubled.isEmpty { return [] }
            let lines = doubled.map {
                "\(keys.joined(separator: ", ")) = \($0.key.joined(separator: ", ")): \($0.value.count) rows"
            }
            return [
                Finding(
                    at: "full read", expected: "each key once",
                    actual: "\(doubled.count) keys stand for several rows; a merge would keep one of each.",
                    witness: lines.sorted())
            ]
        }
    }

    private static let stable = Check(
        "key-stable-under-update", group: .primaryKeys, level: .meta,
        proves: "A change of an object at the upstream changes its row and makes no second one.",
        method: "Full sync; the model changes what may change in the newest object and moves its cursor where the API "
            + "does; incremental sync. The table must hold each object once, as it is now.",
        likelyCause: "The key contains a column that changes, such as the time of the update.",
        catches: "key-contains-update-time"
    ) { input in
        try await Bench.judging(input) { bench in
            try bench.demandIncremental()
            guard bench.collection.cursorMovesOnUpdate else {
                throw Bench.Verdicted(
                    verdict: .notApplicable("A change does not move the cursor, so no increment shows it."))
            }
            let changed = bench.objectsWithNewestChanged()
            let first = try await bench.successful(bench.plan(), of: bench.upstream(), at: "first sync")
            let second = try await bench.successful(
                bench.plan(), of: bench.upstream(changed), into: first.files, at: "sync after a change")
            return bench.finding(
                try await bench.difference(changed, second), at: "sync after a change of one object",
                expected: "the changed object as it is now, in one row", second)
        }
    }
}

extension Bench {
    /// A value of an emitted row by a declared name, in whatever spelling.
    func value(_ name: String, of row: JSONObject) -> JSONValue {
        row[name] ?? row.members.first { Self.column($0.name) == Self.column(name) }?.value ?? .null
    }

    /// The objects after the upstream changed one of the oldest: its text, and its cursor beyond all others.
    func objectsWithNewestChanged() -> [World.Object] {
        var objects = objects
        guard let name = collection.cursor, let newest = objects.last else { return objects }
        var changed = objects.removeFirst()
        changed.body[name] = Self.after(cursor(newest), days: 40)
        for field in collection.mutable where changed.body[field]?.string != nil { changed.body[field] = "changed" }
        objects.append(changed)
        return objects
    }

    /// A cursor value some days later, in the same spelling.
    static func after(_ value: JSONValue, days: Int64) -> JSONValue {
        if let number = value.int64 { return .number(JSONNumber(number + days * 86_400)) }
        guard let text = value.string, let moment = TimestampParser.microseconds(text) else { return value }
        return .string(CursorValue.timestamp(moment + days * 86_400_000_000).storedText)
    }
}
