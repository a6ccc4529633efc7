import Tributary

/// One database of a ``ProgramServer``.
final class ProgramScratch: ScratchDatabase {
    private let server: ProgramServer
    let logins: LoginPool
    private let memo: CatalogueMemo
    private let name: String
    private let state = Lock(State())

    private struct State {
        var isEmpty = false
        var isReleased = false
        /// What is known to be in it.
        var held: SQLWorld.Held?
    }

    init(server: ProgramServer, _ kept: ProgramServer.Kept) {
        self.server = server
        name = kept.name
        logins = kept.logins
        memo = kept.catalogue
        state.withLock { $0.held = kept.held }
    }

    deinit { release() }

    var engine: DatabaseEngine { server.engine }
    var catalogue: CatalogueMemo? { memo }

    func endpoint(for wanted: DatabaseEndpoint) -> DatabaseEndpoint { server.endpoint(name, for: wanted) }

    /// Definitions take an engine far longer than rows: where an earlier use has left the same, rows alone are replaced.
    func fill(with world: SQLWorld, original: @Sendable () async throws -> SQLContent?) async throws {
        let held = held
        if let tables = world.restored(from: held), let restoring = try await rows(of: tables, original) {
            state.withLock { $0.isEmpty = true }
            for (table, rows) in restoring { try await replaceRows(rows, of: table) }
            for (table, rows) in world.contents {
                // A view is made anew once.
                let isOverRows = table.isView && held?.replaced.contains(table) == true
                try await replaceRows(rows, of: isOverRows ? table.below : table)
            }
            if !world.changes.isEmpty { try await run(world.changingScript) }
        } else {
            try await run(world.fullScript())
        }
        state.withLock { $0.held = world.held }
        memo.adopt(server.answers(of: world.definitions))
    }

    /// The rows that tables had at first; nil where that is not known of all.
    private func rows(
        of tables: Set<SQLTableFacts>, _ original: @Sendable () async throws -> SQLContent?
    ) async throws -> [SQLTableFacts: [World.Object]]? {
        if tables.isEmpty { return [:] }
        let rows = try await original()?.rows.filter { tables.contains($0.key) }
        return rows?.count == tables.count ? rows : nil
    }

    func replaceRows(_ rows: [World.Object], of table: SQLTableFacts) async throws {
        let script = SQLText.replacingAtOnce(rows, of: table, engine)
        // A view is made anew.
        if table.isView { try await run(script) } else { try await run(script, changingRowsOf: table) }
    }

    /// What else is in the database stays known, and sessions stay as good as new ones.
    func run(_ script: String, changingRowsOf table: SQLTableFacts) async throws {
        guard state.withLock({ $0.isEmpty }) else { return try await run(script) }
        let held = state.withLock { state in
            defer { state.held = nil }
            return state.held
        }
        memo.forgetFigures()
        defer { memo.forgetFigures() }
        try await server.execute(script, in: name)
        state.withLock { $0.held = held?.replacing(table) }
    }

    /// The first script empties what an earlier use has left.
    func run(_ script: String) async throws {
        let isFirst = state.withLock { state in
            defer { (state.isEmpty, state.held) = (true, nil) }
            return !state.isEmpty
        }
        logins.forget()
        memo.forget()
        defer { memo.forget() }
        try await server.execute((isFirst ? server.emptying(name) : "") + script, in: name)
    }

    var held: SQLWorld.Held? { state.withLock { $0.held } }

    func undo(_ script: String, leaving held: SQLWorld.Held?) async throws {
        try await run(script)
        state.withLock { $0.held = held }
        if let held { memo.adopt(server.answers(of: held.definitions)) }
    }

    func texts(_ query: String) async throws -> [String] {
        try await server.execute(query + ";", in: name).split(separator: "\n", omittingEmptySubsequences: true)
            .map(String.init)
    }

    func definitions() async throws -> [String] { try await memo.lines { try await texts(SQLText.catalogue(engine)) } }

    func release() {
        let (isFirst, held) = state.withLock { state in
            defer { state.isReleased = true }
            return (!state.isReleased, state.held)
        }
        if isFirst { server.takeBack(ProgramServer.Kept(name, held, logins, memo)) }
    }
}
