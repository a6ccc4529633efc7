import Columns
import Tributary

/// The database side of a modelled upstream: an engine that holds what a world shows of one table, and in which other
/// sessions commit while it is read.
struct ModelDatabase: Sendable {
    /// The whole database.
    let base: SQLWorld
    /// The table under test.
    let table: SQLTableFacts
    let collection: String
    let stack: DatabaseStack
    /// Databases that were built for the same rows, to be read again.
    let cache: ModelDatabaseCache
    var weather = DatabaseWeather()

    /// A connector to a database that shows what `live` shows.
    func connector(showing live: LiveWorld, fetchRows: Int?) -> EngineConnector {
        var weather = weather
        weather.fetchRows = weather.fetchRows ?? fetchRows
        let inner = weather.before
        let shown = Lock(live.current.visible(collection))
        let database = cache.database(world(showing: shown.withLock { $0 }), stack: stack, isShared: !live.mayChange)
        weather.before = { [table, collection] step, database in
            try await inner(step, database)
            let now = live.nextRequest(of: collection).world.visible(collection)
            let isNew = shown.withLock { shown in
                defer { shown = now }
                return shown != now
            }
            guard isNew else { return }
            // A view was made anew when the database was filled, and stays: a reader may hold it.
            try await database.scratch().replaceRows(now, of: table.isView ? table.below : table)
        }
        return EngineConnector(database, weather: weather)
    }

    private func world(showing rows: [World.Object]) -> SQLWorld {
        var world = base
        world.contents.append((table, rows))
        return world
    }
}

/// Databases by what they hold: many runs of a check look at the same rows.
final class ModelDatabaseCache: Sendable {
    private let known = Lock<[String: EngineDatabase]>([:])

    func database(_ world: SQLWorld, stack: DatabaseStack, isShared: Bool) -> EngineDatabase {
        guard isShared else { return EngineDatabase(world, on: stack) }
        // A server's databases are shared by all cases, and few are held: to make and to drop one is dear there.
        if world.engine != .sqlite { return stack.shared.database(world, on: stack) }
        let script = world.fullScript()
        return known.withLock { known in
            if let database = known[script] { return database }
            let database = EngineDatabase(world, on: stack)
            known[script] = database
            return database
        }
    }
}
