import Cassettes
import Columns
import Foundation
import Tributary

/// A database that is built from a world when somebody first connects to it.
final class EngineDatabase: Sendable {
    let stack: DatabaseStack
    let world: SQLWorld
    private let building = Lock<Task<any ScratchDatabase, any Error>?>(nil)

    init(_ world: SQLWorld, on stack: DatabaseStack) {
        self.world = world
        self.stack = stack
    }

    /// The database, built by the first caller.
    ///
    /// - Throws: ``DatabaseMissing``, ``ScratchFailure``.
    func scratch() async throws -> any ScratchDatabase {
        let task = building.withLock { task in
            let running = task ?? Task { [stack, world] in try await Self.build(world, on: stack) }
            task = running
            return running
        }
        return try await task.value
    }

    private static func build(_ world: SQLWorld, on stack: DatabaseStack) async throws -> any ScratchDatabase {
        let scratch = try await stack.server(world.engine).makeDatabase(for: world)
        try await scratch.fill(with: world) {
            try await stack.content(of: SQLWorld(engine: world.engine, script: world.script))
        }
        return scratch
    }
}

/// One step of a source's talk with its database, counted from 0 over a connector.
struct DatabaseStep: Sendable {
    enum Kind: String, Sendable {
        case connect
        case statement
        case fetch
        case snapshot
    }

    var index: Int
    var kind: Kind
    /// The statement that is sent, or whose rows are fetched.
    var statement: SQLStatement?
    /// The connection's number.
    var connection: Int

    /// Whether what others have done just before the step can be told from what they do just before the next one: a login
    /// looks at no table, and a statement comes behind it.
    var looksAtTables: Bool { kind != .connect }
}

/// What happens between a source and its engine besides what the source asks for.
struct DatabaseWeather: Sendable {
    /// At most so many rows are fetched at once, whatever the source asks for.
    var fetchRows: Int?
    /// Rows whose order a statement leaves open come in an order drawn from this seed.
    var permutation: UInt64?
    /// Called before each step; what it throws is what the source sees instead of the step's result.
    var before: @Sendable (DatabaseStep, EngineDatabase) async throws -> Void = { _, _ in }
}

/// Connects sources to an ``EngineDatabase`` through production's driver, whatever address they ask for.
struct EngineConnector: DatabaseConnector {
    let database: EngineDatabase
    let weather: DatabaseWeather
    private let steps = Lock(Steps())

    private struct Steps {
        var next = 0
        var connections = 0
    }

    init(_ database: EngineDatabase, weather: DatabaseWeather = DatabaseWeather()) {
        self.database = database
        self.weather = weather
    }

    func connect(to endpoint: DatabaseEndpoint) async throws -> any DatabaseConnection {
        let number = steps.withLock { steps in
            steps.connections += 1
            return steps.connections
        }
        try await step(.connect, nil, number)
        let scratch = try await database.scratch()
        let real = scratch.endpoint(for: endpoint)
        let standIn = StandIn(wanted: endpoint, real: real)
        let login = try await standIn.worded {
            try await scratch.logins.login(to: real, by: database.stack.connector)
        }
        return EngineConnection(
            login: login, scratch: scratch, role: real.user, connector: self, number: number, standIn: standIn)
    }

    func step(_ kind: DatabaseStep.Kind, _ statement: SQLStatement?, _ connection: Int) async throws {
        let index = steps.withLock { steps in
            defer { steps.next += 1 }
            return steps.next
        }
        let step = DatabaseStep(index: index, kind: kind, statement: statement, connection: connection)
        try await weather.before(step, database)
    }
}

/// A database of the kit's own that stands for the one of a config.
private struct StandIn: Sendable {
    let wanted: DatabaseEndpoint
    let real: DatabaseEndpoint

    /// Whether a statement asks for something of the config's database by its name. MySQL's catalogue is asked so.
    func asks(_ statement: SQLStatement) -> Bool {
        wanted.engine == .mysql && !wanted.database.isEmpty && statement.parameters.contains(.string(wanted.database))
    }

    /// The database whose own name an answer may hold; empty where there is none.
    func place(of statement: SQLStatement) -> String {
        wanted.engine == .mysql && !asks(statement) ? real.database : ""
    }

    /// A statement that names the config's database, for the one that stands for it.
    func translated(_ statement: SQLStatement) -> SQLStatement {
        guard wanted.engine == .mysql, !wanted.database.isEmpty else { return statement }
        var statement = statement
        let (name, other) = (wanted.engine.quoted(wanted.database), wanted.engine.quoted(real.database))
        statement.text = statement.text.replacing(name + ".", with: other + ".")
        for index in statement.parameters.indices where statement.parameters[index] == .string(wanted.database) {
            statement.parameters[index] = .string(real.database)
        }
        return statement
    }

    /// What a catalogue answered, in the names of the config.
    func translated(_ table: Table) -> Table {
        let columns = table.columns.map { column in
            guard column.type == .utf8 else { return column }
            var builder = ColumnBuilder(.utf8)
            for index in 0..<column.count {
                switch column[index] {
                case .string(real.database): builder.append(string: wanted.database)
                case .string(let text): builder.append(string: text)
                default: builder.appendNull()
                }
            }
            return builder.finish()
        }
        return Table(schema: table.schema, columns: columns, rowCount: table.rowCount)
    }

    /// What is thrown, worded as the server would that is stood for: it knows neither this port nor this name.
    func worded<Result>(_ body: () async throws -> Result) async throws -> Result {
        do {
            return try await body()
        } catch var error as SourceError {
            // A file of SQLite has no address.
            guard wanted.engine != .sqlite else { throw error }
            for (real, wanted) in [
                (real.database, wanted.database), (real.host, wanted.host),
                ("port \(real.port)", "port \(wanted.port)"),
            ] where !real.isEmpty && !wanted.isEmpty {
                error.message = error.message.replacing(real, with: wanted)
            }
            throw error
        }
    }
}

/// A connection in the weather of its connector.
private struct EngineConnection: DatabaseConnection {
    let login: LoginPool.Login
    let scratch: any ScratchDatabase
    let role: String
    let connector: EngineConnector
    let number: Int
    let standIn: StandIn
    private let use = Lock(Use())

    /// What was done with the session.
    private struct Use {
        /// Steps that have not ended well, or not yet.
        var openSteps = 0
        /// Snapshots that are held: what they show may be older than what is.
        var snapshots = 0
        var leftSomething = false
        var isClosed = false
    }

    private var base: any DatabaseConnection { login.connection }
    var engine: DatabaseEngine { base.engine }

    init(
        login: LoginPool.Login, scratch: any ScratchDatabase, role: String, connector: EngineConnector, number: Int,
        standIn: StandIn
    ) {
        self.login = login
        self.scratch = scratch
        self.role = role
        self.connector = connector
        self.number = number
        self.standIn = standIn
    }

    /// A step in the session. One that throws, cancelled ones included, stays open for good: what it has left is not known.
    private func step<Result>(_ statement: SQLStatement?, _ body: () async throws -> Result) async throws -> Result {
        let isClosed = use.withLock { use in
            use.openSteps += 1
            if let statement, !StatementNature.of(statement.text).leavesNothing { use.leftSomething = true }
            return use.isClosed
        }
        // The session may be another's by now.
        if isClosed {
            throw SourceError(
                .unreachable, "Using a \(engine.rawValue) connection: it is closed.", recovery: .retry(after: nil))
        }
        let result = try await body()
        use.withLock { $0.openSteps -= 1 }
        return result
    }

    func query(_ statement: SQLStatement) async throws -> Table {
        try await connector.step(.statement, statement, number)
        return try await answer(statement)
    }

    /// The whole answer, in the names of the config and in the weather's order.
    private func answer(_ statement: SQLStatement) async throws -> Table {
        let table = try await step(statement) { try await standIn.worded { try await asked(statement) } }
        guard let seed = connector.weather.permutation else { return table }
        return OpenOrder(statement, seed: seed).applied(to: table)
    }

    /// What the engine says, or has said before of a catalogue that is still the same.
    private func asked(_ statement: SQLStatement) async throws -> Table {
        func ask() async throws -> Table {
            let answer = try await base.query(standIn.translated(statement))
            return standIn.asks(statement) ? standIn.translated(answer) : answer
        }
        let isPlain = use.withLock { !$0.leftSomething && $0.snapshots == 0 }
        guard isPlain, let catalogue = scratch.catalogue, let about = StatementNature.of(statement.text).asksCatalogue
        else { return try await ask() }
        let question = CatalogueMemo.Question(role: role, statement: statement, place: standIn.place(of: statement))
        return try await catalogue.answer(question, about: about, ask)
    }

    func stream(
        _ statement: SQLStatement, maxRows: Int, maxBytes: Int, into body: (Table) async throws -> Void
    ) async throws {
        try await connector.step(.statement, statement, number)
        let rows = min(maxRows, connector.weather.fetchRows ?? maxRows)
        let isFirst = Lock(true)
        func deliver(_ table: Table) async throws {
            if !isFirst.withLock({ $0 }) { try await connector.step(.fetch, statement, number) }
            isFirst.withLock { $0 = false }
            try await body(table)
        }
        guard connector.weather.permutation == nil else {
            return try await answer(statement).handOver(maxRows: rows, into: deliver)
        }
        try await step(statement) {
            try await standIn.worded {
                try await base.stream(
                    standIn.translated(statement), maxRows: rows, maxBytes: maxBytes, into: deliver)
            }
        }
    }

    func withSnapshot<Result: Sendable>(_ body: () async throws -> Result) async throws -> Result {
        try await connector.step(.snapshot, nil, number)
        use.withLock { $0.snapshots += 1 }
        defer { use.withLock { $0.snapshots -= 1 } }
        return try await step(nil) { try await base.withSnapshot(body) }
    }

    func close() async {
        let (isFirst, isAsNew) = use.withLock { use in
            defer { use.isClosed = true }
            return (!use.isClosed, use.openSteps == 0 && !use.leftSomething)
        }
        guard isFirst else { return }
        if isAsNew { await scratch.logins.takeBack(login) } else { await base.close() }
    }
}
