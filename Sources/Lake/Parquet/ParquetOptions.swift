import CZstd

/// How a Parquet file is written.
public struct ParquetOptions: Hashable, Sendable {
    /// How pages are compressed.
    public var compression: ParquetCompression
    /// A row group is closed when its rows hold this many bytes in memory (default 8 MiB) …
    public var rowGroupBytes: Int
    /// … or when it has this many rows (default 131,072), whichever is first.
    public var rowGroupRows: Int
    /// A page is cut at about this many bytes before compression (default 1 MiB).
    public var pageBytes: Int
    /// Columns that get a split-block bloom filter in each row group, for example the parts of a primary key.
    /// A filter speaks for one column: a composite key is absent when any of its parts is.
    public var bloomFilterColumns: Set<String>
    /// The share of absent values that a bloom filter lets through.
    public var bloomFilterFalsePositives: Double
    /// Whether pages carry a CRC-32 of their bytes.
    public var pageChecksums: Bool
    /// Metadata of the whole file, kept in its footer.
    public var keyValueMetadata: [String: String]

    public init(
        compression: ParquetCompression = .zstd(level: 1), rowGroupBytes: Int = 8 << 20,
        rowGroupRows: Int = 128 << 10, bloomFilterColumns: Set<String> = []
    ) {
        self.compression = compression
        self.rowGroupBytes = max(1, rowGroupBytes)
        self.rowGroupRows = max(1, rowGroupRows)
        pageBytes = 1 << 20
        self.bloomFilterColumns = bloomFilterColumns
        bloomFilterFalsePositives = 0.01
        pageChecksums = true
        keyValueMetadata = [:]
    }
}

/// The compressions that are written.
public enum ParquetCompression: Hashable, Sendable {
    case uncompressed
    /// Zstandard; where the library is not on the machine, pages are left uncompressed.
    case zstd(level: Int)

    /// Whether the zstd library is on this machine. Without it, files of others that use zstd cannot be read.
    public static var isZstdAvailable: Bool { czstd_is_available() }
}

/// What a reader accepts before it takes memory for it, so that a small hostile file cannot ask for all of it.
public struct ParquetReadLimits: Hashable, Sendable {
    /// The footer (default 64 MiB).
    public var footerBytes = 64 << 20
    /// One page, decompressed (default 512 MiB).
    public var pageBytes = 512 << 20
    /// The rows of one row group (default 67,108,864, pyarrow's own limit).
    public var rowGroupRows = 64 << 20
    /// One column of one row group, decoded (default 1 GiB).
    public var columnBytes = 1 << 30
    /// The values and gaps of one row group that is read with structure (default 16,777,216).
    public var nestedValues = 16 << 20
    /// Whether checksums of pages are verified where the file has them.
    public var verifiesChecksums = true

    public init() {}
}
