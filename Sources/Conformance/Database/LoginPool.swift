import Columns
import Tributary

/// Logins to one of the kit's databases that wait to be used again.
///
/// A login is the dearest step of a small read: PostgreSQL starts a process for each, whose first look at the catalogue
/// finds nothing at hand. A session that was only asked for rows, and whose answers were all taken to their end, is to the
/// next one who logs in what a new session is: no setting, no transaction, no lock and nothing temporary is left in it.
/// So it is kept when the source closes it, and handed to whoever logs in to the same place by the same words, password
/// included. Every other session is closed, and all that wait are when the definitions of the database may have changed:
/// a right that was taken away, for one, may only be missed by a new login.
final class LoginPool: Sendable {
    /// A session, and under which definitions it was opened.
    struct Login: Sendable {
        let connection: any DatabaseConnection
        fileprivate let endpoint: DatabaseEndpoint
        fileprivate let age: Int
    }

    private struct State {
        var waiting: [Login] = []
        /// Grows whenever the definitions may have changed.
        var age = 0
    }

    private let limit: Int
    private let state = Lock(State())

    /// - Parameter limit: how many may wait at once; none means that each login is a new one.
    init(limit: Int = 4) { self.limit = limit }

    /// Logs in, or takes a session that waits.
    func login(to endpoint: DatabaseEndpoint, by connector: any DatabaseConnector) async throws -> Login {
        let (known, age) = state.withLock { state in
            let index = state.waiting.lastIndex { $0.endpoint == endpoint }
            return (index.map { state.waiting.remove(at: $0) }, state.age)
        }
        if let known { return known }
        return Login(connection: try await connector.connect(to: endpoint), endpoint: endpoint, age: age)
    }

    /// Takes a session back that is as good as new, or closes it.
    func takeBack(_ login: Login) async {
        let isKept = state.withLock { state in
            guard login.age == state.age, state.waiting.count < limit else { return false }
            state.waiting.append(login)
            return true
        }
        if !isKept { await login.connection.close() }
    }

    /// Closes what waits; what is in use now is closed when it comes back.
    func forget() {
        let waiting = state.withLock { state in
            defer { state = State(age: state.age + 1) }
            return state.waiting
        }
        // A connection that nobody holds closes itself.
        withExtendedLifetime(waiting) {}
    }
}
