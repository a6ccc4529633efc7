import Foundation
import Testing
import Tributary

@testable import Conformance

@Suite("SQLite files of the kit")
struct SQLiteScratchTests {
    private let script = """
        CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
        CREATE INDEX by_name ON t (name);
        CREATE VIEW v AS SELECT id FROM t;
        INSERT INTO t VALUES (1, 'one'), (2, 'two');
        """

    private func rows(_ scratch: any ScratchDatabase) async throws -> [String] {
        try await scratch.texts("SELECT id || ' ' || name FROM t ORDER BY id")
    }

    @Test("a file that is copied holds what its script makes, and is nobody else's")
    func copies() async throws {
        let server = SQLiteServer()
        let world = SQLWorld(engine: .sqlite, script: script)
        var changed = world
        changed.changes = ["UPDATE t SET name = 'deux' WHERE id = 2"]
        let first = try await server.makeDatabase(for: world)
        try await first.fill(with: world)
        try await first.run("DELETE FROM t")
        let copy = try await server.makeDatabase(for: world)
        // Before it is filled: it was not made by the script.
        #expect(try await rows(copy) == ["1 one", "2 two"])
        try await copy.fill(with: world)
        let other = try await server.makeDatabase(for: changed)
        try await other.fill(with: changed)
        #expect(try await rows(first) == [])
        #expect(try await rows(copy) == ["1 one", "2 two"])
        #expect(try await rows(other) == ["1 one", "2 deux"])
        let names = "SELECT name FROM sqlite_schema ORDER BY name"
        #expect(try await copy.texts(names) == ["by_name", "t", "v"])
        #expect(try await copy.texts("PRAGMA journal_mode") == ["wal"])
    }

    @Test("nothing stays behind when the kit ends, also of files that are still in use")
    func end() async throws {
        let server = SQLiteServer()
        let scratch = try await server.makeDatabase(for: SQLWorld(engine: .sqlite, script: script))
        let endpoint = DatabaseEndpoint(engine: .sqlite, host: "")
        let place = URL(filePath: scratch.endpoint(for: endpoint).host)
            .deletingLastPathComponent().deletingLastPathComponent().path
        #expect(FileManager.default.fileExists(atPath: place))
        await server.close()
        #expect(!FileManager.default.fileExists(atPath: place))
        withExtendedLifetime(scratch) {}
    }

    @Test("a script that sets something for its connection is run each time")
    func settings() async throws {
        let server = SQLiteServer()
        let world = SQLWorld(engine: .sqlite, script: "PRAGMA recursive_triggers = ON;" + script)
        for _ in 0..<2 {
            let scratch = try await server.makeDatabase(for: world)
            try await scratch.fill(with: world)
            #expect(try await scratch.texts("PRAGMA recursive_triggers") == ["1"])
            #expect(try await rows(scratch) == ["1 one", "2 two"])
        }
    }
}
