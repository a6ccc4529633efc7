import Columns
import Pipeline
import TestSupport
import Testing
import Tributary

@Suite("Append syncs") struct AppendTests {
    private static func row(_ id: Int64, _ seconds: String, _ text: String) -> JSONValue {
        [
            "id": .number(JSONNumber(id)), "updated_at": .string("2024-01-01T00:00:\(seconds)Z"),
            "text": .string(text),
        ]
    }

    @Test("an append sync keeps every version of a row")
    func versions() async throws {
        let bench = try SyncBench()
        let reader = ScriptedReader { _, call in
            .rows([Self.row(1, "0\(call)", "\(call)"), Self.row(2, "0\(call)", "\(call)")], keys: [])
        }
        for _ in 0..<2 { try await bench.sync(reader, .append, cursor: "updated_at") }
        #expect(try await bench.rows("id", "text") == ["1 1", "1 2", "2 1", "2 2"])
    }

    @Test("no row is taken again that the bound asks for a second time: equal values, and rounded ones")
    func ties() async throws {
        let bench = try SyncBench()
        let old = [Self.row(1, "07.2", "a"), Self.row(2, "07.9", "b"), Self.row(3, "07.9", "c")]
        let reader = ScriptedReader { _, call in
            switch call {
            case 1: .rows(old)
            case 2: .rows(old + [Self.row(4, "07.9", "late"), Self.row(3, "08.5", "changed")])
            default: .rows([Self.row(3, "08.5", "changed")])
            }
        }
        for _ in 0..<4 { try await bench.sync(reader, .append, cursor: "updated_at") }
        #expect(try await bench.rows("id", "text") == ["1 a", "2 b", "3 c", "3 changed", "4 late"])
    }

    @Test("nor by a read that goes on where another was interrupted: newest first, they come last")
    func tiesAfterResume() async throws {
        let bench = try SyncBench()
        let reader = ScriptedReader { inputs, call in
            if call == 1 { return .rows([Self.row(2, "07.9", "b"), Self.row(1, "07.2", "a")], sortMode: .descending) }
            if inputs.resumeToken != nil { return .rows([Self.row(2, "07.9", "b")], sortMode: .descending) }
            guard call == 2 else { return .rows([], sortMode: .descending) }
            return SourceResponse(
                primaryKeys: ["id"], sortMode: .descending,
                items: Items { emit in
                    try await emit(.rows([Self.row(3, "09.5", "new").object ?? [:]]), resume: ResumeToken(1))
                    try await emit(.rows([Self.row(4, "08.5", "too").object ?? [:]]), resume: ResumeToken(2))
                    throw SourceError(.upstreamFailure, "Reading: gone.")
                })
        }
        try await bench.sync(reader, .append, cursor: "updated_at")
        _ = await bench.failure(reader, .append, cursor: "updated_at")
        try await bench.sync(reader, .append, cursor: "updated_at")
        #expect(reader.inputs.contains { $0.resumeToken != nil })
        #expect(try await bench.rows("id", "text") == ["1 a", "2 b", "3 new", "4 too"])
    }
}
