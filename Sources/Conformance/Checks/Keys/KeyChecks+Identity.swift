import Cassettes
import Columns
import Pipeline
import Tributary

// Whether a key is of its object, and of nothing else.
extension KeyChecks {
    static let acrossParents = Check(
        "key-unique-across-parents", group: .primaryKeys, level: .simulated,
        proves: "Children of different parents with the same id of their own stay different rows.",
        method:
            "The model gives a child's id to a child of another parent as well, where rows take something over from "
            + "their parent. Both must be handed over with different keys, and both must be in the table after a sync.",
        likelyCause:
            "The declared key has the child's id and not the parent's: add the parent's column to the key. Where the API "
            + "says that its ids are unique over all parents, say so in model.json: \"uniqueIds\": true in the child's \"parent\".",
        catches: "child-key-without-parent"
    ) { input in
        try await Bench.judging(input) { bench in
            let (planted, names) = try bench.withTwins()
            let keys = try await bench.response().primaryKeys
            if !keys.isEmpty {
                let rows = try await bench.emitted(bench.upstream(planted))
                let groups = Dictionary(grouping: rows) { row in keys.map { bench.value($0, of: row).text } }
                let met = groups.filter { $0.value.count > 1 }.sorted { $0.value.count > $1.value.count }
                if let (key, same) = met.first.map({ ($0.key, $0.value) }) {
                    return [
                        Finding(
                            at: "full read, with the id of \(names) under two parents",
                            expected: "a key of its own for each of the two",
                            actual: "\(same.count) rows have \(keys.joined(separator: ", ")) = "
                                + "\(key.joined(separator: ", ")): a merge keeps one of them.",
                            witness: same.prefix(3).map { String(JSONValue.object($0).text.prefix(160)) })
                    ]
                }
            }
            let run = try await bench.successful(bench.plan(), of: bench.upstream(planted), at: "sync with twins")
            return bench.finding(
                try await bench.difference(planted, run), at: "sync, with the id of \(names) under two parents",
                expected: "both of them, and every other row", run)
        }
    }

    static let stable = Check(
        "key-stable-under-update", group: .primaryKeys, level: .meta,
        proves: "A change of an object at the upstream changes its row and makes no second one.",
        method:
            "Every member of the objects but their key is changed, and the keys of the rows are compared with those "
            + "before; where they differ, member by member. Where a change moves the cursor, several objects are then "
            + "changed between two syncs: the table must hold each once, as it is now.",
        likelyCause: "The key contains a column that changes, such as the time of the update, or one that is made anew "
            + "in each read.",
        catches: "key-contains-update-time", "key-from-volatile-export-id", "early-stop-on-first-older-row"
    ) { input in
        try await Bench.judging(input) { bench in
            let moved = try await bench.changedKeys()
            if !moved.isEmpty { return moved }
            guard bench.schema.mode == .incremental, bench.schema.field != nil,
                bench.collection.cursorMovesOnUpdate == true
            else { return [] }
            let changed = bench.objectsWithOldestChanged(3)
            let first = try await bench.successful(bench.plan(), of: bench.upstream(), at: "first sync")
            let second = try await bench.successful(
                bench.plan(), of: bench.upstream(changed), into: first.files, at: "sync after a change")
            let difference = try await bench.difference(changed, second)
            // Rows that are merely old say nothing of the key: their change was not asked for, or was changed on its way.
            let isOfKey = !difference.extra.isEmpty || !difference.doubled.isEmpty
            return bench.finding(
                difference, at: "sync after a change of three objects",
                expected: "the changed objects as they are now, in one row each", second,
                cause: isOfKey
                    ? nil
                    : bench.causeOfBound(second, after: first.files)
                        ?? "The key is as before: the change was not asked for, or its values are changed on their way."
            )
        }
    }

    static let distinct = Check(
        "key-preserves-distinctness", group: .primaryKeys, level: .meta,
        proves:
            "Keys that differ only by case, a space at the end, a zero in front, the form of a Unicode letter, sign, "
            + "or digits beyond 2^53 stay different.",
        method:
            "The model holds pairs of objects with such keys. Both of each pair must be handed over, and both must be "
            + "in the table after a sync, spelt as they were sent.",
        likelyCause: "The source folds, trims or converts its keys, or decodes numbers as doubles.",
        catches: "integers-above-2-53-rounded", "key-folded-to-lower-case"
    ) { input in
        try await Bench.judging(input) { bench in
            guard bench.sql == nil else {
                throw Bench.Verdicted(
                    verdict: .notApplicable("The engine's collation says which keys are equal, and holds to it."))
            }
            let planted = try bench.keyPairs()
            let rows = try await bench.emitted(bench.upstream(bench.objects + planted))
            let member = bench.collection.key[0]
            let sent = planted.map { ModelPage.text($0.body[path: member] ?? .null) }
            let column = bench.collection.column(of: member)
            let handed = Set(rows.map { Spelling(ModelPage.text(bench.value(column, of: $0))) })
            let lost = sent.filter { !handed.contains(Spelling($0)) }
            if !lost.isEmpty { return [bench.lostKeys(lost, member, where: "decoded", among: rows.count)] }
            let run = try await bench.successful(
                bench.plan(), of: bench.upstream(bench.objects + planted), at: "sync with pairs of keys")
            let table = try await bench.table(run)
            let stored = Set(
                (table?.rows ?? []).map { Spelling($0.values[Bench.column(column)].map(TableDiff.text) ?? "") })
            let merged = sent.filter { !stored.contains(Spelling($0)) }
            if !merged.isEmpty {
                return [bench.lostKeys(merged, member, where: "merged", among: table?.rows.count ?? 0)]
            }
            return []
        }
    }
}

/// A text that equals another only if their bytes do; Swift's own texts are equal in all forms of a letter.
struct Spelling: Hashable {
    let bytes: [UInt8]
    init(_ text: String) { bytes = Array(text.utf8) }
}

extension Bench {
    /// The objects, with the ids of some of them given to another parent's children as well.
    func withTwins() throws -> (objects: [World.Object], names: String) {
        guard let parent = collection.parent else {
            throw Verdicted(
                verdict: .notApplicable("The table's rows come from one list, not from one for each parent."))
        }
        if parent.hasUniqueIDs {
            throw Verdicted(verdict: .notApplicable("model.json says that ids are unique over all parents."))
        }
        guard !parent.columns.isEmpty else {
            throw Verdicted(
                verdict: .notApplicable("model.json says that ids are unique over all parents: rows take nothing over.")
            )
        }
        let owners = owners
        guard owners.count > 1 else {
            throw Verdicted(verdict: .notExercised("Only one parent was recorded."))
        }
        var known = Set(objects.map(key))
        let members = membersOfOwner
        let twins = objects.flatMap { object in owners.map { moved(object, to: $0, saying: members) } }
        let new = twins.filter { known.insert(key($0)).inserted }.prefix(2)
        // Where each id is there under each parent already, nothing need be planted.
        let first = new.first ?? objects[0]
        return (objects + new, "\(ModelPage.key(of: first.body, by: collection.key))")
    }

    /// A value of an emitted row by a declared name, in whatever spelling.
    func value(_ name: String, of row: JSONObject) -> JSONValue {
        row[name] ?? row.members.first { Self.column($0.name) == Self.column(name) }?.value ?? .null
    }

    /// The keys of rows by what identifies their objects, in one full read.
    private func keys(_ visible: [World.Object], _ declared: [String]) async throws -> [String: String] {
        let rows = try await emitted(upstream(visible, later: .seconds(86_400)))
        let names = key
        let pairs = rows.map { row in
            (
                names.map { value($0, of: row).text }.joined(separator: ","),
                declared.map { value($0, of: row).text }.joined(separator: ", ")
            )
        }
        return Dictionary(pairs) { first, _ in first }
    }

    /// Findings where a change of members that identify nothing changes the declared key.
    func changedKeys() async throws -> [Finding] {
        let declared = try await response().primaryKeys
        guard !declared.isEmpty else { throw Verdicted(verdict: .notApplicable("The table declares no key.")) }
        if collection.key.isEmpty {
            throw Verdicted(verdict: .notApplicable("The upstream itself tells no two rows apart by a key."))
        }
        if declared.allSatisfy({ name in key.contains { Self.column($0) == Self.column(name) } }) {
            // Nothing but what identifies the object is in the key; what is left is a value that the source makes up.
            return try await compareKeys(objects, declared, member: "nothing but the time of the read")
        }
        let members = membersBesideKey
        let all = try await compareKeys(changing(members), declared, member: members.joined(separator: ", "))
        if all.isEmpty { return [] }
        var culprits: [(member: String, findings: [Finding])] = []
        for member in members {
            let found = try await compareKeys(changing([member]), declared, member: member)
            if !found.isEmpty { culprits.append((member, found)) }
        }
        // What is known to change is a better witness than what might.
        let first = culprits.first { collection.mutable.contains($0.member) } ?? culprits.first
        guard culprits.count > 1 else { return first?.findings ?? all }
        let names = culprits.map(\.member).joined(separator: ", ")
        return (first?.findings ?? all).map { finding in
            var finding = finding
            finding.cause =
                "The key contains \(names), and none of them is what identifies the object, \(collection.key.joined(separator: ", ")): "
                + "when one changes, a merge does not find the old row and makes a second one."
            return finding
        }
    }

    /// Members that are no part of the key; of an object that holds a part of it, those inside.
    private var membersBesideKey: [String] {
        let heads = Set(collection.key.map(MemberPath.head))
        let all = objects.flatMap { object in
            object.body.members.flatMap { member -> [String] in
                guard heads.contains(member.name) else { return [member.name] }
                return member.value.object?.names.map { "\(member.name).\($0)" } ?? []
            }
        }
        return Set(all).subtracting(collection.key).sorted()
    }

    private func compareKeys(
        _ changed: [World.Object], _ declared: [String], member: String
    ) async throws -> [Finding] {
        let rows = try await emitted(upstream())
        let names = key
        let before = Dictionary(
            rows.map { row in
                (
                    names.map { value($0, of: row).text }.joined(separator: ","),
                    declared.map { value($0, of: row).text }.joined(separator: ", ")
                )
            }
        ) { first, _ in first }
        let after = try await keys(changed, declared)
        let known = Set(before.values)
        // Where the identity itself is made up, no object is found again.
        let lost = before.keys.allSatisfy { after[$0] == nil } && !before.isEmpty
        let differing = before.filter { id, key in after[id].map { $0 != key } ?? false }.sorted { $0.key < $1.key }
        guard lost || !differing.isEmpty else { return [] }
        let witness =
            lost
            ? Array(known.sorted().prefix(2)) + Array(after.values.sorted().prefix(2))
            : differing.prefix(3).map { "object \($0.key): key \($0.value) before, \(after[$0.key] ?? "none") after" }
        return [
            Finding(
                at: "two full reads, with \(member) changed in between",
                expected: "the same key (\(declared.joined(separator: ", "))) for the same object",
                actual: "\(lost ? before.count : differing.count) of \(before.count) objects have another key.",
                witness: witness,
                cause:
                    "The key contains \(member.contains(",") ? "a column that changes" : "\(member), which changes"): a "
                    + "merge does not find the old row and makes a second one.")
        ]
    }

    /// The objects with other values in some members: a moment later, a number more, another text.
    func changing(_ members: [String]) -> [World.Object] {
        objects.map { object in
            var object = object
            for member in members {
                guard let value = object.body[path: member] else { continue }
                object.body[path: member] = Self.changed(value)
            }
            return object
        }
    }

    /// Another value of the same kind; an address stays, since it may be asked for.
    private static func changed(_ value: JSONValue) -> JSONValue {
        value.string?.hasPrefix("http") == true ? value : other(than: value, days: 1, step: 1)
    }

    /// The objects after the upstream changed one of the oldest: its text, and its cursor beyond all others.
    func objectsWithNewestChanged() -> [World.Object] { objectsWithOldestChanged(1) }

    /// The objects after the upstream changed some of the oldest, one after the other.
    func objectsWithOldestChanged(_ count: Int) -> [World.Object] {
        var objects = objects
        guard let name = collection.cursor, let newest = objects.last else { return objects }
        for step in 0..<min(count, objects.count - 1) {
            var changed = objects.removeFirst()
            changed.body[path: name] = Self.after(cursor(newest), days: 40 + Int64(step))
            for field in collection.mutable where changed.body[path: field]?.string != nil {
                changed.body[path: field] = "changed"
            }
            objects.append(changed)
        }
        return objects
    }

    /// A day, a moment or an epoch some days later: a day stays one.
    static func after(_ value: JSONValue, days: Int64) -> JSONValue {
        if let number = value.int64 { return .number(JSONNumber(number + days * 86_400)) }
        if let number = value.double { return .number(JSONNumber(text: "\(number + Double(days * 86_400))")) }
        guard let text = value.string, let moment = TimestampParser.microseconds(text) else { return value }
        let later = CursorValue.timestamp(moment + days * 86_400_000_000).storedText
        return .string(text.count == 10 ? String(later.prefix(10)) : later)
    }

    /// Objects whose keys are easily taken for one another.
    func keyPairs() throws -> [World.Object] {
        guard let pattern = objects.last, collection.key.count == 1, let old = pattern.body[path: collection.key[0]]
        else {
            throw Verdicted(verdict: .notApplicable("The key is of several columns."))
        }
        let values: [JSONValue]
        if old.int64 != nil {
            values = [
                "9007199254740992", "9007199254740993", "-17", "17", "9223372036854775807", "9223372036854775806",
            ]
            .map { .number(JSONNumber(text: $0)) }
        } else if old.string != nil {
            values = [
                "Kit7a", "kit7a", "kit7a ", "kit007", "kit7", "007", "7", "-7", "caf\u{E9}", "cafe\u{301}",
                "9007199254740992", "9007199254740993", "kit.7", "kit_7",
            ].map { .string($0) }
        } else {
            throw Verdicted(verdict: .notApplicable("The key is neither text nor a whole number."))
        }
        return values.map { value in
            var object = pattern
            object.body[path: collection.key[0]] = value
            return object
        }
    }

    func lostKeys(_ lost: [String], _ member: String, where stage: String, among rows: Int) -> Finding {
        Finding(
            at: "full read with pairs of keys that differ little, in \(member)",
            expected: "a row for each key, spelt as it was sent",
            actual: stage == "decoded"
                ? "\(lost.count.counted("key was", "keys were")) not handed over among \(rows) rows: they met in the source."
                : "\(lost.count.counted("key was", "keys were")) handed over, and not found in the table of \(rows) rows: they met in the merge.",
            witness: lost.map { "lost: “\($0)” (\($0.utf8.map { String($0, radix: 16) }.joined(separator: " ")))" })
    }
}
