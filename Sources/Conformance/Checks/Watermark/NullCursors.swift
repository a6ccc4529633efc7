import Cassettes
import Columns
import Lake
import Pipeline
import Tributary

// Places among rows that have no cursor value.
extension Bench {
    /// A first sync of a database's table in which many rows lack a cursor value, cut after each commit: it goes on from
    /// its position, and without it, as when the source no longer knows that. The same by appending, where it is offered;
    /// without a position rows may come twice there.
    func cutAmongNulls(_ name: String) async throws -> [Finding] {
        guard let table = sql?.table, let column = table.column(name), !column.isRequired, !column.isGenerated,
            !table.isView, !collection.key.isEmpty
        else { return [] }
        // More than two fetches of them, so that a position comes to stand among them.
        let empty = (0..<7).map { number in
            var row = newRow(number, like: objects[number % objects.count])
            row.body[name] = .null
            return row
        }
        guard try await keeps(empty[0]) else { return [] }
        let all = try await cutAmongNulls(schema.mode, showing: objects + empty, from: nil)
        if !all.isEmpty { return all }
        let dated = datedObjects
        if !dated.isEmpty {
            let middle = dated[dated.count / 2].position
            let findings = try await cutAmongNulls(schema.mode, showing: objects + empty, from: middle)
            if !findings.isEmpty { return findings }
        }
        guard schema.mode != .append, try await offeredTypes().contains(.append) else { return [] }
        // Rows with a value lie among the others by their keys: what is read behind one without is not to bring them again.
        let mixed = objects.enumerated().map { index, object in
            var object = object
            if index.isMultiple(of: 2) { object.body[name] = .null }
            return object
        }
        let cut = try await cutAmongNulls(.append, showing: mixed, from: nil)
        return cut.isEmpty ? try await appendedAgain(name) : cut
    }

    /// Rows that are all without a value leave no watermark; the next append must know them all the same.
    private func appendedAgain(_ name: String) async throws -> [Finding] {
        let shown = objects.map { object in
            var object = object
            object.body[name] = .null
            return object
        }
        let place = "append of rows that are all without a cursor value"
        let first = try await successful(plan(.append), of: upstream(shown), at: place)
        let next = "\(place), next append"
        let second = try await successful(
            plan(.append), of: upstream(shown, later: .seconds(3_600)), into: first.files, at: next)
        return finding(
            try await difference(shown, second), at: next, expected: "all \(shown.count) rows, each once", second,
            cause: "A read is taken for the first one where there is no watermark: ask `inputs.isFirstRead`.")
    }

    /// - Parameter start: the start of history; rows without a value need not come then, and those from there on must.
    private func cutAmongNulls(
        _ type: SyncType, showing shown: [World.Object], from start: Int64?
    ) async throws -> [Finding] {
        var (often, after) = (plan(type, commitsOften: true), plan(type))
        often.keepsLakes = true
        let without = shown.count { cursor($0).isNull }
        let what = type == .append ? "append" : "sync"
        var (due, place) = (shown, "first \(what) with \(without.counted("row")) without a cursor value")
        if let start {
            guard let value = historyStart(at: start) else { return [] }
            (often.options.historyStart, after.options.historyStart) = (value, value)
            due = shown.filter { object in spelling.position(cursor(object)).map { $0 >= start } ?? false }
            place += " and a start of history of \(value.storedText)"
        }
        func lost(_ run: Lab.Run) async throws -> TableDiff {
            var difference = try await difference(due, run)
            if start != nil { difference.extra = [] }
            return difference
        }
        let expected = start == nil ? "all \(due.count) rows" : "all \(due.count) rows from there on"
        let whole = try await successful(often, of: upstream(shown), at: place)
        let uncut = finding(
            try await lost(whole), at: place, expected: expected, whole,
            cause: start == nil
                ? "Already a first sync that nothing stops leaves out rows without a cursor value."
                : "Rows without a cursor value, and how they are left out or read first, cost others that have one.")
        if !uncut.isEmpty { return uncut }
        for cut in try commits(of: whole) {
            for isKnown in [true, false] where isKnown || (type != .append && stored(cut.files)?.token != nil) {
                let files = isKnown ? cut.files : StoredState.withoutPosition(cut.files)
                let place = "\(place), \(cut.place)" + (isKnown ? "" : ", which goes on without its position")
                let resumed = try await successful(after, of: upstream(shown), into: files, at: place)
                let findings = finding(
                    try await lost(resumed), at: place, expected: expected, resumed,
                    cause: isKnown
                        ? "What lies behind a row without a cursor value is told wrongly: behind it, among the others without one, "
                            + "by the key; and all rows with a value, where the order puts those last."
                        : "A first read that goes on without a position asks from the watermark on alone: as long as "
                            + "`inputs.isFirstRead` says so, rows without a cursor value are still to be brought.")
                if !findings.isEmpty { return findings }
            }
        }
        return []
    }
}

extension StoredState {
    /// The same lake with a state that no longer knows where the read stands.
    fileprivate static func withoutPosition(_ files: MemoryLake.Files) -> MemoryLake.Files {
        [false, true].reduce(files) { files, isStage in
            changing(files, isStage: isStage) { $0["resume"] = nil }
        }
    }
}
