import Lake
import Pipeline

/// The runtime that a lab runs: production's own, unless a seeded fault bends it.
public struct LabRuntime: Sendable {
    /// What stands between the engine and the lake.
    public var lake: @Sendable (any LakeStorage) -> any LakeStorage = { $0 }
    /// What stands between the engine and the source.
    public var reader: @Sendable (any TableReader) -> any TableReader = { $0 }
    /// What becomes of the options of a sync.
    public var options: @Sendable (SyncOptions) -> SyncOptions = { $0 }
    /// What becomes of the lake's files when a run has ended, well or not.
    public var afterwards: @Sendable (MemoryLake.Files, _ succeeded: Bool) -> MemoryLake.Files = { files, _ in files }

    public init() {}
}
