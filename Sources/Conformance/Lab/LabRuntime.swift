import Columns
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
    /// Whether addresses are checked at each read, and not at validation alone.
    public var guardsReads = true

    /// The same, told what the lake was before, and what happened.
    public var ending: @Sendable (Ending) -> MemoryLake.Files = { $0.files }
    /// A runtime of its own for each run, for bends that remember something of it.
    public var perRun: (@Sendable () -> LabRuntime)?
    /// Where the lake puts rows: the partition of each row of a table.
    public var partitions: @Sendable (Partitioning, Table) -> [String] = { layout, table in
        let assignment = Partitioner(layout).assign(table)
        return assignment.rows.map { assignment.names[Int($0)] }
    }
    /// The name of a partition's folder.
    public var partitionFolder: @Sendable (String) -> String = { LakePath.escapedName($0) }

    public init() {}

    /// A run that has come to its end, well or not.
    public struct Ending: Sendable {
        public var before: MemoryLake.Files
        public var files: MemoryLake.Files
        public var succeeded: Bool
        public var log: EventLog
    }
}
