/// What changed in the offer of tables.
struct TableComparison {
    let source: String
    let scenario: String

    func changes(
        from old: [ReleasedDeclaration.Table], to new: [ReleasedDeclaration.Table]
    ) -> [ContractChange] {
        let lost = old.flatMap { table -> [ContractChange] in
            guard let now = new.first(where: { $0.name == table.name }) else {
                return [change(.breaking, .tables, table.name, "The table is gone, or was renamed.")]
            }
            return changes(from: table, to: now)
        }
        let added = new.filter { table in !old.contains { $0.name == table.name } }
        return lost + added.map { change(.harmless, .tables, $0.name, "The table is new.") }
    }

    private func changes(
        from old: ReleasedDeclaration.Table, to new: ReleasedDeclaration.Table
    ) -> [ContractChange] {
        let name = new.name
        var changes: [ContractChange] = []
        if old.primaryKeys != new.primaryKeys {
            let text =
                "The primary key was \(Self.list(old.primaryKeys)), and is \(Self.list(new.primaryKeys)): merges "
                + "do not find the rows that are there."
            changes.append(change(.breaking, .key, name, text))
        }
        for (subject, what, was, now) in [
            (.syncTypes, "Sync type", old.syncTypes, new.syncTypes),
            (.cursor, "Cursor field", old.cursorFields, new.cursorFields),
        ] as [(ContractChange.Subject, String, [String], [String])] {
            changes += was.filter { !now.contains($0) }.map {
                change(.breaking, subject, name, "\(what) \($0) is not offered any more.")
            }
            changes += now.filter { !was.contains($0) }.map {
                change(.harmless, subject, name, "\(what) \($0) is offered too.")
            }
        }
        // Sources that leave the columns to the rows list none.
        guard !old.columns.isEmpty, !new.columns.isEmpty else { return changes }
        let columns = ColumnComparison(from: old.columns, to: new.columns)
        return changes + columns.differences.map { change($0.impact, .columns, name, "Listed: \($0.text)") }
    }

    private func change(
        _ impact: ContractChange.Impact, _ subject: ContractChange.Subject, _ table: String, _ text: String
    ) -> ContractChange {
        ContractChange(impact, subject, source: source, table: table, seen: scenario, text)
    }

    static func list(_ names: [String]) -> String { names.isEmpty ? "none" : names.joined(separator: ", ") }
}

/// Columns with their types, `name type`, held against those of an earlier version.
struct ColumnComparison {
    let differences: [(impact: ContractChange.Impact, text: String)]

    init(from old: [String], to new: [String]) {
        let (was, now) = (Self.types(old), Self.types(new))
        var differences: [(impact: ContractChange.Impact, text: String)] = []
        for (name, type) in was {
            guard let found = now.first(where: { $0.name == name })?.type else {
                differences.append((.breaking, "Column \(name) is gone."))
                continue
            }
            guard found != type else { continue }
            let text = "Column \(name) was \(type), and is \(found)"
            differences.append(
                Self.isWider(found, than: type)
                    ? (.notable, "\(text): every old value fits.")
                    : (.breaking, "\(text): stored tables keep the old type."))
        }
        for (name, type) in now where !was.contains(where: { $0.name == name }) {
            differences.append((.harmless, "Column \(name) (\(type)) is new."))
        }
        self.differences = differences
    }

    private static func types(_ columns: [String]) -> [(name: String, type: String)] {
        columns.map { column in
            let end = column.firstIndex(of: " ") ?? column.endIndex
            return (String(column[..<end]), String(column[end...].dropFirst()))
        }
    }

    /// Types of which each holds every value of those before it.
    private static let widths = [
        ["int32", "int64"], ["smallint", "integer", "bigint", "numeric"], ["real", "double precision"],
        ["date", "timestamp"], ["varchar", "text"],
    ]

    static func isWider(_ new: String, than old: String) -> Bool {
        widths.contains { family in
            guard let a = family.firstIndex(of: new), let b = family.firstIndex(of: old) else { return false }
            return a >= b
        }
    }
}
