#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// How rows are buffered and laid out in files.
public struct LakeOptions: Sendable {
    /// A writer is full, and wants a commit, when its buffer holds this many bytes (default 64 MiB).
    public var bufferBytes = 64 << 20
    /// A row group of a data file holds at most this many bytes in memory (default 8 MiB) …
    public var rowGroupBytes = 8 << 20
    /// … and at most this many rows (default 131,072).
    public var rowGroupRows = 128 << 10
    /// A data file is closed at about this size (default 128 MiB).
    public var targetFileBytes = 128 << 20
    /// A checkpoint is written each time the version is a multiple of this (default 10); 0 means never.
    public var checkpointInterval: Int64 = 10
    /// How often a lost race for a version is tried anew before ``LakeError/Kind/conflict`` (default 50).
    public var commitAttempts = 50
    /// The time: microseconds since 1970, UTC.
    public var clock: @Sendable () -> Int64 = { Int64(Date().timeIntervalSince1970 * 1_000_000) }

    public init() {}
}
