import Columns

/// Decides how a new table is laid out, from what the source says and the first batch.
///
/// The choice is made once and stored with the table: a layout that changed would hide rows from a merge, which looks for
/// a row's older version in the partition of the new one. Only where a table is built anew from all its rows (by a full
/// refresh, a reset, or a change of the sync type or the cursor field) is it made anew as well: the table may have grown
/// out of the old layout, and the old one may be wrong for the new type, as the cursor's date of an append sync would be
/// for merges. In this order:
///
/// 1. the mode that the source gives, numerical for a single key of numbers alone;
/// 2. md5 where a count is given, but numerical where a size is given, too, the only key is an integer, and the rows of
///    the batch fill at least a fifth of the range of its values;
/// 3. datetime by `created_at` or `inserted_at` (also in camel case) where it is a timestamp that is not always null;
/// 4. datetime by the cursor field where it is a date;
/// 5. md5 over the keys with as many buckets as the expected bytes need at 200 MiB each.
public struct PartitionChooser: Sendable {
    public var hints: PartitionHints
    public var primaryKeys: [String]
    /// The cursor field of an incremental sync.
    public var cursorField: String?
    /// How many rows the source expects in all.
    public var rowsToSync: Int?

    /// The bytes in memory that one md5 partition shall have.
    public static let targetBytes = 200 << 20
    private static let creationColumns = ["created_at", "inserted_at", "createdAt", "insertedAt"]

    public init(
        hints: PartitionHints = PartitionHints(), primaryKeys: [String] = [], cursorField: String? = nil,
        rowsToSync: Int? = nil
    ) {
        self.hints = hints
        self.primaryKeys = primaryKeys
        self.cursorField = cursorField
        self.rowsToSync = rowsToSync
    }

    /// The layout for a table whose first batch is `batch`; nil where it has neither keys nor a date to go by.
    public func choose(for batch: Table) -> Partitioning? {
        switch hints.mode {
        case .md5: md5(count: hints.count ?? count(for: batch))
        case .numerical: numerical(in: batch) ?? chosen(for: batch)
        case .datetime: datetimeGiven(in: batch) ?? chosen(for: batch)
        case nil: chosen(for: batch)
        }
    }

    /// The statistics of a database as hints: rows of a partition by size, and partitions by count.
    ///
    /// - Returns: Nil where the statistics are missing.
    public static func estimate(tableBytes: Int, rows: Int) -> (size: Int64, count: Int)? {
        guard tableBytes > 0, rows > 0 else { return nil }
        let size = max(Int64((Double(targetBytes) / (Double(tableBytes) / Double(rows))).rounded(.toNearestOrEven)), 1)
        return (size, max(rows / Int(size), 1))
    }

    private var keys: [String] { hints.keys ?? primaryKeys }

    private func chosen(for batch: Table) -> Partitioning? {
        if isDense(batch), let numerical = numerical(in: batch) { return numerical }
        if let count = hints.count { return md5(count: count) }
        if let column = Self.creationColumns.first(where: { isCreationTime(batch.column($0)) }) {
            return .datetime(key: column, format: hints.format ?? .week)
        }
        if let cursorField, isDate(batch.column(cursorField)) {
            return .datetime(key: cursorField, format: hints.format ?? .week)
        }
        return md5(count: count(for: batch))
    }

    private func md5(count: Int) -> Partitioning? {
        keys.isEmpty ? nil : .md5(keys: keys, count: max(1, count))
    }

    /// Ranges of one column of numbers; nil for any other key, whose rows would all lie together.
    private func numerical(in batch: Table) -> Partitioning? {
        guard let size = hints.size, keys.count == 1, let key = keys.first, isNumber(batch.column(key)) else {
            return nil
        }
        return .numerical(key: key, size: max(1, size))
    }

    private func datetimeGiven(in batch: Table) -> Partitioning? {
        guard let key = hints.keys?.first ?? (keys.count == 1 ? keys.first : nil) else { return nil }
        return .datetime(key: key, format: hints.format ?? .week, epoch: hints.epoch ?? .seconds)
    }

    /// Whether a single integer key fills at least a fifth of its range: sparse keys would make many tiny partitions.
    private func isDense(_ batch: Table) -> Bool {
        guard hints.size != nil, keys.count == 1, let column = keys.first.flatMap({ batch.column($0) }),
            column.type == .int64 || column.type == .int32,
            case (.integer(let least), .integer(let greatest))? = column.extremes()
        else { return false }
        return Double(batch.rowCount) / (Double(greatest) - Double(least) + 1) >= 0.2
    }

    private func isCreationTime(_ column: Column?) -> Bool {
        guard let column, column.type == .timestamp else { return false }
        return column.nullCount < column.count
    }

    private func isNumber(_ column: Column?) -> Bool {
        switch column?.type {
        case .int32, .int64, .float64, .decimal128: true
        default: false
        }
    }

    private func isDate(_ column: Column?) -> Bool {
        guard let column, column.nullCount < column.count else { return false }
        return column.type == .timestamp || column.type == .date32
    }

    /// Buckets of 200 MiB for all rows that are expected.
    private func count(for batch: Table) -> Int {
        guard batch.rowCount > 0 else { return 1 }
        let rowBytes = Double(batch.byteCount) / Double(batch.rowCount)
        let bytes = rowBytes * Double(max(rowsToSync ?? 0, batch.rowCount))
        return max(1, Int((bytes / Double(Self.targetBytes)).rounded(.up)))
    }
}
