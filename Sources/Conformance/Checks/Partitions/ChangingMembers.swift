import Cassettes
import Columns
import Pipeline
import Tributary

// What an upstream changes in an object that is there.
extension Bench {
    /// Findings where a change moves a row.
    func movedByChanges() async throws -> [Finding] {
        let (run, image, layout) = try await laidOut()
        if let finding = namedAfterChanges(layout, run) { return [finding] }
        let twice = try await recordedTwice()
        let members = changingMembers(of: layout.columns, twice)
        if members.isEmpty {
            if layout.columns.allSatisfy(keyColumns.contains) { return [] }
            // A list of what changes may be empty, and objects that were recorded twice may be as they were.
            if collection.saysMutable || !twice.isEmpty {
                tally.add(Counters(items: 1))
                return []
            }
            throw Verdicted(
                verdict: .notExercised(
                    "Nothing says what the upstream may change in this table: write \"mutable\" in model.json, or record a "
                        + "later state."))
        }
        // All at once; only where a row moves, each by itself, to say which it was.
        guard try await !moved(image, layout, by: members).isEmpty else { return [] }
        for member in members {
            let findings = try await moved(image, layout, by: [member])
            if !findings.isEmpty { return findings }
        }
        return try await moved(image, layout, by: members)
    }

    /// Members that the model says are mutable, and those that differ between two states of the recording.
    private func changingMembers(of columns: [String], _ twice: [RecordedPair]) -> [String] {
        var members = collection.mutable
        if collection.cursorMovesOnUpdate == true, let cursor = collection.cursor { members.append(cursor) }
        members += changes(twice)
        let known = Set(objects.flatMap { $0.body.members.map(\.name) })
        // A database's columns become columns of the table as they are: only those of the layout can move a row.
        let fixed = Set(collection.key + collection.key.map(MemberPath.head)).union(
            sql == nil ? [] : known.filter { !columns.contains(Self.column($0)) })
        return members.reduce(into: []) { list, name in
            let top = MemberPath.head(name)
            if known.contains(top), !fixed.contains(name), !list.contains(name) { list.append(name) }
        }
    }

    /// The members that differ in any of the pairs.
    private func changes(_ pairs: [RecordedPair]) -> [String] {
        // An object that holds the key changes by what else is in it.
        let heads = Set(collection.key.map(MemberPath.head)).subtracting(collection.key)
        var changed: Set<String> = []
        for (before, after) in pairs {
            for member in after.members {
                guard let old = before[member.name], old != member.value else { continue }
                guard heads.contains(member.name), let inner = member.value.object else {
                    changed.insert(member.name)
                    continue
                }
                for part in inner.members where old[part.name] != part.value {
                    changed.insert("\(member.name).\(part.name)")
                }
            }
        }
        return changed.sorted()
    }

    private func moved(
        _ image: TableImage, _ layout: Partitioning, by members: [String]
    ) async throws -> [Finding] {
        let changed = objects.map { object in members.reduce(object) { changing($0, $1) } }
        let place = "full read after a change of \(members.joined(separator: ", "))"
        let run = try await successful(plan(.fullRefresh), of: upstream(changed), at: place)
        let after = try await table(run)
        let old = image.byKey
        let fine = layout.finest
        let moved = (after?.rows ?? []).filter { row in
            old[row.key].map {
                PartitionOracle.partition(of: $0.values, by: fine)
                    != PartitionOracle.partition(of: row.values, by: fine)
            } ?? false
        }
        tally.add(Counters(rows: after?.rows.count ?? 0, items: members.count))
        guard let first = moved.first else { return [] }
        let columns = layout.columns
        let lines = moved.map { row in
            let values = columns.map { column in
                "\(column) \(TableDiff.text(old[row.key]?.values[column] ?? .null)), then "
                    + TableDiff.text(row.values[column] ?? .null)
            }
            return "\(TableDiff.text(row.key)): \(values.joined(separator: "; "))"
        }
        return [
            Finding(
                at: place, expected: "\(layout.text): the same partition of every row",
                actual: "\(moved.count) rows move, such as \(TableDiff.text(first.key)).", witness: lines.sorted(),
                history: run.log.lines(last: 10))
        ]
    }

    /// An object whose member the upstream has changed; of the same kind as before.
    private func changing(_ object: World.Object, _ member: String) -> World.Object {
        if member == collection.cursor {
            guard let position = spelling.position(cursor(object)) else { return object }
            return moved(object, to: position + (spelling.isTime ? 40 * 86_400_000_000 : 1_000))
        }
        var object = object
        object.body[path: member] = Self.other(than: object.body[path: member] ?? .null, days: 40, step: 86_400 * 40)
        return object
    }

    /// A layout by a column whose name says that it changes: the time of the last change, or what becomes of the object.
    private func namedAfterChanges(_ layout: Partitioning, _ run: Lab.Run) -> Finding? {
        let states: Set<Substring> = ["status", "stage", "phase", "priority", "assignee"]
        let named = layout.columns.first { column in
            !keyColumns.contains(column) && column.split(separator: "_").contains(where: states.contains)
        }
        if let named {
            return Finding(
                at: "layout of the table", expected: "a column that never changes for a row",
                actual: "Partitions are computed from \(named), which is named as what becomes of an object.",
                history: run.log.lines(last: 6))
        }
        guard case .datetime(let column, _, _) = layout, !keyColumns.contains(column) else { return nil }
        let words: Set<Substring> = ["updated", "modified", "changed", "update", "modification"]
        guard column.split(separator: "_").contains(where: words.contains) else { return nil }
        return Finding(
            at: "layout of the table", expected: "a column that never changes for a row",
            actual: "Partitions are computed from \(column), which is named as the time of the last change.",
            history: run.log.lines(last: 6))
    }
}
