import Columns
import Lake
import Tributary

/// Finds the columns that identify a row: chosen by the user, else stored, else the source's, else a column `id`
/// (posthog 4.6).
struct KeyResolver {
    let plan: SyncPlan
    let response: SourceResponse

    /// The keys as the lake names them.
    ///
    /// - Parameter columns: the columns of the first batch, by their names in the lake.
    /// - Throws: `SourceError` of kind `missingPrimaryKey` in an incremental sync where there is none, or where a key is
    ///   not among the columns.
    func keys(columns: [String]) throws -> [String] {
        let named = chosen.map(ColumnNaming.normalise)
        let keys = named.isEmpty && columns.contains("id") ? ["id"] : named
        guard plan.request.syncType == .incremental else { return keys.filter { columns.contains($0) } }
        guard !keys.isEmpty else { throw missing("no column identifies a row", columns) }
        let stored = plan.target?.schema
        if let absent = keys.first(where: { !columns.contains($0) && stored?[$0] == nil }) {
            throw missing("the rows have no column \(absent), which is said to identify them", columns)
        }
        return keys
    }

    private var chosen: [String] {
        if let keys = plan.request.primaryKeys, !keys.isEmpty { return keys }
        if let keys = plan.state?.primaryKeys, !keys.isEmpty { return keys }
        return response.primaryKeys
    }

    private func missing(_ problem: String, _ columns: [String]) -> SourceError {
        let list = TableShaper.list(
            TableSchema(
                columns.reduce(into: []) { fields, name in
                    if !fields.contains(where: { $0.name == name }) { fields.append(Field(name, .utf8)) }
                }))
        return SourceError(
            .missingPrimaryKey,
            "Syncing \(plan.request.schema) by increments: \(problem). The rows have \(list).",
            advice: "Name the key's columns, or use a full refresh or an append sync.")
    }

    /// Checks what can be known before the first row.
    ///
    /// - Throws: `SourceError` of kind `duplicatePrimaryKey`.
    func checkDuplicates() throws {
        guard response.hasDuplicatePrimaryKeys, plan.request.syncType == .incremental else { return }
        let keys = chosen.isEmpty ? "its key" : chosen.joined(separator: ", ")
        throw SourceError(
            .duplicatePrimaryKey,
            "Syncing \(plan.request.schema) by increments: the source says that several rows of the upstream share \(keys) "
                + "(hasDuplicatePrimaryKeys).",
            advice:
                "Make the key unique in the upstream, name other key columns, or use a full refresh. If the keys do not "
                + "repeat, the source sets the flag by mistake.")
    }
}

extension SyncPlan {
    static func billingLimit(_ request: SyncRequest, rows: Int, allowance: Int) -> SourceError {
        SourceError(
            .billingLimit, "Syncing \(request.schema): \(rows) rows are more than the \(allowance) that are left.",
            advice: "Raise the limit, or wait for the next billing period.")
    }

    /// Another writer has committed in between: its rows stand, ours are read again.
    static func overtaken(_ folder: String) -> SourceError {
        SourceError(
            .alreadyRunning, "Committing to \(folder): another run has committed to this table meanwhile.",
            advice: "Let one run of a table go on at a time.", recovery: .retry(after: nil))
    }
}
