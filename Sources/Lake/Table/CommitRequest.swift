import Columns

/// What the caller wants committed besides rows.
struct CommitRequest: Sendable {
    let properties: [String: String]
    let transaction: (appID: String, version: Int64)?

    static let engine = "Tributary"

    /// Whether the transaction is in the log already.
    func isCommitted(in state: TableState) -> Bool {
        guard let transaction, let known = state.transactions[transaction.appID] else { return false }
        return known.version >= transaction.version
    }

    /// Whether a commit without rows would change anything: the table is not there, or a property or column is new.
    func changes(_ state: TableState?, _ form: TableForm) -> Bool {
        guard let state else { return form.schema.count > 0 || !properties.isEmpty }
        let next = try? metadata(form, state.metadata, now: 0)
        return next != state.metadata
    }

    /// The lines of the commit.
    func actions(
        _ draft: CommitDraft, _ form: TableForm, _ state: TableState?, options: LakeOptions
    ) throws -> [DeltaAction] {
        let now = options.clock() / 1_000
        let isPartitioned = form.partitioning != nil
        var actions = [DeltaAction(commitInfo: info(draft, state, now: now))]
        if state == nil {
            actions.append(DeltaAction(protocol: TableProtocol(minReaderVersion: 1, minWriterVersion: 2)))
        }
        let metadata = try metadata(form, state?.metadata, now: now)
        if metadata != state?.metadata { actions.append(DeltaAction(metaData: metadata)) }
        if let transaction { actions.append(Self.transaction(transaction, now: now)) }
        actions += draft.removed.map { DeltaAction(remove: $0.remove(isPartitioned: isPartitioned, at: now)) }
        actions += draft.added.map { DeltaAction(add: $0.add(isPartitioned: isPartitioned)) }
        return actions
    }

    static func transaction(_ transaction: (appID: String, version: Int64), now: Int64) -> DeltaAction {
        DeltaAction(txn: AppTransaction(appId: transaction.appID, version: transaction.version, lastUpdated: now))
    }

    /// The metadata after the commit; equal to the old where nothing changes.
    private func metadata(_ form: TableForm, _ old: TableMetadata?, now: Int64) throws -> TableMetadata {
        let isPartitioned = form.partitioning != nil
        let text = DeltaSchema.text(form.schema, isPartitioned: isPartitioned)
        let configuration = form.properties(with: properties).configuration
        guard var metadata = old else {
            return TableMetadata(
                id: UUIDText.make(), schemaString: text,
                partitionColumns: isPartitioned ? [LakePath.partitionColumn] : [], configuration: configuration,
                createdTime: now)
        }
        metadata.configuration = configuration
        // Engines spell a schema differently; only a new column is a change.
        if metadata.schemaString != text, try DeltaSchema.parse(metadata.schemaString, path: "") != form.schema {
            metadata.schemaString = text
        }
        return metadata
    }

    private func info(_ draft: CommitDraft, _ state: TableState?, now: Int64) -> CommitInfo {
        let parameters =
            draft.removed.isEmpty && draft.updated == 0 ? ["mode": "Append"] : [:]
        return CommitInfo(
            timestamp: now, operation: parameters.isEmpty ? "MERGE" : "WRITE", operationParameters: parameters,
            operationMetrics: [
                "numFiles": String(draft.added.count),
                "numRemovedFiles": String(draft.removed.count),
                "numInsertedRows": String(draft.inserted),
                "numUpdatedRows": String(draft.updated),
            ],
            engineInfo: Self.engine, txnId: UUIDText.make(), readVersion: state?.version)
    }
}
