import Cassettes
import Columns
import Foundation
import TestSupport
import Testing
import Tributary

@testable import Conformance

/// Records a source over an SQLite file that is not called after its engine.
@Suite(.timeLimit(.minutes(5))) struct FileRecorderTests {
    private static let shop = """
        CREATE TABLE orders (id INTEGER NOT NULL PRIMARY KEY, note TEXT);
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60)
          INSERT INTO orders SELECT i, 'note ' || i FROM n;
        """

    private func record(_ room: TemporaryFolder, maxRows: Int? = nil) async throws -> Scenario {
        let file = room.file("shop.db").path
        if !FileManager.default.fileExists(atPath: file) { try SQLiteFile.execute(Self.shop, on: file) }
        var plan = RecordingPlan(
            source: AnySource(DepotSource.self), config: ["path": .string(file)],
            scenario: maxRows == nil ? "usual" : "whole",
            clock: TimestampParser.microseconds("2026-01-07T12:00:00Z") ?? 0, today: "2026-01-07")
        plan.limits.rows = maxRows
        let key = Array("a key of pseudonyms for tests ..".utf8)
        let outcome = try await Recorder(
            plan: plan, live: ShopService.live, fixtures: room.file("Fixtures"), key: key
        ).run()
        return try Scenario(at: outcome.folder)
    }

    @Test("a table's usual 50 rows are taken, and with a limit of 0 all of them")
    func limits() async throws {
        let room = try TemporaryFolder("recorded")
        let usual = try await record(room)
        #expect(usual.manifest.expected["t0"]?["orders"]?["rows"]?.int64 == 50)
        let whole = try await record(room, maxRows: 0)
        #expect(whole.manifest.expected["t0"]?["orders"]?["rows"]?.int64 == 60)
    }

    @Test("model.json says which engine runs the seeds, and a file that is not there has a scenario of its own")
    func engine() async throws {
        let room = try TemporaryFolder("recorded")
        let scenario = try await record(room)
        #expect(try SQLScenario(scenario)?.engine == .sqlite)
        let missing = try Scenario(at: scenario.folder.deletingLastPathComponent().appending(path: "missing-file"))
        #expect(missing.manifest.schemas.map(\.name) == ["orders"])
        #expect(missing.config["path"]?.string == "missing.db")
        #expect(try SQLScenario(missing) == nil)
    }
}
