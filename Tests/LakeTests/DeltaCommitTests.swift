import Columns
import Foundation
import TestSupport
import Testing

@testable import Lake

@Suite struct DeltaCommitTests {
    static let schema = TableSchema([Field("id", .int64), Field("name", .utf8)])

    private func rows(_ ids: some Sequence<Int>, name: String = "n") -> Table {
        Table(Self.schema, ids.map { ["id": .int(Int64($0)), "name": .string(name)] })
    }

    @Test("Properties travel with the rows, keep their values, and go when empty")
    func properties() async throws {
        let lake = try TemporaryLake()
        try await lake.write(rows(0..<2), properties: ["watermark": "5", "token": "{\"page\":\"a\"}"])
        try await lake.write(rows(2..<3), properties: ["watermark": "7"])
        var snapshot = try #require(try await lake.table.snapshot())
        #expect(snapshot.properties == ["watermark": "7", "token": "{\"page\":\"a\"}"])
        let writer = try await lake.table.writer(WritePlan(schema: Self.schema))
        _ = try await writer.commit(properties: ["token": ""])
        snapshot = try #require(try await lake.table.snapshot())
        #expect(snapshot.properties == ["watermark": "7"])
        #expect(snapshot.rowCount == 3 && snapshot.version == 2)
    }

    @Test("A commit with nothing new writes nothing")
    func nothingNew() async throws {
        let lake = try TemporaryLake()
        try await lake.write(rows(0..<2), properties: ["watermark": "5"])
        let before = try lake.storage.list("")
        let writer = try await lake.table.writer(WritePlan(schema: Self.schema))
        let report = try await writer.commit(properties: ["watermark": "5"])
        #expect(report.version == 0 && report.filesAdded == 0 && report.rowsTotal == 2)
        #expect(try lake.storage.list("") == before)
    }

    @Test("A table without rows has its columns")
    func emptyTable() async throws {
        let lake = try TemporaryLake()
        try await lake.write(rows([]), keys: ["id"], partitioning: .md5(keys: ["id"], count: 4))
        let snapshot = try #require(try await lake.table.snapshot())
        #expect(snapshot.schema == Self.schema)
        #expect(snapshot.primaryKeys == ["id"])
        #expect(snapshot.partitioning == .md5(keys: ["id"], count: 4))
        #expect(snapshot.rowCount == 0 && snapshot.files.isEmpty)
    }

    @Test("A table that was never written is not there")
    func noTable() async throws {
        let lake = try TemporaryLake()
        #expect(try await lake.table.snapshot() == nil)
        #expect(try await lake.table.snapshot(stage: "x") == nil)
        try await lake.table.discardStage("x")
        #expect(try await lake.table.compact().version == -1)
    }

    @Test("A transaction that is in the log is not committed again")
    func idempotence() async throws {
        let lake = try TemporaryLake()
        for _ in 0..<2 {
            let writer = try await lake.table.writer(WritePlan(schema: Self.schema))
            try await writer.append(rows(0..<5))
            let report = try await writer.commit(properties: ["watermark": "4"], transaction: ("run", 3))
            #expect(report.rowsTotal == 5)
            #expect(await writer.bufferedRows == 0)
        }
        let snapshot = try #require(try await lake.table.snapshot())
        #expect(snapshot.version == 0)
        #expect(snapshot.transactionVersion(appID: "run") == 3)
        #expect(snapshot.transactionVersion(appID: "other") == nil)
    }

    @Test("A stored layout is kept, whatever a later plan says")
    func layoutIsKept() async throws {
        let lake = try TemporaryLake()
        let layout = Partitioning.datetime(key: "id", format: .month)
        try await lake.write(rows(0..<5), keys: ["id"], partitioning: layout)
        try await lake.write(rows(5..<6), partitioning: .md5(keys: ["id"], count: 3))
        let snapshot = try #require(try await lake.table.snapshot())
        #expect(snapshot.partitioning == layout)
        #expect(Set(snapshot.files.map(\.partition)) == ["1970-01"])
        #expect(
            try await lake.rows(columns: ["_partition", "id"]).allSatisfy { $0["_partition"] == .string("1970-01") })
    }

    @Test("Two writers at once lose nothing", arguments: [WritePlan.Mode.append, .merge])
    func concurrentWriters(mode: WritePlan.Mode) async throws {
        let lake = try TemporaryLake()
        let layout = Partitioning.md5(keys: ["id"], count: 3)
        let plan = WritePlan(
            schema: Self.schema, primaryKeys: ["id"], partitioning: layout, mode: mode, options: .testing)
        // All open the table before anyone has written, so each must find out about the others.
        var writers: [TableWriter] = []
        for _ in 0..<4 { writers.append(try await lake.table.writer(plan)) }
        let conflicts = try await withThrowingTaskGroup(of: Int.self) { group in
            for (task, writer) in writers.enumerated() {
                group.addTask {
                    var conflicts = 0
                    for round in 0..<5 {
                        // Every writer has ids of its own, and all share id -1.
                        try await writer.append(rows((0..<20).map { task * 1_000 + round * 20 + $0 } + [-1]))
                        conflicts += try await writer.commit(properties: ["task\(task)": "\(round)"]).conflicts
                    }
                    return conflicts
                }
            }
            return try await group.reduce(0, +)
        }
        let snapshot = try #require(try await lake.table.snapshot())
        let ids = try await snapshot.rows(columns: ["id"]).map { $0["id"] }
        #expect(Set(ids).count == 401)
        #expect(ids.count == (mode == .merge ? 401 : 420))
        #expect(snapshot.properties == ["task0": "4", "task1": "4", "task2": "4", "task3": "4"])
        #expect(snapshot.version == 19)
        #expect(conflicts > 0, "the writers never met; the test shows nothing")
    }

    @Test("Compaction joins small files and changes no row")
    func compaction() async throws {
        let lake = try TemporaryLake()
        let layout = Partitioning.md5(keys: ["id"], count: 3)
        for batch in 0..<4 {
            try await lake.write(
                rows(batch * 50..<batch * 50 + 50), keys: ["id"], partitioning: layout, properties: ["w": "\(batch)"])
        }
        let before = try await lake.rows().counts
        let report = try await lake.table.compact(options: .testing)
        #expect(report.filesRemoved == 12 && report.filesAdded == 3)
        let snapshot = try #require(try await lake.table.snapshot())
        #expect(snapshot.files.count == 3 && snapshot.version == 4 && snapshot.rowCount == 200)
        #expect(snapshot.properties == ["w": "3"])
        #expect(try await lake.rows().counts == before)
        #expect(try await lake.table.compact(options: .testing).filesRemoved == 0)
    }

    @Test("Vacuum deletes what no recent version needs, and nothing of a stage")
    func vacuum() async throws {
        let lake = try TemporaryLake()
        for batch in 0..<3 { try await lake.write(rows(batch * 5..<batch * 5 + 5)) }
        _ = try await lake.table.compact(options: .testing)
        let plan = WritePlan(schema: Self.schema, stage: "refresh", options: .testing)
        let staged = try await lake.table.writer(plan)
        try await staged.append(rows(100..<103))
        _ = try await staged.commit()
        try Data("left by a crash".utf8).write(to: URL(fileURLWithPath: lake.path + "/part-orphan.parquet"))
        try Data("half".utf8).write(to: URL(fileURLWithPath: lake.path + "/.part-x.parquet.1.tmp"))
        let young = try await lake.table.vacuum()
        #expect(young.files.isEmpty)
        var later = LakeOptions.testing
        later.clock = { Int64(Date().timeIntervalSince1970 * 1_000_000) + 8 * 86_400_000_000 }
        let dry = try await lake.table.vacuum(dryRun: true, options: later)
        #expect(dry.files.count == 5 && dry.isDryRun)
        let report = try await lake.table.vacuum(options: later)
        #expect(report.files == dry.files && report.bytes > 0)
        #expect(try await lake.rows().count == 15)
        let publication = try await staged.publishStage()
        #expect(publication.rowsTotal == 3)
        #expect(try await lake.rows().count == 3)
    }
}
