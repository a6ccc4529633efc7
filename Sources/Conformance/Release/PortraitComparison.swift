/// What changed between two versions of sources on the same traffic: a pure function of two portraits.
///
/// The earlier version is what users have; each change is judged by what it does to them.
public struct PortraitComparison: Codable, Hashable, Sendable {
    public let before: String
    public let after: String
    /// The gravest first, then in the order of the later portrait.
    public private(set) var changes: [ContractChange] = []
    /// Sources and runs that could not be held against each other, each with the reason.
    public private(set) var notCompared: [String] = []
    /// How much was looked at in both versions.
    public private(set) var compared = Extent()

    /// Counts of what both versions have.
    public struct Extent: Codable, Hashable, Sendable {
        public var sources = 0
        public var tables = 0
        public var runs = 0
        public var rows = 0
        public var requests = 0
    }

    public init(before: Portrait, after: Portrait) {
        self.before = before.version
        self.after = after.version
        for new in after.sources {
            guard let old = before.sources.first(where: { $0.type == new.type }) else {
                notCompared.append(
                    "\(new.type.lowercased()): the source is new; \(before.version) has none to compare.")
                continue
            }
            compare(old, new)
        }
        for old in before.sources where !after.sources.contains(where: { $0.type == old.type }) {
            changes.append(
                ContractChange(.breaking, .source, source: old.type, "The source is gone, or its type was renamed."))
        }
        changes = merged(changes).enumerated().sorted {
            ($0.element.impact, $0.offset) < ($1.element.impact, $1.offset)
        }
        .map(\.element)
    }

    /// How many changes have an impact.
    public func count(_ impact: ContractChange.Impact) -> Int { changes.count { $0.impact == impact } }

    /// Whether nothing at all was held against each other.
    public var isEmpty: Bool { compared.sources == 0 }

    private mutating func compare(_ old: SourcePortrait, _ new: SourcePortrait) {
        compared.sources += 1
        for (name, was, now) in [
            ("category", old.category, new.category), ("release status", old.status, new.status),
            ("label", old.label, new.label),
        ] where was != now {
            changes.append(
                ContractChange(.notable, .source, source: new.type, "The \(name) was \(was), and is \(now)."))
        }
        changes += FormComparison(source: new.type).changes(from: old.form, to: new.form)
        for scenario in new.scenarios {
            guard let earlier = old.scenarios.first(where: { $0.id == scenario.id }) else {
                notCompared.append("\(scenario.id): \(before) was not run on it.")
                continue
            }
            if let missing = scenario.missing ?? earlier.missing {
                notCompared.append("\(scenario.id): \(missing)")
            } else {
                compare(earlier, scenario, of: new.type)
            }
        }
    }

    private mutating func compare(_ old: ScenarioPortrait, _ new: ScenarioPortrait, of source: String) {
        if old.credentialsError != new.credentialsError, !old.isUnrecorded {
            let isWorse = old.credentialsError == nil
            changes.append(
                ContractChange(
                    isWorse ? .breaking : .notable, .credentials, source: source, seen: new.id,
                    "The check of credentials said '\(old.credentialsError ?? "accepted")', and says "
                        + "'\(new.credentialsError ?? "accepted")'."))
        }
        compareTables(old, new, of: source)
        for difference in RequestDifference.all(from: old.requests, to: new.requests) {
            changes.append(
                ContractChange(
                    .notable, .requests, source: source, seen: new.id,
                    "For credentials and tables: \(difference.text)", witness: difference.lines))
        }
        var reasons: [(text: String, runs: [String])] = []
        for run in new.runs {
            guard let earlier = old.runs.first(where: { $0.table == run.table && $0.name == run.name }) else {
                continue
            }
            // That a table is gone is told once; its reads can only fail.
            if old.offers(run.table), new.listingError == nil, !new.offers(run.table) { continue }
            let comparison = RunComparison(source: source, seen: "\(new.id): \(run.name)", old: earlier, new: run)
            changes += comparison.changes.filter { $0.subject != .key || !isToldAlready($0) }
            if let reason = comparison.notCompared {
                let index = reasons.firstIndex { $0.text == reason } ?? reasons.endIndex
                if index == reasons.endIndex { reasons.append((reason, [])) }
                reasons[index].runs.append("\(run.table) (\(run.name))")
            } else {
                compared.runs += 1
                compared.rows += run.rows.count
                compared.requests += run.requests.count
            }
        }
        notCompared += reasons.map { reason in
            let more = reason.runs.count > 1 ? " and \(reason.runs.count - 1) more" : ""
            return "\(new.id), \(reason.runs[0])\(more): \(reason.text)"
        }
    }

    /// A key that is declared otherwise is told otherwise by every read.
    private func isToldAlready(_ change: ContractChange) -> Bool {
        changes.contains {
            $0.subject == .key && $0.source == change.source && !Set($0.tables).isDisjoint(with: change.tables)
                && $0.text != change.text
        }
    }

    private mutating func compareTables(_ old: ScenarioPortrait, _ new: ScenarioPortrait, of source: String) {
        if old.listingError != new.listingError {
            let impact: ContractChange.Impact = old.listingError == nil ? .breaking : .notable
            changes.append(
                ContractChange(
                    impact, .tables, source: source, seen: new.id,
                    "Listing the tables ended with '\(old.listingError ?? "the tables")', and ends with "
                        + "'\(new.listingError ?? "the tables")'."))
        }
        guard old.listingError == nil, new.listingError == nil else { return }
        let tables = TableComparison(source: source, scenario: new.id)
        changes += tables.changes(from: old.tables, to: new.tables)
        compared.tables += new.tables.count { table in old.tables.contains { $0.name == table.name } }
    }

    /// The same change of several tables, seen on several scenarios and runs, is one.
    private func merged(_ changes: [ContractChange]) -> [ContractChange] {
        changes.reduce(into: []) { merged, change in
            if let index = merged.firstIndex(where: { $0.isSame(as: change) }) {
                merged[index].merge(change)
            } else {
                merged.append(change)
            }
        }
    }
}

extension ScenarioPortrait {
    fileprivate func offers(_ table: String) -> Bool { tables.contains { $0.name == table } }
}
