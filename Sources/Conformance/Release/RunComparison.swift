import Columns

/// What changed in one sync: how it ended, what it was told, its table, and what it asked for.
struct RunComparison {
    let source: String
    let seen: String
    let old: RunPortrait
    let new: RunPortrait

    /// Why nothing can be said of this sync; nil when it was compared. Two that ended with an error were, too: a refusal is
    /// a part of the contract.
    var notCompared: String? {
        switch (old.error, new.error) {
        case (.some, .some) where old.isUnrecorded && new.isUnrecorded:
            "neither version finds what it asks for in the recording."
        case (.some(let text), _) where old.isUnrecorded:
            "the earlier version asks for what is not recorded: \(text)"
        case (.some(let text), nil): "the earlier version did not come to its end: \(text)"
        case (nil, .some): "the later version did not come to its end."
        default: nil
        }
    }

    var changes: [ContractChange] {
        var changes = outcome + advice
        if old.error == nil, new.error == nil { changes += columns + rows + layout }
        return changes + requests
    }

    private var outcome: [ContractChange] {
        guard old.error != new.error else { return [] }
        switch (old.error, new.error) {
        case (nil, .some(let text)):
            let why = new.isUnrecorded ? "it asks for what is not recorded" : "it fails"
            return [change(.breaking, .outcome, "The sync came to its end, and now \(why).", [text])]
        case (.some(let text), nil):
            // Fixtures follow the source: that an earlier version does not find its requests in them is no news.
            return old.isUnrecorded ? [] : [change(.notable, .outcome, "The sync failed, and does no more.", [text])]
        case (.some(let was), .some(let now)):
            return [change(.notable, .outcome, "The sync fails in other words.", ["before: \(was)", "now: \(now)"])]
        default: return []
        }
    }

    private var advice: [ContractChange] {
        guard let was = old.advice, let now = new.advice else { return [] }
        var changes: [ContractChange] = []
        if was.primaryKeys != now.primaryKeys {
            let text =
                "Rows were told apart by \(TableComparison.list(was.primaryKeys)), and are by "
                + "\(TableComparison.list(now.primaryKeys)): merges do not find the rows that are there."
            changes.append(change(.breaking, .key, text))
        }
        if was.order != now.order {
            let text = "Rows were said to come \(was.order), and are said to come \(now.order)."
            changes.append(change(.notable, .order, text))
        }
        if was.partitioning != now.partitioning {
            let text =
                "The partitioning asked for was \(was.partitioning), and is \(now.partitioning): tables that are "
                + "there keep theirs until they are reset."
            changes.append(change(.notable, .partitioning, text))
        }
        return changes
    }

    private var columns: [ContractChange] {
        ColumnComparison(from: old.columns, to: new.columns).differences.map { change($0.impact, .columns, $0.text) }
    }

    private var layout: [ContractChange] {
        guard old.layout != new.layout, old.advice?.partitioning == new.advice?.partitioning else { return [] }
        let text =
            "The table was laid out \(old.layout ?? "without partitions"), and is "
            + "\(new.layout ?? "without partitions")."
        return [change(.notable, .partitioning, text)]
    }

    /// Rows by the earlier version's key, value by value; columns that only one version has are told above.
    private var rows: [ContractChange] {
        let names = Self.names(old.columns).intersection(Self.names(new.columns))
        let keys = old.advice?.primaryKeys.map(ColumnNaming.normalise).filter(names.contains) ?? []
        let difference = TableDiff(
            expected: Self.image(old.rows, names, keys), actual: Self.image(new.rows, names, keys),
            comparesSchema: false)
        var changes: [ContractChange] = []
        if !difference.missing.isEmpty {
            let text = "Rows that do not come any more: \(difference.missing.count) of \(old.rows.count)."
            changes.append(change(.breaking, .rows, text, difference.missing.map(TableDiff.text)))
        }
        if !difference.extra.isEmpty {
            let text = "Rows that did not come before: \(difference.extra.count)."
            changes.append(change(.notable, .rows, text, difference.extra.map(TableDiff.text)))
        }
        if !difference.doubled.isEmpty, Self.image(old.rows, names, keys).doubledKeys.isEmpty {
            let text = "Keys that stand in more than one row: \(difference.doubled.count)."
            changes.append(change(.breaking, .rows, text, difference.doubled.map(TableDiff.text)))
        }
        return changes + values(difference)
    }

    /// Changed values by column; a value where there was none breaks no query.
    private func values(_ difference: TableDiff) -> [ContractChange] {
        Dictionary(grouping: difference.changed, by: \.column).sorted { $0.key < $1.key }.map { column, values in
            let isFilledIn = values.allSatisfy { $0.expected == "null" }
            let lines = values.map { "\(TableDiff.text($0.key)): was \($0.expected), is \($0.actual)" }
            let text =
                "Column \(column) has other values in \(Self.count(values.count, "row"))"
                + (isFilledIn ? ", where it had none." : ".")
            return change(isFilledIn ? .notable : .breaking, .rows, text, lines)
        }
    }

    private var requests: [ContractChange] {
        guard !old.isUnrecorded, !new.isUnrecorded else { return [] }
        return RequestDifference.all(from: old.requests, to: new.requests).map {
            change(.notable, .requests, $0.text, $0.lines)
        }
    }

    private func change(
        _ impact: ContractChange.Impact, _ subject: ContractChange.Subject, _ text: String, _ witness: [String] = []
    ) -> ContractChange {
        let lines = witness.prefix(5).map { $0.count > 240 ? "\($0.prefix(240))…" : $0 }
        let more = witness.count > 5 ? ["and \(witness.count - 5) more"] : []
        return ContractChange(
            impact, subject, source: source, table: new.table, seen: seen, text, witness: lines + more)
    }

    static func count(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }

    private static func names(_ columns: [String]) -> Set<String> {
        Set(columns.map { String($0.prefix { $0 != " " }) })
    }

    private static func image(_ rows: [RunPortrait.Row], _ names: Set<String>, _ keys: [String]) -> TableImage {
        let values = rows.map { row in row.values.filter { names.contains($0.key) }.mapValues(Value.string) }
        return TableImage(rows: values, keys: keys)
    }
}
