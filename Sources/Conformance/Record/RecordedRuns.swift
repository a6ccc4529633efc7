import Cassettes
import Columns
import Pipeline
import Tributary

/// One table as it was recorded.
struct RecordedTable: Sendable {
    var schema: SourceSchema
    var mode: SyncType
    var field: IncrementalField?
    var primaryKeys: [String]
    /// Columns that the source takes from deeper in the upstream's rows.
    var lifting: [LiftedColumn] = []
    var sortMode: SortMode?
    /// Parameters of the table's requests that the source says are the size of a page.
    var sizeParameters: Set<String> = []
    /// What the source says of the pages of its lists, by their targets.
    var pages: [String: PageHint] = [:]
    /// What the recorded runs left in the lake.
    var image: TableImage?
    /// Why it is a full refresh although it declares increments; nil for any other.
    var incrementError: (any Error)?
}

/// Everything that one state's recording saw.
struct RecordedRuns: Sendable {
    var exchanges: [CapturedExchange]
    var tables: [RecordedTable]
    /// What a person should know of it.
    var notes: [String]
    /// Tables that could not be recorded.
    var leftOut: [Recorder.Outcome.LeftOut] = []
    /// The kinds of run that were recorded of each table.
    var modes: [String: Set<SyncType>]
    /// The OAuth accounts that were asked for, each with every token that it had meanwhile.
    var accounts: [Int64: [Integration]] = [:]
}
