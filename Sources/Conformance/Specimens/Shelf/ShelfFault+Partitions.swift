import Columns
import Tributary

/// Layouts that are as many, or not the same for ever.
extension ShelfFault {
    static let partitions = [
        ShelfFault(
            "one-bucket-per-row", "Divides the ids by the bytes of a row instead of the rows of a bucket.", .field
        ) {
            $0.endpoint = { if $0.name == "offsets" { $0.partitioning = .numerical("id", size: 3) } }
        },
        ShelfFault("one-bucket-for-all", "A runtime that makes one bucket where the source names no number.", .kit) {
            $0.runtime.reader = { base in
                BentReader(
                    base: base,
                    response: { response, _ in
                        if response.partitioning.mode == .md5 {
                            response.partitioning.count = response.partitioning.count ?? 1
                        }
                    })
            }
        },
        ShelfFault(
            "bucket-count-follows-the-table", "A runtime that computes the number of buckets again in each sync.", .kit
        ) {
            $0.runtime.ending = { ending in
                guard !ending.before.isEmpty else { return ending.files }
                return StoredState.changingLayout(ending.files) { layout in
                    let files = ending.files.keys.count { $0.hasSuffix(".parquet") }
                    if layout["mode"]?.string == "md5" { layout["count"] = .number(JSONNumber(Int64(files + 1))) }
                }
            }
        },
        ShelfFault(
            "stale-layout-override-after-mode-change",
            "A runtime that goes on with the old keys when a reset changes the mode of the layout.", .field
        ) {
            $0.runtime.ending = { ending in
                guard let old = StoredState.layout(in: ending.before), let new = StoredState.layout(in: ending.files),
                    old["mode"] != new["mode"]
                else { return ending.files }
                return StoredState.changingLayout(ending.files) { $0["keys"] = old["keys"] }
            }
        },
    ]
}
