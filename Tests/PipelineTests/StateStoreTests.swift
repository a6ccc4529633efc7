import Columns
import Foundation
import Testing
import Tributary

@testable import Pipeline

@Suite("StateStore") struct StateStoreTests {
    private static let config: JSONValue = ["host": "db.example", "password": "hunter-2-hunter", "port": 5432]

    private func folder() throws -> TemporaryFolder { try TemporaryFolder() }

    @Test("a connection comes back as it was stored, and its config lies nowhere in clear")
    func connections() throws {
        let folder = try folder()
        let store = try StateStore(folder: folder.path, environment: [:])
        try store.save(Connection(name: "shop", sourceType: "Postgres", config: Self.config))
        let again = try StateStore(folder: folder.path, environment: [:])
        #expect(try again.connection("shop").config == Self.config)
        #expect(try again.connections().map(\.name) == ["shop"])
        for name in try FileManager.default.contentsOfDirectory(atPath: folder.path) {
            let bytes = try #require(FileManager.default.contents(atPath: folder.path + "/" + name))
            #expect(bytes.range(of: Data("hunter-2".utf8)) == nil && bytes.range(of: Data("db.example".utf8)) == nil)
        }
        #expect("\(try again.connection("shop"))" == "shop (Postgres)")
    }

    @Test("an unknown connection is an error that names those there are")
    func unknown() throws {
        let folder = try folder()
        let store = try StateStore(folder: folder.path, environment: [:])
        try store.save(Connection(name: "shop", sourceType: "Postgres", config: [:]))
        let error = #expect(throws: SourceError.self) { try store.connection("shp") }
        #expect(error?.kind == .notFound && error?.advice?.contains("shop") == true)
        try store.deleteConnection("shop")
        #expect(throws: SourceError.self) { try store.deleteConnection("shop") }
        #expect(try store.connections().isEmpty)
    }

    @Test("the key is in a file that only its owner may read; one that others may read is refused")
    func keyFile() throws {
        let folder = try folder()
        _ = try StateStore(folder: folder.path, environment: [:])
        let path = folder.path + "/key"
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? NSNumber
        #expect(mode?.intValue == 0o600)
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: path)
        let error = #expect(throws: SourceError.self) { try StateStore(folder: folder.path, environment: [:]) }
        #expect(error?.advice == "Run: chmod 600 \(path)")
    }

    @Test("another key opens nothing, and says so without a value")
    func wrongKey() throws {
        let folder = try folder()
        func key(_ byte: UInt8) -> [String: String] {
            ["TRIBUTARY_KEY": Data(repeating: byte, count: 32).base64EncodedString()]
        }
        try StateStore(folder: folder.path, environment: key(1))
            .save(Connection(name: "shop", sourceType: "Postgres", config: Self.config))
        #expect(!FileManager.default.fileExists(atPath: folder.path + "/key"))
        let store = try StateStore(folder: folder.path, environment: key(2))
        let error = #expect(throws: SourceError.self) { try store.connection("shop") }
        #expect(
            error?.message
                == "Decrypting connection shop (Postgres): the key does not fit, or the stored bytes were changed.")
        #expect(throws: SourceError.self) {
            try StateStore(folder: folder.path, environment: ["TRIBUTARY_KEY": "short"])
        }
    }

    @Test("what is stored for one place opens nowhere else, and no two are alike")
    func places() throws {
        let box = SecretBox(key: [UInt8](repeating: 7, count: 32))
        let sealed = try box.seal("text", place: "connection a")
        #expect(try box.open(sealed, place: "connection a") == "text")
        #expect(throws: SourceError.self) { try box.open(sealed, place: "connection b") }
        #expect(throws: SourceError.self) { try box.open(sealed.dropLast(), place: "connection a") }
        #expect(try box.seal("text", place: "connection a") != sealed)
    }

    @Test("OAuth accounts come back with their tokens, and a refresh replaces them")
    func integrations() async throws {
        let folder = try folder()
        let store = try StateStore(folder: folder.path, environment: [:])
        var account = Integration(
            id: 0, kind: "hubspot", label: "Acme", accessToken: Secret("first-token"), refreshToken: Secret("again"),
            expiresAt: 5, tokenURL: "https://x.example/token", clientID: "c", clientSecret: Secret("s3cret"))
        account.id = try store.add(account)
        let stored = try #require(try await store.integration(id: account.id))
        #expect(stored.accessToken == Secret("first-token") && stored.refreshToken == Secret("again"))
        #expect(stored.clientSecret == Secret("s3cret") && stored.expiresAt == 5 && stored.label == "Acme")
        account.accessToken = Secret("second-token")
        account.refreshToken = nil
        try await store.save(account)
        let renewed = try await store.integration(id: account.id)
        #expect(renewed?.accessToken == Secret("second-token") && renewed?.refreshToken == nil)
        #expect(try await store.integration(id: 99) == nil)
        account.id = 99
        await #expect(throws: SourceError.self) { try await store.save(account) }
    }

    @Test("a run that never ended is found out by the next one of its table")
    func interruptedRuns() throws {
        let folder = try folder()
        let store = try StateStore(folder: folder.path, environment: [:])
        func run(_ id: String, _ schema: String) -> RunRecord {
            RunRecord(id: id, connection: "c", schema: schema, syncType: "append", startedAt: 1, processID: 1)
        }
        try store.begin(run("1", "a"))
        try store.begin(run("2", "b"))
        try store.begin(run("3", "a"))
        #expect(
            try store.runs().map { "\($0.id) \($0.status.rawValue)" } == ["3 running", "2 running", "1 interrupted"])
        #expect(try store.runs(connection: "c", schema: "b").map(\.id) == ["2"])
        #expect(try store.runs(limit: 1).count == 1)
    }

    @Test("table settings are kept by connection and schema")
    func settings() throws {
        let folder = try folder()
        let store = try StateStore(folder: folder.path, environment: [:])
        let settings = TableSettings(
            connection: "c", schema: "a", syncType: "incremental", cursorField: "updated_at",
            primaryKeys: ["id", "org"],
            lookbackSeconds: 60, historyStart: "2026-01-31")
        try store.save(settings)
        #expect(try store.settings(connection: "c", schema: "a") == settings)
        try store.disable(connection: "c", schema: "b", reason: "no key")
        #expect(try store.settings(connection: "c").map(\.schema) == ["a", "b"])
        #expect(try store.settings(connection: "c", schema: "b")?.disabledReason == "no key")
    }

    @Test("a finished run is in the history with its figures")
    func history() async throws {
        let bench = try SyncBench(withStore: true)
        try await bench.sync(
            ScriptedReader { _, _ in .rows([["id": 1, "number": 7]]) }, .incremental, cursor: "number")
        let run = try #require(try bench.store?.runs().first)
        #expect(run.status == .completed && run.rowsRead == 1 && run.rowsInserted == 1 && run.watermarkAfter == "7")
        #expect(run.commits == 2 && run.attempts == 1 && run.bytesWritten > 0 && run.tableVersion == 1)
    }

    @Test("a folder that cannot be made, and a file that is no database, are told clearly")
    func broken() throws {
        let folder = try folder()
        try Data("not a folder".utf8).write(to: URL(fileURLWithPath: folder.path + "/file"))
        #expect(throws: SourceError.self) { try StateStore(folder: folder.path + "/file/state", environment: [:]) }
        try Data(repeating: 7, count: 5_000).write(to: URL(fileURLWithPath: folder.path + "/state.sqlite"))
        let error = #expect(throws: SourceError.self) { try StateStore(folder: folder.path, environment: [:]) }
        #expect(error?.kind == .storage)
    }
}
