import Cassettes
import Columns
import Tributary

// Columns that are declared, and columns that come.
extension ReadingChecks {
    static let columns = [undeclared, populated, liftedFound]

    private static let undeclared = Check(
        "read-undeclared-columns", group: .reading, level: .replay,
        proves: "Rows have no column beside those that discovery lists, where it lists any.",
        method: "The names in all rows of a full read are compared with the columns of the table's schema.",
        likelyCause: "A column was renamed or added in the rows, and not in the list.",
        catches: "column-renamed-in-the-rows"
    ) { input in
        try await HandedOver.judging(input) { read, _ in
            let declared = Set(try await input.declaredColumns().map(\.name).map(Bench.column))
            var found: [String: (count: Int, example: String)] = [:]
            try await read.each { row in
                for member in row.values.members where !declared.contains(Bench.column(member.name)) {
                    let old = found[member.name]
                    found[member.name] = ((old?.count ?? 0) + 1, old?.example ?? String(member.value.text.prefix(60)))
                }
            }
            if found.isEmpty { return [] }
            return [
                Finding(
                    at: "full read, \(read.place)",
                    expected: "the declared columns \(declared.sorted().joined(separator: ", "))",
                    actual: "\(found.count) others came.",
                    witness: found.sorted { $0.key < $1.key }.map {
                        "\($0.key): in \($0.value.count) rows, such as \($0.value.example)"
                    })
            ]
        }
    }

    private static let liftedFound = Check(
        "read-lifted-columns-found", group: .reading, level: .replay,
        proves: "Each column that is lifted out of a nested object is there in at least one row.",
        method:
            "The path of each lifted column is looked for in all rows of a full read. Where rows have the object that the path "
            + "leads into, one of them must have the member, with a value or with null.",
        likelyCause:
            "The path is misspelt, or leads through another object than the upstream sends: the column would be null for ever. "
            + "If the member is only left out of the recorded rows, record one that has it.",
        catches: "lifted-path-misspelt"
    ) { input in
        try await HandedOver.judging(input) { read, _ in
            let nested = read.response.lifting.compactMap { column in
                column.path.lastIndex(of: ".").map { (column: column, holder: String(column.path[..<$0])) }
            }
            if nested.isEmpty {
                throw Bench.Verdicted(verdict: .notApplicable("The table lifts no column out of a nested object."))
            }
            var found: Set<String> = []
            var holders: [String: JSONObject] = [:]
            try await read.each { row in
                let values = JSONValue.object(row.values)
                for (column, holder) in nested where !found.contains(column.name) {
                    if values.path(column.path) != nil {
                        found.insert(column.name)
                    } else if let object = values.path(holder)?.object {
                        holders[column.name] = object
                    }
                }
            }
            return nested.compactMap { column, holder in
                guard !found.contains(column.name), let object = holders[column.name] else { return nil }
                return Finding(
                    at: "full read, \(read.place)",
                    expected: "the column \(column.name) at \(column.path) in at least one row",
                    actual: "No row has it; \(holder) has \(object.names.joined(separator: ", ")).")
            }
        }
    }

    private static let populated = Check(
        "read-declared-columns-populated", group: .reading, level: .replay,
        proves: "Each column that discovery lists has a value in at least one row.",
        method: "All rows of a full read are looked through, column by column.",
        likelyCause: "A column is listed under a name that the rows do not use, or it was never filled.",
        catches: "column-renamed-in-the-rows"
    ) { input in
        try await HandedOver.judging(input) { read, _ in
            let declared = try await input.declaredColumns()
            var empty = Set(declared.map(\.name).map(Bench.column))
            var rows = 0
            try await read.each { row in
                rows += 1
                for member in row.values.members where !member.value.isNull { empty.remove(Bench.column(member.name)) }
            }
            if empty.isEmpty || rows == 0 { return [] }
            return [
                Finding(
                    at: "full read, \(read.place)", expected: "a value in each declared column",
                    actual: "\(empty.count.counted("column is", "columns are")) empty in all \(rows) rows.",
                    witness: empty.sorted())
            ]
        }
    }
}

extension CheckCase {
    /// The columns that discovery lists for the table.
    ///
    /// - Throws: ends the check where it lists none.
    func declaredColumns() async throws -> [SchemaColumn] {
        guard let name = schema?.name else { return [] }
        let upstream: any Upstream
        if let state = scenario.manifest.states.first, state.http != nil {
            upstream = try replay(state.name)
        } else {
            upstream = try await Bench.make(self).upstream()
        }
        let lab = try lab()
        let context = try lab.context(upstream, clock: LabClock(upstream.now), log: EventLog())
        let columns = try await lab.source.schemas(in: context).first { $0.name == name }?.columns ?? []
        if columns.isEmpty {
            throw Bench.Verdicted(verdict: .notApplicable("The table is open: discovery lists no columns."))
        }
        return columns
    }
}
