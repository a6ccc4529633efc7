import Tributary

/// Databases of servers that are only read, by what they hold: a source has hundreds of cases that look at the same rows.
///
/// Sharing one proves no less: the role of the sources owns nothing and may write nowhere, so none can leave anything
/// there for another. A file of SQLite has no such role, and costs little; it is never shared between cases.
final class SharedDatabases: Sendable {
    /// So many are held; whatever reads another one still goes on with it.
    static let limit = 6

    /// By script, the one that was asked for last at the end.
    private let known = Lock<[(script: SQLScript, database: EngineDatabase)]>([])

    /// The database of a world that nobody changes.
    func database(_ world: SQLWorld, on stack: DatabaseStack) -> EngineDatabase {
        guard world.engine != .sqlite else { return EngineDatabase(world, on: stack) }
        let script = SQLScript(world.fullScript())
        return known.withLock { known in
            let database: EngineDatabase
            if let index = known.firstIndex(where: { $0.script == script }) {
                database = known.remove(at: index).database
            } else {
                database = EngineDatabase(world, on: stack)
            }
            known.append((script, database))
            if known.count > Self.limit { known.removeFirst() }
            return database
        }
    }

    /// Gives all of them back.
    func forget() { known.withLock { $0 = [] } }
}
