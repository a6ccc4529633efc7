import Columns
import Lake
import Pipeline
import Tributary

// Places among rows that have no cursor value.
extension Bench {
    /// A first sync of a database's table in which many rows lack a cursor value, cut after each commit: it goes on from
    /// its position, and without it, as when the source no longer knows that.
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
        let shown = objects + empty
        var often = plan(commitsOften: true)
        often.keepsLakes = true
        let place = "first sync with \(empty.count) more rows without a cursor value"
        let whole = try await successful(often, of: upstream(shown), at: place)
        let uncut = finding(
            try await difference(shown, whole), at: place, expected: "all \(shown.count) rows", whole,
            cause: "Already a first sync that nothing stops leaves out rows without a cursor value.")
        if !uncut.isEmpty { return uncut }
        for cut in try commits(of: whole) {
            for isKnown in [true, false] where isKnown || stored(cut.files)?.token != nil {
                let files = isKnown ? cut.files : StoredState.withoutPosition(cut.files)
                let place = "\(place), \(cut.place)" + (isKnown ? "" : ", which goes on without its position")
                let resumed = try await successful(plan(), of: upstream(shown), into: files, at: place)
                let findings = finding(
                    try await difference(shown, resumed), at: place, expected: "all \(shown.count) rows", resumed,
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
