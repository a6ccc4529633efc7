import Columns
import Foundation
import TestSupport
import Testing

@testable import Lake

/// What breaks, breaks clean: the table is as before or as after, and the message says what to do.
@Suite struct DeltaFaultTests {
    static let schema = TableSchema([Field("id", .int64), Field("name", .utf8)])

    private func rows(_ ids: some Sequence<Int>, name: String) -> Table {
        Table(Self.schema, ids.map { ["id": .int(Int64($0)), "name": .string(name)] })
    }

    /// A checkpoint in each second version, so that it is among the calls that break.
    private static var options: LakeOptions {
        var options = LakeOptions.testing
        options.checkpointInterval = 2
        return options
    }

    private func plan(_ stage: String? = nil) -> WritePlan {
        WritePlan(
            schema: Self.schema, primaryKeys: ["id"], partitioning: .numerical(key: "id", size: 10), mode: .merge,
            stage: stage, options: Self.options)
    }

    /// What the table holds, with its state.
    private struct Content: Hashable {
        var rows: [[String: Value]: Int]
        var properties: [String: String]
    }

    private func content(_ lake: TemporaryLake) async throws -> Content? {
        guard let snapshot = try await lake.table.snapshot() else { return nil }
        return Content(rows: try await snapshot.rows().counts, properties: snapshot.properties)
    }

    /// Two commits, then a third that is to break; gives the contents before and after it.
    private func merge(_ lake: TemporaryLake, through storage: FaultyStorage) async throws {
        let table = LakeTable(storage: storage, folder: "shop/orders")
        let writer = try await table.writer(plan())
        try await writer.append(rows([5, 6, 25, 40], name: "new"))
        _ = try await writer.commit(properties: ["watermark": "2"], transaction: ("run", 2))
    }

    private func prepared() async throws -> TemporaryLake {
        let lake = try TemporaryLake()
        for batch in 0..<2 {
            let writer = try await lake.table.writer(plan())
            try await writer.append(rows(batch * 15..<batch * 15 + 15, name: "old"))
            _ = try await writer.commit(properties: ["watermark": "\(batch)"], transaction: ("run", Int64(batch)))
        }
        return lake
    }

    @Test(
        "A merge that breaks at any call leaves the table before or after, and a repetition completes it",
        arguments: [false, true])
    func everyCallOfAMerge(answerIsLost: Bool) async throws {
        let probe = try await prepared()
        let before = try #require(try await content(probe))
        let counting = FaultyStorage(probe.storage)
        try await merge(probe, through: counting)
        let after = try #require(try await content(probe))
        #expect(before != after && counting.calls > 20)
        for call in 0..<counting.calls {
            let lake = try await prepared()
            let storage = FaultyStorage(lake.storage)
            storage.breakAfter(call, answerIsLost: answerIsLost)
            try? await merge(lake, through: storage)
            let broken = try await content(lake)
            #expect(broken == before || broken == after, "call \(call): \(storage.log.last ?? "")")
            storage.breakAfter(nil)
            try await merge(lake, through: storage)
            #expect(try await content(lake) == after, "call \(call)")
        }
    }

    @Test("A first commit that breaks at any call leaves no table or a whole one")
    func everyCallOfAFirstCommit() async throws {
        let probe = try TemporaryLake()
        let counting = FaultyStorage(probe.storage)
        try await merge(probe, through: counting)
        let after = try #require(try await content(probe))
        for call in 0..<counting.calls {
            let lake = try TemporaryLake()
            let storage = FaultyStorage(lake.storage)
            storage.breakAfter(call)
            try? await merge(lake, through: storage)
            let broken = try await content(lake)
            #expect(broken == nil || broken == after, "call \(call)")
        }
    }

    private func refresh(through storage: FaultyStorage) async throws {
        let table = LakeTable(storage: storage, folder: "shop/orders")
        try await table.discardStage("refresh")
        let writer = try await table.writer(plan("refresh"))
        for batch in 0..<3 {
            try await writer.append(rows(batch * 10..<batch * 10 + 10, name: "refreshed"))
            _ = try await writer.commit(properties: ["token": "\(batch)"])
        }
        _ = try await writer.publishStage(properties: ["watermark": "9", "token": ""])
    }

    @Test("A full refresh that breaks at any call shows the old rows or the new, and a repetition completes it")
    func everyCallOfARefresh() async throws {
        let probe = try await prepared()
        let before = try #require(try await content(probe))
        let counting = FaultyStorage(probe.storage)
        try await refresh(through: counting)
        let after = try #require(try await content(probe))
        for call in 0..<counting.calls {
            let lake = try await prepared()
            let storage = FaultyStorage(lake.storage)
            storage.breakAfter(call)
            try? await refresh(through: storage)
            let broken = try await content(lake)
            #expect(broken == before || broken == after, "call \(call)")
            storage.breakAfter(nil)
            try await refresh(through: storage)
            #expect(try await content(lake) == after, "call \(call)")
        }
    }

    @Test("A commit that is repeated by the same writer after an error loses and doubles nothing")
    func repeatedByTheSameWriter() async throws {
        for call in 0..<12 {
            let lake = try await prepared()
            let storage = FaultyStorage(lake.storage)
            let writer = try await LakeTable(storage: storage, folder: "shop/orders").writer(plan())
            try await writer.append(rows([5, 100], name: "new"))
            storage.breakAfter(call, recovers: true)
            var report = try? await writer.commit(properties: ["watermark": "2"])
            if report == nil { report = try await writer.commit(properties: ["watermark": "2"]) }
            #expect(report?.rowsTotal == 31, "call \(call)")
            #expect(try await lake.rows().count == 31, "call \(call)")
        }
    }

    @Test("A full disk is said so, and no file of the broken commit is left")
    func fullDisk() async throws {
        let lake = try await prepared()
        let files = try lake.storage.list("")
        let storage = FaultyStorage(lake.storage)
        let writer = try await LakeTable(storage: storage, folder: "shop/orders").writer(plan())
        try await writer.append(rows([200, 210, 220], name: "new"))
        storage.breakAfter(5, SystemCalls.failure("Writing a file", "part", code: ENOSPC), recovers: true)
        let error = await #expect(throws: LakeError.self) { _ = try await writer.commit() }
        #expect(error?.kind == .diskFull)
        #expect(error?.description.contains("Free space on the disk") == true)
        #expect(try lake.storage.list("") == files)
        #expect(await writer.bufferedRows == 3)
    }

    @Test("A folder that may not be written to is said so")
    func notWritable() async throws {
        let folder = try TemporaryFolder("lake")
        try folder.write("a file", to: "occupied")
        let table = LakeTable(storage: LocalStorage(folder.path + "/occupied"), folder: "a/b")
        let writer = try await table.writer(plan())
        try await writer.append(rows(0..<2, name: "x"))
        let error = await #expect(throws: LakeError.self) { _ = try await writer.commit() }
        #expect(error?.kind == .notWritable)
        #expect(error?.advice.contains("another lake folder") == true)
        #expect(SystemCalls.failure("Writing", "p", code: EACCES).kind == .notWritable)
        #expect(SystemCalls.failure("Writing", "p", code: EROFS).kind == .notWritable)
    }

    private func damage(_ lake: TemporaryLake, _ path: String, _ change: (inout [UInt8]) -> Void) throws {
        var bytes = try lake.storage.read("shop/orders/\(path)", range: nil)
        change(&bytes)
        try lake.storage.replace("shop/orders/\(path)", with: bytes)
    }

    @Test("A half-written commit names its file and line")
    func halfWrittenCommit() async throws {
        let lake = try await prepared()
        try damage(lake, "_delta_log/00000000000000000001.json") { $0.removeLast(30) }
        let error = await #expect(throws: LakeError.self) { _ = try await lake.table.snapshot() }
        #expect(error?.kind == .corrupt)
        #expect(error?.path.hasSuffix("00000000000000000001.json") == true)
        #expect(error?.action == "Reading line 5 of a commit")
        try damage(lake, "_delta_log/00000000000000000001.json") { $0 = [] }
        await #expect(throws: LakeError.self) { _ = try await lake.table.snapshot() }
    }

    @Test("A commit that is missing in the middle is named")
    func gap() async throws {
        let lake = try await prepared()
        try await merge(lake, through: FaultyStorage(lake.storage))
        for name in ["00000000000000000001.json", "00000000000000000002.checkpoint.parquet"] {
            try lake.storage.delete("shop/orders/_delta_log/\(name)")
        }
        let error = await #expect(throws: LakeError.self) { _ = try await lake.table.snapshot() }
        #expect(error?.kind == .corrupt && error?.path.hasSuffix("00000000000000000001.json") == true)
    }

    @Test("A damaged checkpoint is passed over while the commits are there, and named when they are not")
    func damagedCheckpoint() async throws {
        let lake = try await prepared()
        try await merge(lake, through: FaultyStorage(lake.storage))
        let expected = try await content(lake)
        try damage(lake, "_delta_log/00000000000000000002.checkpoint.parquet") { $0.removeLast(100) }
        #expect(try await content(lake) == expected)
        try lake.storage.delete("shop/orders/_delta_log/00000000000000000000.json")
        let error = await #expect(throws: LakeError.self) { _ = try await lake.table.snapshot() }
        #expect(error?.path.hasSuffix("00000000000000000002.checkpoint.parquet") == true)
    }

    @Test("A data file that was cut short, or is gone, is named")
    func damagedDataFile() async throws {
        let lake = try await prepared()
        let file = try #require(try await lake.table.snapshot()?.files.first)
        try damage(lake, file.path) { $0.removeLast(10) }
        let error = await #expect(throws: LakeError.self) { _ = try await lake.rows() }
        #expect(error?.kind == .corrupt && error?.path.hasSuffix(file.path) == true)
        #expect(error?.advice.contains("reset the table") == true)
        try lake.storage.delete("shop/orders/\(file.path)")
        let missing = await #expect(throws: LakeError.self) { _ = try await lake.rows() }
        #expect(missing?.kind == .missing)
    }

    @Test(
        "No name leads out of the lake",
        arguments: [
            "", "..", "a/../b", "/etc", "a//b", "a/./b", "a\\b", "a\nb", "a/", String(repeating: "x", count: 256),
        ])
    func escape(path: String) async throws {
        let lake = try TemporaryLake()
        #expect(throws: LakeError.self) { try LakePath.check(path) }
        #expect(throws: LakeError.self) { _ = try lake.storage.createFile(path) }
        await #expect(throws: LakeError.self) {
            _ = try await LakeTable(storage: lake.storage, folder: path).snapshot()
        }
        let name = LakePath.escapedName(path)
        if name.utf8.count <= 255 { #expect(throws: Never.self) { try LakePath.check(name) } }
    }

    @Test("Escaped names are unique and spelled back", arguments: ["", ".", "..", "a b", "ü", "%41", "a/b", "🙂"])
    func spelling(text: String) {
        let name = LakePath.escapedName(text)
        #expect(!name.contains("/") && !name.hasPrefix(".") && !name.isEmpty)
        if !text.isEmpty { #expect(LakePath.fromLogSpelling(name) == text) }
        #expect(LakePath.fromLogSpelling(LakePath.logSpelling(text)) == text)
        #expect(LakePath.fromLogSpelling("%4") == nil && LakePath.fromLogSpelling("%zz") == nil)
    }
}
