import Cassettes
import Columns
import Lake
import Pipeline
import Tributary

/// Which partition a value belongs in, and how that partition's folder is named.
enum ArithmeticChecks {
    static let all = [numeric, datetime, paths]

    private static let numeric = Check(
        "partition-numeric-arithmetic", group: .partitions, level: .simulated,
        proves:
            "Ranges of numbers are cut right at their ends, at zero, below it and at the type's limits; a key that is "
            + "no whole number is not divided so.",
        method:
            "Known answers: k × size - 1, k × size, zero, negative numbers, the least and the greatest integer. Then the "
            + "table is synced with the advice to divide its key by ranges of five: an integer key must lie so, and a key "
            + "of text or of several columns must be laid out otherwise. A layout of the source's own is held against a "
            + "second computation.",
        likelyCause:
            "A quotient is cut towards zero instead of rounded down, or computed in floating point; or the key of a "
            + "numerical layout is no integer.",
        catches: "negative-numbers-cut-towards-zero", "numerical-by-a-text"
    ) { input in
        try await Bench.judging(input) { bench in
            let wrong = PartitionVectors.wrong(in: input.runtime, PartitionVectors.numbers)
            bench.tally.add(Counters(items: PartitionVectors.numbers.count))
            if !wrong.isEmpty { return [PartitionVectors.finding(wrong, of: "whole numbers")] }
            let findings = try await bench.unreadableKeys()
            return findings.isEmpty ? try await bench.forcedRanges() : findings
        }
    }

    private static let datetime = Check(
        "partition-datetime-truncation", group: .partitions, level: .simulated,
        proves: "Months, weeks, days and hours are those of UTC, at every edge, wherever the process runs.",
        method:
            "Known answers: leap days, turns of years, ISO weeks, moments before 1970, and what has no year of four "
            + "digits. Then the upstream shows moments at such edges: each row must lie in the period that the upstream's "
            + "moment belongs to, and at the same place when processes with TZ = Pacific/Kiritimati and "
            + "America/Anchorage read it.",
        likelyCause:
            "A period is computed in local time, or with a calendar that knows no ISO weeks: leave it to the layout, or "
            + "name UTC.",
        catches: "partition-in-local-time", "weeks-counted-from-new-year"
    ) { input in
        try await Bench.judging(input) { bench in
            let wrong = PartitionVectors.wrong(in: input.runtime, PartitionVectors.times)
            bench.tally.add(Counters(items: PartitionVectors.times.count))
            if !wrong.isEmpty { return [PartitionVectors.finding(wrong, of: "times")] }
            let findings = try await bench.misplacedEdges()
            if !findings.isEmpty { return findings }
            let zones = ["Pacific/Kiritimati", "America/Anchorage"]
            return try await bench.placesElsewhere(
                zones.map { ("a process with TZ=\($0)", ["TZ": $0]) }, atEdges: true)
        }
    }

    private static let paths = Check(
        "partition-path-safe", group: .partitions, level: .simulated,
        proves: "A partition's folder is a plain name of its own, below the table, whatever its value is.",
        method:
            "Values with separators, dots, percent signs, control characters, other scripts and great length: each must "
            + "give a folder of its own which no file system reads as a path. Then the table is synced: every file that "
            + "the lake got must lie below the table's folder, and each partition in one folder.",
        likelyCause: "A value is put into a path as it is: escape it.",
        catches: "partition-value-pasted-into-path"
    ) { input in
        try await Bench.judging(input) { bench in
            let findings = PartitionFolders.findings(input.runtime.partitionFolder)
            bench.tally.add(Counters(items: PartitionFolders.values.count))
            return findings.isEmpty ? try await bench.strayFiles() : findings
        }
    }
}

extension PartitionVectors {
    static func finding(_ wrong: [String], of kind: String) -> Finding {
        Finding(
            at: "known answers, \(kind)", expected: "the known partition of each value",
            actual: "\(wrong.count.counted("value gets", "values get")) another one.", witness: wrong)
    }
}

extension Bench {
    /// Findings where the source's own layout reads its key and finds nothing there.
    fileprivate func unreadableKeys() async throws -> [Finding] {
        let (run, image, layout) = try await laidOut()
        let asked = try await response(.fullRefresh).partitioning
        // A layout that the key forbids is replaced by another: the source's advice is wrong all the same.
        if asked.mode == .numerical, let key = asked.keys?.first ?? image.primaryKeys.first,
            image.schema[Self.column(key)].map({ !$0.type.isWhole }) ?? true
        {
            return [
                Finding(
                    at: "layout of the table", expected: "ranges of a column of whole numbers",
                    actual: "\(key) is of type \(image.schema[Self.column(key)]?.type.description ?? "none").",
                    history: run.log.lines(last: 6))
            ]
        }
        guard case .numerical(let column, _) = layout else { return [] }
        if case let findings = PartitionImage(image).misplaced(at: "full read", run), !findings.isEmpty {
            return findings
        }
        let empty = image.rows.filter { $0.partition == layout.fallback }
        if empty.isEmpty { return [] }
        return [
            Finding(
                at: "full read", expected: "a whole number in \(column) of every row",
                actual: "\(empty.count) of \(image.rows.count) rows have none, and lie together.",
                witness: empty.map { TableDiff.text($0.key) })
        ]
    }

    /// Findings where the advice to divide the key by ranges gives anything but ranges of whole numbers.
    fileprivate func forcedRanges() async throws -> [Finding] {
        let place = "full read with the advice to divide the key by ranges of 5"
        let (run, image, layout) = try await laidOut(at: place) { response in
            response.partitioning = PartitionHints(mode: .numerical, keys: response.primaryKeys, size: 5)
        }
        if case .numerical(let key, _) = layout {
            if let type = image.schema[key]?.type, type.isWhole {
                return PartitionImage(image).misplaced(at: place, run)
            }
            return [
                Finding(
                    at: place, expected: "another layout: the key is no single whole number",
                    actual:
                        "The layout is \(layout.text), and all rows lie in \(Set(image.rows.map(\.partition)).count) "
                        + "partitions.", history: run.log.lines(last: 6))
            ]
        }
        return PartitionImage(image).misplaced(at: place, run)
    }

    /// Findings where rows at the edges of periods lie in another period than the upstream's moment.
    fileprivate func misplacedEdges() async throws -> [Finding] {
        let (run, image, layout) = try await laidOut(atEdges().map(\.object), at: "full read of moments at edges")
        let place = "full read of moments at edges"
        if case let findings = PartitionImage(image).misplaced(at: place, run), !findings.isEmpty { return findings }
        guard case .datetime(let column, let format, _) = layout, sql == nil else { return [] }
        let rows = image.byKey
        let wrong = atEdges().compactMap { edge -> String? in
            guard let moment = edge.moments[column] else { return nil }
            let key = tableKey(edge.object)
            let expected = PartitionOracle.partition(
                of: [column: .timestamp(moment)], by: .datetime(key: column, format: format))
            guard let row = rows[key], row.partition != expected else { return nil }
            return "\(TableDiff.text(key)): \(column) \(CursorValue.timestamp(moment).storedText) in "
                + "\(row.partition ?? "none"), not \(expected)"
        }
        if wrong.isEmpty { return [] }
        return [
            Finding(
                at: place, expected: "each row in the period of its moment in UTC",
                actual: "\(wrong.count.counted("row lies", "rows lie")) in another one.", witness: wrong.sorted(),
                history: run.log.lines(last: 6))
        ]
    }

    /// Findings where a file lies outside the table's folder, or one partition in several folders.
    fileprivate func strayFiles() async throws -> [Finding] {
        let (run, image, _) = try await laidOut()
        let table = SyncEngine.folder(connection: lab.connection, schema: schema.name)
        let stray = run.files.keys.filter { path in
            let names = path.split(separator: "/", omittingEmptySubsequences: false)
            return !path.hasPrefix(table + "/") || names.contains("..") || names.contains(".") || names.contains("")
        }
        let folders = Set(
            run.files.keys.compactMap { path in
                path.split(separator: "/").first { $0.hasPrefix("\(LakePath.partitionColumn)=") }.map(String.init)
            })
        let expected = Set(
            PartitionImage(image).sizes.keys.map { "\(LakePath.partitionColumn)=\(input.runtime.partitionFolder($0))" })
        if stray.isEmpty && folders == expected { return [] }
        return [
            Finding(
                at: "full read", expected: "files below \(table), one folder for each partition",
                actual:
                    "\(stray.count.counted("file lies", "files lie")) elsewhere; \(folders.count.counted("folder")) for "
                    + "\(expected.count.counted("partition")).",
                witness: stray.sorted() + folders.symmetricDifference(expected).sorted())
        ]
    }
}

extension ColumnType {
    /// Whether its values are whole numbers.
    fileprivate var isWhole: Bool {
        switch self {
        case .int32, .int64: true
        case .decimal128(_, let scale): scale == 0
        default: false
        }
    }
}
