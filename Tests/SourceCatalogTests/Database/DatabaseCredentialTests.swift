import Columns
import SourceCatalog
import TestSupport
import Testing
import Tributary

@Suite("Database credentials")
struct DatabaseCredentialTests {
    @Test("genuine credentials pass", arguments: DatabaseLab.Engine.available)
    func genuine(_ engine: DatabaseLab.Engine) async throws {
        let lab = try await DatabaseLab(engine, "CREATE TABLE t (id int PRIMARY KEY)")
        try await lab.source.validateCredentials(in: lab.context)
        try await lab.source.validateCredentials(schema: "t", in: lab.context)
    }

    @Test(
        "a wrong password is refused without showing it",
        arguments: DatabaseLab.Engine.available.filter { $0 != .sqlite })
    func wrongPassword(_ engine: DatabaseLab.Engine) async throws {
        let lab = try await DatabaseLab(engine, "CREATE TABLE t (id int PRIMARY KEY)")
        let source = try lab.source(changing: ["password": "hunter2-wrong"])
        let error = await #expect(throws: SourceError.self) { try await source.validateCredentials(in: lab.context) }
        #expect(error?.kind == .invalidCredentials)
        #expect(error?.description.contains("hunter2") == false)
    }

    @Test("an unknown database is named", arguments: DatabaseLab.Engine.available.filter { $0 != .sqlite })
    func unknownDatabase(_ engine: DatabaseLab.Engine) async throws {
        let lab = try await DatabaseLab(engine, "CREATE TABLE t (id int PRIMARY KEY)")
        let source = try lab.source(changing: ["database": "no_such_db"])
        let error = await #expect(throws: SourceError.self) { try await source.validateCredentials(in: lab.context) }
        #expect(error?.kind == .notFound)
        #expect(error?.message.contains("no_such_db") == true)
    }

    @Test(
        "a host inside the machine is refused where only public ones are allowed",
        arguments: DatabaseLab.Engine.available.filter { $0 != .sqlite })
    func refusedHost(_ engine: DatabaseLab.Engine) async throws {
        let lab = try await DatabaseLab(engine, "CREATE TABLE t (id int PRIMARY KEY)")
        var context = lab.context
        context.hosts = HostValidator(policy: .publicOnly, resolver: NoHostResolver())
        let error = await #expect(throws: SourceError.self) { try await lab.source.validateCredentials(in: context) }
        #expect(error?.kind == .addressRefused)
    }

    #if PostgreSQL
        @Test(
            "a connection string replaces the fields; a broken one is not echoed",
            .enabled(if: PostgresServer.isAvailable, "no PostgreSQL server on this machine"))
        func connectionString() async throws {
            let lab = try await DatabaseLab(.postgres, "CREATE TABLE t (id int PRIMARY KEY)")
            let database = lab.config["database"]?.string ?? ""
            let port = lab.config["port"]?.int64 ?? 0
            let text = "postgresql://tributary:p%27ss%20w%22rd%5C4711@127.0.0.1:\(port)/\(database)?sslmode=prefer"
            let wrong: [String: JSONValue] = [
                "host": "192.0.2.1", "password": "wrong", "connection_string": .string(text),
            ]
            try await lab.source(changing: wrong).validateCredentials(in: lab.context)
            let broken = try lab.source(changing: ["connection_string": "mysql://u:hunter2@h/d"])
            let error = await #expect(throws: SourceError.self) {
                try await broken.validateCredentials(in: lab.context)
            }
            #expect(error?.kind == .invalidConfig)
            #expect(error?.description.contains("hunter2") == false)
        }
    #else
        @Test("without the PostgreSQL driver the source says how to get it")
        func missingDriver() async throws {
            let config: JSONValue = [
                "host": "192.0.2.1", "database": "d", "user": "u", "password": "p",
            ]
            let source = try SourceRegistry.builtIn.source("Postgres").configure(config)
            var context = DatabaseLab.makeContext()
            context.hosts = HostValidator(policy: .unrestricted, resolver: NoHostResolver())
            let error = await #expect(throws: SourceError.self) { try await source.validateCredentials(in: context) }
            #expect(error?.kind == .driverMissing)
            #expect(error?.advice?.contains("--traits PostgreSQL") == true)
        }
    #endif
}
