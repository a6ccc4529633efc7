/// How rows are laid out in sub-folders of a table. The same algorithms as PostHog's, to the byte.
///
/// The keys must be columns that never change for a row: a merge looks for the old row in the partition of the new one.
public enum Partitioning: Hashable, Sendable {
    /// MD5 of the key values' text, modulo `count`.
    case md5(keys: [String], count: Int)
    /// `floor(value / size)` of one integer key.
    case numerical(key: String, size: Int64)
    /// The period of one date or timestamp key, or of one that counts since 1970 in `epoch`.
    case datetime(key: String, format: PartitionFormat, epoch: EpochUnit = .seconds)
}

/// What a whole number counts that stands for a point in time since 1970.
public enum EpochUnit: String, Hashable, Sendable, Codable, CaseIterable {
    case seconds
    case milliseconds

    /// How many of them are a second.
    public var perSecond: Int64 { self == .seconds ? 1 : 1_000 }
}

/// The length of the period of a datetime partition.
public enum PartitionFormat: String, Hashable, Sendable, Codable, CaseIterable {
    case hour
    case day
    case week
    case month
}

/// What a source says about the layout of its table; what it leaves out is chosen on the first batch.
///
/// Once chosen, a layout is stored with the table and kept until the table is reset.
public struct PartitionHints: Hashable, Sendable {
    /// `md5`, `numerical` or `datetime`; nil lets the runtime choose.
    public var mode: PartitionMode?
    /// Columns that the partition is computed from; nil means the primary keys.
    public var keys: [String]?
    /// For `datetime`; nil means week.
    public var format: PartitionFormat?
    /// For `md5`: the number of buckets.
    public var count: Int?
    /// For `numerical`: the rows of a bucket.
    public var size: Int64?
    /// For `datetime` by a column of whole numbers: what they count; nil means seconds.
    public var epoch: EpochUnit?

    /// Makes hints; what is nil is chosen on the first batch.
    public init(
        mode: PartitionMode? = nil, keys: [String]? = nil, format: PartitionFormat? = nil, count: Int? = nil,
        size: Int64? = nil, epoch: EpochUnit? = nil
    ) {
        self.mode = mode
        self.keys = keys
        self.format = format
        self.count = count
        self.size = size
        self.epoch = epoch
    }
}

extension PartitionHints {
    /// By the period of a date or timestamp column that never changes for a row, such as `created_at`.
    ///
    /// - Parameter epoch: of a column of whole numbers, what they count since 1970; nil means seconds. Milliseconds that
    ///   are taken for seconds lie in the year 58000.
    public static func datetime(
        _ key: String, by period: PartitionFormat = .week, format epoch: EpochUnit? = nil
    ) -> PartitionHints {
        PartitionHints(mode: .datetime, keys: [key], format: period, epoch: epoch)
    }

    /// By a hash of the keys (nil: the primary keys); without a count the runtime derives one from the table's size.
    public static func md5(keys: [String]? = nil, count: Int? = nil) -> PartitionHints {
        PartitionHints(mode: .md5, keys: keys, count: count)
    }

    /// By ranges of one integer column.
    public static func numerical(_ key: String, size: Int64? = nil) -> PartitionHints {
        PartitionHints(mode: .numerical, keys: [key], size: size)
    }
}

/// The three ways of dividing a table.
public enum PartitionMode: String, Hashable, Sendable, Codable, CaseIterable {
    case md5
    case numerical
    case datetime
}
