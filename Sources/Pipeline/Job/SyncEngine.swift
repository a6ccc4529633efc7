import Columns
import Foundation
import Lake
import Tributary

/// Runs syncs of one connection: reads a table of the source, and lands its rows in the lake.
///
/// A sync is a function of the connection, the request and the lake. What must survive (watermark, resume token) is
/// committed with the rows, so a run that ends anywhere, by an error or by `kill -9`, is finished by the next one.
public struct SyncEngine: Sendable {
    let reader: any TableReader
    let context: SourceContext
    let lake: any LakeStorage
    let store: StateStore?
    let locks: RunLocks

    /// Makes an engine.
    ///
    /// - Parameters:
    ///   - context: What the source may use; its clock also times commits and retries.
    ///   - store: Keeps the history of runs, and which tables are switched off; nil keeps none.
    ///   - locks: What lets one run of a table go on at a time.
    public init(
        source: ConfiguredSource, context: SourceContext, lake: any LakeStorage, store: StateStore? = nil,
        locks: RunLocks = .automatic
    ) {
        self.init(reader: source, context: context, lake: lake, store: store, locks: locks)
    }

    /// Makes an engine over anything that reads tables, such as a scripted source in a test.
    public init(
        reader: any TableReader, context: SourceContext, lake: any LakeStorage, store: StateStore? = nil,
        locks: RunLocks = .automatic
    ) {
        self.reader = reader
        self.context = context
        self.lake = lake
        self.store = store
        self.locks = locks
    }

    /// Syncs one table.
    ///
    /// Errors that may pass are tried again, after a pause on the context's clock. When the task is cancelled, the run
    /// stops at the next safe point: rows that are complete are committed, the rest is dropped, and the summary says so.
    ///
    /// - Parameter onEvent: Called in order, one event after another; should return soon.
    /// - Returns: What was done. The same is in the store's history.
    /// - Throws: `SourceError`; of kind `alreadyRunning` when another run of the table goes on, `missingPrimaryKey`,
    ///   `duplicatePrimaryKey`, `missingCursorField`, `columnTypeChanged` and `billingLimit` when the request cannot be
    ///   met.
    public func run(
        _ request: SyncRequest, onEvent: @escaping @Sendable (SyncEvent) -> Void = { _ in }
    ) async throws -> SyncSummary {
        let job = SyncJob(engine: self, request: request, onEvent: onEvent)
        return try await job.run()
    }

    /// The folder of a table in the lake: the connection, then the schema in snake case (posthog 4.4).
    public static func folder(connection: String, schema: String) -> String {
        let parts = schema.replacing("/", with: ".").split(separator: ".", omittingEmptySubsequences: true)
        let table = parts.map { ColumnNaming.normalise(String($0)) }.joined(separator: "__")
        return LakePath.escapedName(connection) + "/" + LakePath.escapedName(table.isEmpty ? "_" : table)
    }
}
