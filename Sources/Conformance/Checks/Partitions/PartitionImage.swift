import Cassettes
import Columns
import Pipeline
import Tributary

/// The layout that a table got, and where its rows lie: what the lake says, not what was asked for.
struct PartitionImage {
    let image: TableImage

    init(_ image: TableImage) { self.image = image }

    /// Rows that do not lie where the stored layout puts them.
    func misplaced(at place: String, _ run: Lab.Run) -> [Finding] {
        guard let layout = image.partitioning else { return [] }
        let wrong = image.rows.filter { $0.partition != PartitionOracle.partition(of: $0.values, by: layout) }
        if wrong.isEmpty { return [] }
        let lines = wrong.map { row in
            "\(TableDiff.text(row.key)): in \(row.partition ?? "none"), belongs in "
                + PartitionOracle.partition(of: row.values, by: layout)
        }
        return [
            Finding(
                at: place, expected: "each row in the partition that its values give under \(layout.text)",
                actual: "\(wrong.count) of \(image.rows.count) rows lie elsewhere.", witness: lines.sorted(),
                history: run.log.lines(), cause: milliseconds(under: layout))
        ]
    }

    /// The advice for whole numbers that are counted as seconds and would lie behind the year 5000.
    private func milliseconds(under layout: Partitioning) -> String? {
        guard case .datetime(let key, let period, .seconds) = layout else { return nil }
        let looksSo = image.rows.contains { row in
            if case .int(let number)? = row.values[key] { number > 100_000_000_000 } else { false }
        }
        if !looksSo { return nil }
        return "The numbers in \(key) are taken for seconds since 1970. Milliseconds? Then say so: "
            + ".datetime(\"\(key)\", by: .\(period.rawValue), format: .milliseconds)."
    }

    /// Keys that stand in several rows; none where no key tells rows apart.
    func doubled(at place: String, _ run: Lab.Run) -> [Finding] {
        let doubled = image.primaryKeys.isEmpty ? [] : image.doubledKeys
        if doubled.isEmpty { return [] }
        return [
            Finding(
                at: place, expected: "each key in one row",
                actual: "\(doubled.count.counted("key stands", "keys stand")) in several.",
                witness: doubled.map(TableDiff.text), history: run.log.lines())
        ]
    }

    /// Rows by partition.
    var sizes: [String: Int] {
        image.rows.reduce(into: [:]) { sizes, row in sizes[row.partition ?? "", default: 0] += 1 }
    }

    /// Rows that are in another partition than before.
    static func moved(
        _ before: TableImage?, _ after: TableImage?, at place: String, _ run: Lab.Run
    ) -> [Finding] {
        let old = before?.byKey ?? [:]
        let moved = (after?.rows ?? []).filter { row in old[row.key].map { $0.partition != row.partition } ?? false }
        if moved.isEmpty { return [] }
        let lines = moved.map { row in
            "\(TableDiff.text(row.key)): \(old[row.key]?.partition ?? "none"), then \(row.partition ?? "none")"
        }
        return [
            Finding(
                at: place, expected: "each row in the partition where it was",
                actual: "\(moved.count.counted("row is", "rows are")) in another one.", witness: lines.sorted(),
                history: run.log.lines())
        ]
    }
}

extension Partitioning {
    /// The same rule, cut so finely that hardly two values share a partition: with few rows, too, a value that moves
    /// shows.
    var finest: Partitioning {
        switch self {
        case .md5(let keys, _): .md5(keys: keys, count: 1_000_003)
        case .numerical(let key, _): .numerical(key: key, size: 1)
        case .datetime(let key, _, let epoch): .datetime(key: key, format: .hour, epoch: epoch)
        }
    }

    /// The columns that it is computed from.
    var columns: [String] {
        switch self {
        case .md5(let keys, _): keys
        case .numerical(let key, _), .datetime(let key, _, _): [key]
        }
    }

    /// For messages.
    var text: String {
        switch self {
        case .md5(let keys, let count): "md5 of \(keys.joined(separator: ", ")) in \(count) buckets"
        case .numerical(let key, let size): "\(key) by ranges of \(size)"
        case .datetime(let key, let format, let epoch):
            "\(key) by \(format.rawValue)\(epoch == .seconds ? "" : " in \(epoch.rawValue)")"
        }
    }

    /// Where rows go whose key is nothing that the mode can read.
    var fallback: String? {
        switch self {
        case .md5: nil
        case .numerical: "null"
        case .datetime: "1970-01"
        }
    }
}

extension Bench {
    /// The layout that a first read of a kind gives, and the run.
    ///
    /// - Throws: ``Verdicted`` where the table gets none.
    func laidOut(
        _ visible: [World.Object]? = nil, by type: SyncType = .fullRefresh, pageSize: Int? = 3,
        at place: String = "full read",
        advice: @escaping @Sendable (inout SourceResponse) -> Void = { _ in }
    ) async throws -> (run: Lab.Run, image: TableImage, layout: Partitioning) {
        var plan = plan(type)
        plan.requestLimit = 2_000
        plan.response = advice
        let run = try await successful(plan, of: upstream(visible, pageSize: pageSize), at: place)
        guard let image = try await table(run) else {
            throw Verdicted(verdict: .notExercised("The read made no table."))
        }
        tally.add(Counters(rows: image.rows.count))
        guard let layout = image.partitioning else {
            if try await response(type).primaryKeys.isEmpty {
                throw Verdicted(verdict: .notApplicable("A table without a key has no partitions."))
            }
            throw Verdicted(
                verdict: .failed([
                    Finding(
                        at: place, expected: "a layout of partitions: the table has a key",
                        actual: "All \(image.rows.count) rows lie in one place, however large the table grows.",
                        history: run.log.lines())
                ]))
        }
        return (run, image, layout)
    }
}
