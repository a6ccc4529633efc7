import GRDB
import Tributary

extension RunRecord: FetchableRecord, PersistableRecord {
    public static let databaseTableName = "run"
}

extension StateStore {
    /// Writes a run down as it starts. Runs of the same table that never ended are marked as interrupted: the caller
    /// holds the table's lock, so none of them can still be going on.
    public func begin(_ run: RunRecord) throws {
        try write("Recording the start of a run") { database in
            let unfinished = RunRecord.filter(
                Column("connection") == run.connection && Column("schema") == run.schema
                    && Column("status") == RunStatus.running.rawValue)
            try unfinished.updateAll(
                database, Column("status").set(to: RunStatus.interrupted.rawValue),
                Column("error").set(to: "The process ended without a word; the next run went on from its last commit."))
            try run.insert(database)
        }
    }

    /// Writes down how a run stands or ended.
    public func update(_ run: RunRecord) throws {
        try write("Recording a run") { try run.upsert($0) }
    }

    /// The history, newest first.
    ///
    /// - Parameter limit: at most this many runs.
    public func runs(connection: String? = nil, schema: String? = nil, limit: Int = 50) throws -> [RunRecord] {
        try read("Reading the history of runs") { database in
            var request = RunRecord.order(Column("startedAt").desc, Column.rowID.desc).limit(limit)
            if let connection { request = request.filter(Column("connection") == connection) }
            if let schema { request = request.filter(Column("schema") == schema) }
            return try request.fetchAll(database)
        }
    }
}
