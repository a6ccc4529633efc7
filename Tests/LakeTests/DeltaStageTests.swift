import Columns
import TestSupport
import Testing

@testable import Lake

@Suite struct DeltaStageTests {
    static let schema = TableSchema([Field("id", .int64), Field("name", .utf8)])

    private func rows(_ ids: some Sequence<Int>, name: String) -> Table {
        Table(Self.schema, ids.map { ["id": .int(Int64($0)), "name": .string(name)] })
    }

    private func plan(_ mode: WritePlan.Mode = .append, partitioning: Partitioning? = nil) -> WritePlan {
        WritePlan(
            schema: Self.schema, primaryKeys: ["id"], partitioning: partitioning, mode: mode, stage: "full refresh/1",
            options: .testing)
    }

    @Test("Readers see the old rows until the stage is published, then the new ones alone")
    func atomicity() async throws {
        let lake = try TemporaryLake()
        try await lake.write(
            rows(0..<10, name: "old"), partitioning: .md5(keys: ["id"], count: 2), properties: ["w": "9", "x": "1"])
        let writer = try await lake.table.writer(plan(partitioning: .numerical(key: "id", size: 3)))
        for batch in 0..<3 {
            try await writer.append(rows(batch * 4..<batch * 4 + 4, name: "new"))
            _ = try await writer.commit(properties: ["token": "\(batch)"])
            #expect(try await lake.rows().allSatisfy { $0["name"] == .string("old") })
        }
        let staged = try #require(try await lake.table.snapshot(stage: "full refresh/1"))
        #expect(staged.properties == ["token": "2"] && staged.rowCount == 12)
        let report = try await writer.publishStage(properties: ["w": "11", "token": ""], transaction: ("run", 1))
        #expect(report.rowsTotal == 12 && report.filesRemoved == 2)
        let snapshot = try #require(try await lake.table.snapshot())
        #expect(snapshot.properties == ["w": "11"])
        #expect(snapshot.partitioning == .numerical(key: "id", size: 3))
        #expect(snapshot.version == 1 && snapshot.transactionVersion(appID: "run") == 1)
        #expect(try await lake.rows().allSatisfy { $0["name"] == .string("new") })
        #expect(try await lake.table.snapshot(stage: "full refresh/1") == nil)
        #expect(try lake.storage.list("shop/orders/_tributary").isEmpty)
    }

    @Test("A stage goes on where a killed run left it")
    func resume() async throws {
        let lake = try TemporaryLake()
        let first = try await lake.table.writer(plan(.merge))
        try await first.append(rows(0..<10, name: "a"))
        _ = try await first.commit(properties: ["token": "p1"], transaction: ("run", 1))
        // Killed here: these rows are lost, and come again.
        try await first.append(rows(10..<20, name: "lost"))
        let second = try await lake.table.writer(plan(.merge))
        #expect(try await second.snapshot?.properties["token"] == "p1")
        try await second.append(rows(5..<20, name: "b"))
        _ = try await second.publishStage()
        let names = try await lake.rows().map { $0["name"] }
        #expect(names.count == 20 && names.filter { $0 == .string("b") }.count == 15)
    }

    @Test("A discarded stage leaves the table and no file behind")
    func discard() async throws {
        let lake = try TemporaryLake()
        try await lake.write(rows(0..<3, name: "old"))
        let before = try lake.storage.list("")
        let writer = try await lake.table.writer(plan(.merge))
        try await writer.append(rows(0..<3, name: "new"))
        _ = try await writer.commit()
        try await writer.append(rows(2..<5, name: "newer"))
        _ = try await writer.commit()
        try await lake.table.discardStage("full refresh/1")
        #expect(try lake.storage.list("") == before)
        #expect(try await lake.table.snapshot(stage: "full refresh/1") == nil)
    }

    @Test("A stage whose log outlived its publication is no stage")
    func publishedStageIsGone() async throws {
        let lake = try TemporaryLake()
        let writer = try await lake.table.writer(plan())
        try await writer.append(rows(0..<3, name: "a"))
        _ = try await writer.commit()
        let folder = "shop/orders/_tributary/stage/full%20refresh%2F1/_delta_log"
        let log = try lake.storage.read("\(folder)/00000000000000000000.json", range: nil)
        _ = try await writer.publishStage()
        // As if the process had died between the commit and the deletion.
        try lake.storage.replace("\(folder)/00000000000000000000.json", with: log)
        #expect(try await lake.table.snapshot(stage: "full refresh/1") == nil)
        #expect(try await lake.rows().count == 3)
        try lake.storage.replace("\(folder)/00000000000000000000.json", with: log)
        try await lake.table.discardStage("full refresh/1")
        #expect(try await lake.rows().count == 3)
        #expect(try lake.storage.list("shop/orders/_tributary").isEmpty)
    }

    @Test("Publishing a stage without rows empties the table and keeps its columns")
    func emptyRefresh() async throws {
        let lake = try TemporaryLake()
        try await lake.write(rows(0..<3, name: "old"))
        let writer = try await lake.table.writer(plan())
        let report = try await writer.publishStage(properties: ["w": "1"])
        #expect(report.rowsTotal == 0 && report.filesRemoved == 1)
        let snapshot = try #require(try await lake.table.snapshot())
        #expect(snapshot.rowCount == 0 && snapshot.schema == Self.schema && snapshot.properties == ["w": "1"])
    }

    @Test("A publication that is in the log is not repeated")
    func idempotentPublication() async throws {
        let lake = try TemporaryLake()
        for name in ["a", "b"] {
            let writer = try await lake.table.writer(plan())
            try await writer.append(rows(0..<3, name: name))
            let report = try await writer.publishStage(transaction: ("run", 7))
            #expect(report.wasCommittedBefore == (name == "b"))
        }
        #expect(try await lake.rows().allSatisfy { $0["name"] == .string("a") })
        #expect(try lake.storage.list("shop/orders/_tributary").isEmpty)
    }
}
