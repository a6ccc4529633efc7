import Columns

/// Writes rows to one table: takes tables in the order of arrival, and commits what it holds with the state that belongs
/// to it.
///
/// Rows lie in memory until a commit. The caller commits when ``isFull`` turns true, and at the end; between two commits
/// nothing of the rows can be seen by anybody. Several writers on one table, in one process or many, lose nothing.
public actor TableWriter {
    init(table: LakeTable, plan: WritePlan, state: TableState?) async throws {}

    /// Rows waiting for a commit.
    public var bufferedRows: Int { 0 }

    /// Bytes of memory that the waiting rows hold.
    public var bufferedBytes: Int { 0 }

    /// Whether the buffer has reached ``LakeOptions/bufferBytes``, so that a commit is due.
    public var isFull: Bool { false }

    /// The table, or stage, at the version this writer has last seen; nil before the first commit creates it.
    public var snapshot: TableSnapshot? { nil }

    /// Takes in rows, in the order of arrival. They may have columns that the table lacks: those are added to it. Columns
    /// that the rows lack become null.
    ///
    /// - Throws: ``LakeError`` (`schemaMismatch`) where a column has another type than the stored one.
    public func append(_ table: Table) async throws {}

    /// Commits the waiting rows together with `properties`, all or nothing.
    ///
    /// Where there is nothing to write (no rows, and every property has its value already), no version is made.
    ///
    /// - Parameters:
    ///   - properties: Stored as `tributary.<name>`; names not given keep their values, an empty value takes one away.
    ///   - transaction: Makes the commit idempotent: where this application has committed this version or a later one
    ///     before, the waiting rows are dropped and nothing is written.
    /// - Throws: ``LakeError``. The waiting rows are kept, so that the call can be repeated.
    public func commit(
        properties: [String: String] = [:], transaction: (appID: String, version: Int64)? = nil
    ) async throws -> CommitReport { CommitReport() }

    /// Puts the stage's rows in the place of all rows of the table, in one step, after committing the waiting ones to the
    /// stage. Schema, layout, keys and properties become the stage's. The writer is of no more use.
    public func publishStage(
        properties: [String: String] = [:], transaction: (appID: String, version: Int64)? = nil
    ) async throws -> CommitReport { CommitReport() }

    /// Forgets the waiting rows. What was committed stays.
    public func abandon() async {}
}
