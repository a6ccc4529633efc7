import Columns
import Lake
import Pipeline
import TestSupport
import Testing
import Tributary

@Suite("Rebuild and stored state") struct RebuildTests {
    private static func row(_ id: Int64) -> JSONValue { ["id": .number(JSONNumber(id)), "number": "text by now"] }

    @Test("a rebuild that begins with a page without rows takes nothing of the old table over")
    func emptyPageFirst() async throws {
        let bench = try SyncBench()
        let reader = ScriptedReader { _, call in
            if call == 1 { return .rows([["id": 1, "number": 5]]) }
            return SourceResponse(
                primaryKeys: ["id"],
                items: Items { emit in
                    try await emit.position(ResumeToken(1))
                    try await emit(.row(Self.row(2).object ?? JSONObject()), resume: ResumeToken(2))
                })
        }
        try await bench.sync(reader, .incremental, cursor: "number")
        try await bench.sync(reader, .fullRefresh)
        #expect(try await bench.rows("id", "number") == ["2 text by now"])
    }

    @Test("a table that became empty upstream is empty after a rebuild, with its columns")
    func emptied() async throws {
        let bench = try SyncBench()
        let reader = ScriptedReader { _, call in .rows(call == 1 ? [["id": 1, "number": 5]] : []) }
        try await bench.sync(reader, .fullRefresh)
        try await bench.sync(reader, .fullRefresh)
        #expect(try await bench.rows("id", "number").isEmpty)
        #expect(try await bench.snapshot()?.schema.names == ["id", "number"])
    }

    @Test("only a read of which nothing was completed yet is told that it is the first")
    func firstRead() async throws {
        let bench = try SyncBench()
        let reader = ScriptedReader { inputs, call in
            if call == 1 {
                return SourceResponse(
                    primaryKeys: ["id"],
                    items: Items { emit in
                        try await emit(.row(["id": 1, "number": 1]), resume: ResumeToken(1))
                        try await emit(.row(["id": 2, "number": 2]), resume: ResumeToken(2))
                        throw SourceError(.upstreamFailure, "Reading: gone.")
                    })
            }
            if inputs.resumeToken != nil { throw SourceError(.resumeTokenExpired, "Resuming: unknown.") }
            return .rows([["id": 3, "number": 3]])
        }
        #expect(await bench.failure(reader, .incremental, cursor: "number") != nil)
        try await bench.sync(reader, .incremental, cursor: "number")
        try await bench.sync(reader, .incremental, cursor: "number")
        #expect(reader.inputs.map(\.isFirstRead) == [true, true, true, false])
        #expect(reader.inputs.map { $0.watermark.last != nil } == [false, false, true, true])
    }

    @Test("until a read has come to its end the next one is told that it is the first, also without a position")
    func firstReadWithoutToken() async throws {
        let bench = try SyncBench()
        let reader = ScriptedReader { _, call in
            if call > 1 { return .rows([["id": 9, "number": .number(JSONNumber(Int64(call) + 5))]]) }
            return SourceResponse(
                primaryKeys: ["id"], supportsResume: false,
                items: Items { emit in
                    for number in 1...3 {
                        let value = JSONValue.number(JSONNumber(Int64(number)))
                        try await emit(.row(["id": value, "number": value]))
                    }
                    throw SourceError(.upstreamFailure, "Reading: gone.")
                })
        }
        _ = await bench.failure(reader, .incremental, cursor: "number")
        try await bench.sync(reader, .incremental, cursor: "number")
        try await bench.sync(reader, .incremental, cursor: "number")
        #expect(reader.inputs.first?.isFirstRead == true && reader.inputs.last?.isFirstRead == false)
        #expect(reader.inputs.contains { $0.isFirstRead && $0.watermark.last != nil })
    }

    @Test("a layout is kept by increments, and chosen anew with the table: an append's date of arrival serves no merge")
    func layout() async throws {
        let bench = try SyncBench()
        @Sendable func row(_ id: Int64, _ day: Int64, _ number: Int64) -> JSONValue {
            [
                "id": .number(JSONNumber(id)), "updated_at": .string("2024-01-0\(day)T00:00:00Z"),
                "number": .number(JSONNumber(number)),
            ]
        }
        let reader = ScriptedReader { _, call in
            .rows([row(1, Int64(call), 1), row(2, Int64(call), 1)])
        }
        let byArrival = Partitioning.datetime(key: "updated_at", format: .week)
        for _ in 0..<2 {
            try await bench.sync(reader, .append, cursor: "updated_at")
            #expect(try await bench.snapshot()?.partitioning == byArrival)
        }
        for _ in 0..<2 {
            try await bench.sync(reader, .incremental, cursor: "updated_at")
            #expect(try await bench.snapshot()?.partitioning == .md5(keys: ["id"], count: 1))
            #expect(try await bench.rows("id") == ["1", "2"])
        }
    }

    @Test("a change from full refreshes to increments takes the layout of a new table, whatever the old one was")
    func layoutOfAnotherMode() async throws {
        let bench = try SyncBench()
        let reader = ScriptedReader { _, call in
            var response = SourceResponse.rows([["id": 1, "number": 1], ["id": 9_999, "number": 2]])
            response.partitioning = PartitionHints(count: call == 1 ? 7 : 5)
            return response
        }
        try await bench.sync(reader, .fullRefresh)
        #expect(try await bench.snapshot()?.partitioning == .md5(keys: ["id"], count: 7))
        for _ in 0..<2 {
            try await bench.sync(reader, .incremental, cursor: "number")
            #expect(try await bench.snapshot()?.partitioning == .md5(keys: ["id"], count: 5))
        }
    }
}
