import Cassettes
import Columns
import Pipeline
import Tributary

// Columns that the user chooses.
extension ReadingChecks {
    static let selection = [selectedColumns]

    private static let selectedColumns = Check(
        "read-selected-columns-keep-key-and-cursor", group: .reading, level: .meta,
        proves:
            "Whichever columns the user chooses, rows keep what tells them apart, and the sync knows how far it has come.",
        method:
            "Syncs over half of the rows and then all of them, with each single column chosen, the key alone and none. "
            + "The table must have every row once, with the values of the chosen column, and the same last value must be "
            + "stored as without a choice.",
        likelyCause:
            "The choice is handed to the upstream, or to a filter of the source's own, without the key's and the cursor's "
            + "columns.",
        catches: "deselected-key-column"
    ) { input in
        try await Bench.judging(input) { bench in
            let declared = try await bench.response().primaryKeys
            if declared.isEmpty || bench.keyColumns.isEmpty {
                throw Bench.Verdicted(verdict: .notApplicable("The table declares no key."))
            }
            guard Set(declared.map(Bench.column)).isSuperset(of: bench.keyColumns) else {
                throw Bench.Verdicted(
                    verdict: .notApplicable(
                        "The declared key is not what tells the upstream's objects apart: without other columns no row is found "
                            + "again."))
            }
            let whole = try await bench.choosing(nil)
            // What is wrong whatever was chosen is no matter of the choice: other checks say it better.
            if let first = whole.findings.first {
                throw Bench.Verdicted(
                    verdict: .notExercised("Already with all columns the table is wrong: \(first.actual)"))
            }
            for choice in try bench.choices(among: whole.columns) {
                let read = try await bench.choosing(choice)
                if !read.findings.isEmpty { return read.findings }
                if read.mark == whole.mark { continue }
                return [
                    Finding(
                        at: Bench.describe(choice), expected: "last value \(whole.mark ?? "none"), as without a choice",
                        actual: "\(read.mark ?? "None") is stored.")
                ]
            }
            return []
        }
    }
}

extension Bench {
    /// What a user may choose: each column of the table by itself, the key alone, nothing.
    fileprivate func choices(among columns: [String]) throws -> [[String]] {
        let needed = Set(key + [collection.cursor.map(collection.column(of:)), schema.field?.name].compactMap(\.self))
        let others = objects.reduce(into: [String]()) { names, object in
            names += object.body.names.filter {
                !needed.contains($0) && !names.contains($0) && columns.contains(Self.column($0))
            }
        }
        let isTriedOften = try input.profile > .quick && input.placeAmongAlike == 0
        return [[], key] + others.prefix(isTriedOften ? 8 : 2).map { [$0] }
    }

    fileprivate static func describe(_ choice: [String]?) -> String {
        guard let choice else { return "all columns" }
        return choice.isEmpty ? "no column chosen" : "only \(choice.joined(separator: ", ")) chosen"
    }

    /// Two syncs with some columns chosen: what is wrong with the table, its columns, and the last value that is stored.
    fileprivate func choosing(
        _ choice: [String]?
    ) async throws -> (findings: [Finding], columns: [String], mark: String?) {
        var plan = plan()
        plan.options.enabledColumns = choice
        var files: MemoryLake.Files = [:]
        var (columns, mark): ([String], String?) = ([], nil)
        for count in [objects.count / 2, objects.count] {
            let shown = Array(objects.prefix(count))
            let place = "\(Self.describe(choice)), sync of \(count) rows"
            let run = try await successful(plan, of: upstream(shown), into: files, at: place)
            files = run.files
            mark = run.summary?.watermarkAfter
            var difference = try await difference(shown, run)
            // What was not chosen may be there or not.
            let asked = choice.map { Set(($0 + key).map(Self.column)) }
            difference.changed.removeAll { change in asked.map { !$0.contains(change.column) } ?? false }
            var findings = finding(difference, at: place, expected: "all \(count) rows, each once", run)
            if findings.isEmpty, let choice { findings = try await unfilled(choice, shown, run, at: place) }
            if !findings.isEmpty { return (findings, columns, mark) }
            columns = try await table(run)?.schema.names ?? []
        }
        return ([], columns, mark)
    }

    /// A chosen column that the table does not have although rows have values in it.
    private func unfilled(
        _ choice: [String], _ shown: [World.Object], _ run: Lab.Run, at place: String
    ) async throws -> [Finding] {
        let columns = try await table(run)?.schema.names ?? []
        let absent = choice.filter { name in
            shown.contains { !(row($0)[name] ?? .null).isNull } && !columns.contains(Self.column(name))
        }
        guard let first = absent.first else { return [] }
        return [
            Finding(
                at: place, expected: "the chosen column \(first)",
                actual: "The table has \(columns.joined(separator: ", ")).", history: run.log.lines())
        ]
    }
}
