import Columns
import Foundation
import Tributary

/// Rows that change their place.
extension LedgerFault {
    static let partitions = [
        LedgerFault(
            "missing-partition-value-falls-into-default", "Partitions by a column that open notes do not have.", .field
        ) {
            $0.notes = { $0.partitioning = .datetime("closed_at", by: .month) }
        },
        LedgerFault("served-partition-value-drifts", "Partitions by the time of the last change.", .field) {
            $0.notes = { $0.partitioning = .datetime("updated_at", by: .day) }
        },
        LedgerFault("partition-by-the-run", "Partitions by a column that holds the time of the read.", .kit) {
            $0.notes = { $0.partitioning = .md5(keys: ["shard"], count: 16) }
            $0.response = { response, _, _, context in
                let now = JSONValue.string(CursorValue.timestamp(context.clock.now).storedText)
                response.items = response.items.rewriting { $0["shard"] = now }
            }
        },
        LedgerFault("partition-by-the-process-hash", "Partitions by a hash whose seed each process draws.", .kit) {
            $0.notes = { $0.partitioning = .md5(keys: ["shard"], count: 16) }
            $0.response = { response, _, _, _ in
                response.items = response.items.rewriting { row in
                    let shard = Int64((row["id"]?.string ?? "").hashValue.magnitude % 1_000)
                    row["shard"] = .number(JSONNumber(shard))
                }
            }
        },
        LedgerFault("partition-by-a-state", "Partitions by whether a note is archived.", .kit) {
            $0.notes = { $0.partitioning = .md5(keys: ["archived"], count: 4) }
        },
        LedgerFault("numerical-by-a-text", "Divides a column of text by ranges of numbers.", .kit) {
            $0.notes = { $0.partitioning = .numerical("title", size: 100) }
        },
        LedgerFault(
            "partition-in-local-time",
            "Turns epoch numbers into days in the zone of the process, and partitions by them.",
            .field
        ) {
            $0.payments = { $0.partitioning = .datetime("day", by: .week) }
            $0.response = { response, _, _, _ in
                response.items = response.items.rewriting { row in
                    row["day"] = row["created"]?.int64.map { .string(localDay($0)) }
                }
            }
        },
        LedgerFault(
            "uuid-key-has-no-layout", "Leaves tables whose key is no number and no date without a layout.", .field
        ) {
            $0.payments = { $0.partitioning = PartitionHints(keys: []) }
        },
        LedgerFault("thousands-of-buckets", "Divides a small table into thousands of buckets.", .kit) {
            $0.notes = { $0.partitioning = .md5(count: 4_096) }
        },
        LedgerFault("negative-numbers-cut-towards-zero", "A runtime that cuts quotients towards zero.", .kit) {
            $0.runtime.partitions = { layout, table in
                guard case .numerical(let key, let size) = layout else { return right(layout, table) }
                return zip(right(layout, table), 0..<table.rowCount).map { name, row in
                    if case .int(let value)? = table.column(key)?[row] { String(value / size) } else { name }
                }
            }
        },
        LedgerFault("hash-of-folded-text", "A runtime that folds the case of texts before it hashes them.", .kit) {
            $0.runtime.partitions = { layout, table in
                guard case .md5(_, let count) = layout else { return right(layout, table) }
                return (0..<table.rowCount).map { row in
                    let values = table.row(row).mapValues { value in
                        if case .string(let text) = value { Value.string(text.lowercased()) } else { value }
                    }
                    return PartitionOracle.partition(of: values, by: .md5(keys: layout.columns, count: count))
                }
            }
        },
        LedgerFault("weeks-counted-from-new-year", "A runtime whose weeks begin with the first of January.", .kit) {
            $0.runtime.partitions = { layout, table in
                guard case .datetime(let key, .week, _) = layout else { return right(layout, table) }
                return right(.datetime(key: key, format: .day), table).map { day in
                    let days = TimestampParser.days(day) ?? 0
                    let date = CivilDate(daysSinceEpoch: Int(days))
                    let newYear = CivilDate(year: date.year, month: 1, day: 1).daysSinceEpoch
                    let week = (Int(days) - newYear) / 7 + 1
                    return day == "1970-01" ? day : "\(day.prefix(4))-w\(week < 10 ? "0" : "")\(week)"
                }
            }
        },
        LedgerFault("partition-value-pasted-into-path", "A runtime that puts a partition's value into a path.", .kit) {
            $0.runtime.partitionFolder = { $0 }
        },
    ]

    private static func right(_ layout: Partitioning, _ table: Table) -> [String] {
        LabRuntime().partitions(layout, table)
    }

    private static func localDay(_ seconds: Int64) -> String {
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.dateFormat = "yyyy-MM-dd"
        return formatter.string(from: Date(timeIntervalSince1970: Double(seconds)))
    }
}
