import Columns
import Pipeline
import TestSupport
import Testing
import Tributary

@Suite("Rows ahead of the present") struct FutureRowTests {
    /// Midnight of 2026-01-01, as the bench's clock shows it, and some seconds.
    private static func row(_ id: Int64, seconds: Int64) -> JSONValue {
        let moment = 1_767_225_600 + seconds
        return [
            "id": .number(JSONNumber(id)), "updated_at": .string(CursorValue.timestamp(moment * 1_000_000).storedText),
            "number": .number(JSONNumber(moment)),
        ]
    }

    @Test("the next read begins where the one before began, not where a row of the future stands")
    func bounded() async throws {
        let bench = try SyncBench()
        let reader = ScriptedReader { _, call in
            let days = [Self.row(1, seconds: -60), Self.row(2, seconds: 86_400)]
            return .rows(call == 1 ? days : call == 2 ? [Self.row(3, seconds: 1_800)] : [])
        }
        let first = try await bench.sync(reader, .incremental, cursor: "updated_at")
        #expect(first.watermarkAfter == "2026-01-02T00:00:00Z")
        bench.clock.advance(by: .seconds(3_600))
        let second = try await bench.sync(reader, .incremental, cursor: "updated_at")
        #expect(reader.inputs[1].watermark.last?.storedText == "2026-01-01T00:00:00Z")
        #expect(reader.inputs[1].storedLast?.storedText == "2026-01-02T00:00:00Z")
        #expect(second.watermarkAfter == "2026-01-02T00:00:00Z")
        try await bench.sync(reader, .incremental, cursor: "updated_at")
        #expect(reader.inputs[2].watermark.last?.storedText == "2026-01-01T01:00:00Z")
    }

    @Test("once the present has passed the row, the stored value is the bound again")
    func passed() async throws {
        let bench = try SyncBench()
        let reader = ScriptedReader { _, call in
            .rows(call == 1 ? [Self.row(1, seconds: 60)] : [Self.row(2, seconds: 50)])
        }
        try await bench.sync(reader, .incremental, cursor: "updated_at")
        bench.clock.advance(by: .seconds(3_600))
        try await bench.sync(reader, .incremental, cursor: "updated_at")
        try await bench.sync(reader, .incremental, cursor: "updated_at")
        #expect(reader.inputs[1].watermark.last?.storedText == "2026-01-01T00:00:00Z")
        #expect(reader.inputs[2].watermark.last?.storedText == "2026-01-01T00:01:00Z")
    }

    @Test("a counter is no time, and an append begins at the stored value")
    func others() async throws {
        for (type, cursor) in [(SyncType.incremental, "number"), (.append, "updated_at")] {
            let bench = try SyncBench()
            let reader = ScriptedReader { _, call in .rows(call == 1 ? [Self.row(1, seconds: 86_400)] : []) }
            let first = try await bench.sync(reader, type, cursor: cursor)
            try await bench.sync(reader, type, cursor: cursor)
            #expect(reader.inputs[1].watermark.last?.storedText == first.watermarkAfter)
        }
    }
}
