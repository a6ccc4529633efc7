import Columns
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
    ]
}
