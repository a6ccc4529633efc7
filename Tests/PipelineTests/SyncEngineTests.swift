import Columns
import Foundation
import Lake
import Pipeline
import SyncModel
import TestSupport
import Testing
import Tributary

@Suite("SyncEngine") struct SyncEngineTests {
    private static func thing(_ id: Int64, _ day: Int, _ text: String = "a") -> JSONValue {
        [
            "id": .number(JSONNumber(id)), "updated_at": .string("2024-01-0\(day)T00:00:00Z"), "text": .string(text),
            "number": .number(JSONNumber(Int64(day))),
        ]
    }

    // MARK: Sync types

    @Test("a full refresh replaces the table, also by an empty one")
    func fullRefresh() async throws {
        let bench = try SyncBench()
        let reader = ScriptedReader { _, call in
            .rows(call == 1 ? [Self.thing(1, 1), Self.thing(2, 2)] : call == 2 ? [Self.thing(3, 3)] : [])
        }
        let first = try await bench.sync(reader, .fullRefresh)
        #expect(first.rowsRead == 2 && first.rowsInserted == 2 && first.tableRows == 2)
        try await bench.sync(reader, .fullRefresh)
        #expect(try await bench.rows("id") == ["3"])
        let third = try await bench.sync(reader, .fullRefresh)
        #expect(third.tableRows == 0)
        #expect(try await bench.rows("id") == [])
    }

    @Test("a first sync of a table without rows makes no table")
    func nothing() async throws {
        let bench = try SyncBench()
        let summary = try await bench.sync(ScriptedReader { _, _ in .rows([]) }, .incremental)
        #expect(summary.tableVersion == nil && summary.commits == 0)
        #expect(try await bench.snapshot() == nil)
    }

    @Test("an incremental sync merges by key, and asks from the watermark on")
    func incremental() async throws {
        let bench = try SyncBench()
        let reader = ScriptedReader { _, call in
            .rows(call == 1 ? [Self.thing(1, 1), Self.thing(2, 2)] : [Self.thing(2, 3, "b"), Self.thing(3, 4)])
        }
        try await bench.sync(reader, .incremental, cursor: "updated_at")
        let second = try await bench.sync(reader, .incremental, cursor: "updated_at")
        #expect(try await bench.rows("id", "text") == ["1 a", "2 b", "3 a"])
        #expect(second.rowsInserted == 1 && second.rowsUpdated == 1)
        #expect(second.watermarkBefore == "2024-01-02T00:00:00Z" && second.watermarkAfter == "2024-01-04T00:00:00Z")
        #expect(reader.inputs[0].watermark == Watermark())
        #expect(reader.inputs[1].watermark.last?.storedText == "2024-01-02T00:00:00Z")
    }

    @Test("a cursor of ISO text becomes a timestamp in the lake, an integer stays one")
    func cursorTypes() async throws {
        let bench = try SyncBench()
        let reader = ScriptedReader { _, _ in .rows([Self.thing(1, 1)]) }
        try await bench.sync(reader, .incremental, cursor: "updated_at")
        #expect(try await bench.snapshot()?.schema["updated_at"]?.type == .timestamp)
        #expect(try await bench.snapshot()?.schema["number"]?.type == .int64)
    }

    @Test("a second run with nothing new writes nothing")
    func nothingNew() async throws {
        let bench = try SyncBench()
        let reader = ScriptedReader { _, call in .rows(call == 1 ? [Self.thing(1, 1)] : []) }
        let first = try await bench.sync(reader, .incremental, cursor: "updated_at")
        let second = try await bench.sync(reader, .incremental, cursor: "updated_at")
        #expect(second.commits == 0 && second.tableVersion == first.tableVersion && second.tableRows == 1)
    }

    @Test("a change of cursor field or sync type builds the table anew, without a watermark")
    func changedSettings() async throws {
        let bench = try SyncBench()
        let reader = ScriptedReader { _, call in .rows([Self.thing(Int64(call), 1)]) }
        try await bench.sync(reader, .incremental, cursor: "updated_at")
        try await bench.sync(reader, .incremental, cursor: "number")
        #expect(reader.inputs[1].isReset && reader.inputs[1].watermark == Watermark())
        #expect(try await bench.rows("id") == ["2"])
        try await bench.sync(reader, .fullRefresh)
        try await bench.sync(reader, .append, cursor: "number")
        #expect(reader.inputs[3].isReset)
        #expect(try await bench.rows("id") == ["4"])
    }

    @Test("a reset builds the table anew; the old one stays until the new one is complete")
    func reset() async throws {
        let bench = try SyncBench()
        let reader = ScriptedReader { _, call in
            switch call {
            case 1: return .rows([Self.thing(1, 1)])
            case 2:
                return SourceResponse(
                    primaryKeys: ["id"],
                    items: Items { emit in
                        try await emit(.row(Self.thing(2, 2).object ?? [:]))
                        throw SourceError(.permissionDenied, "Reading: no.")
                    })
            default: return .rows([Self.thing(3, 3)])
            }
        }
        try await bench.sync(reader, .incremental, cursor: "updated_at")
        let failure = await bench.failure(reader, .incremental, cursor: "updated_at") { $0.reset = true }
        #expect(failure?.kind == .permissionDenied)
        #expect(try await bench.rows("id") == ["1"])
        try await bench.sync(reader, .incremental, cursor: "updated_at") { $0.reset = true }
        #expect(try await bench.rows("id") == ["3"])
        #expect(reader.inputs[2].watermark == Watermark())
    }

    // MARK: Keys, cursor, columns

    @Test("a column id is the key where the source names none; without one an incremental sync is refused")
    func keys() async throws {
        let bench = try SyncBench()
        let named = ScriptedReader { _, call in .rows([Self.thing(1, call, "v\(call)")], keys: []) }
        try await bench.sync(named, .incremental, cursor: "updated_at")
        try await bench.sync(named, .incremental, cursor: "updated_at")
        #expect(try await bench.rows("id", "text") == ["1 v2"])

        let without = try SyncBench()
        let reader = ScriptedReader { _, _ in .rows([["updated_at": "2024-01-01", "Name": "x"]], keys: []) }
        let error = await without.failure(reader, .incremental, cursor: "updated_at")
        #expect(error?.kind == .missingPrimaryKey)
        #expect(error?.message.contains("updated_at, name") == true)
        #expect(try await without.snapshot() == nil)
    }

    @Test("keys in another spelling are found, for all names pass through one function")
    func spelledKeys() async throws {
        let bench = try SyncBench()
        let reader = ScriptedReader { _, call in
            .rows(
                [["orderId": 7, "updatedAt": .string("2024-01-0\(call)"), "text": .string("v\(call)")]],
                keys: ["orderId"])
        }
        let schema = SourceSchema("things", primaryKeys: ["orderId"], incremental: [.datetime("updatedAt")])
        for _ in 1...2 { try await bench.sync(reader, .incremental, cursor: "updatedAt") { $0.discovered = schema } }
        #expect(try await bench.rows("order_id", "text") == ["7 v2"])
    }

    @Test("keys that repeat stop an incremental sync before it reads, and no other")
    func duplicateKeys() async throws {
        let bench = try SyncBench()
        let reader = ScriptedReader { _, _ in
            var response = SourceResponse.rows([Self.thing(1, 1), Self.thing(1, 1)])
            response.hasDuplicatePrimaryKeys = true
            return response
        }
        #expect(await bench.failure(reader, .incremental, cursor: "number")?.kind == .duplicatePrimaryKey)
        #expect(try await bench.snapshot() == nil)
        try await bench.sync(reader, .append, cursor: "number")
        #expect(try await bench.rows("id") == ["1", "1"])
    }

    @Test("an absent cursor field is an error that lists the columns")
    func missingCursor() async throws {
        let bench = try SyncBench()
        let reader = ScriptedReader { _, _ in .rows([["id": 1, "other": 2]]) }
        let error = await bench.failure(reader, .incremental, cursor: "updated_at")
        #expect(error?.kind == .missingCursorField)
        #expect(error?.message.contains("id, other") == true)
        let unknown = await bench.failure(reader, .incremental, cursor: "changed")
        #expect(unknown?.kind == .missingCursorField)
        #expect(unknown?.advice?.contains("updated_at, number") == true)
    }

    @Test("an absent cursor field is an error although its type is known")
    func missingHintedCursor() async throws {
        let bench = try SyncBench()
        let reader = ScriptedReader { _, _ in
            var response = SourceResponse.rows([["id": 1, "other": 2]])
            response.columnHints = ["updated_at": .timestamp, "late": .float64]
            return response
        }
        let error = await bench.failure(reader, .incremental, cursor: "updated_at")
        #expect(error?.kind == .missingCursorField)
        #expect(error?.message.contains("id, other") == true)
        try await bench.sync(reader, .fullRefresh)
        #expect(try await bench.snapshot()?.schema.names.contains("late") == true)
    }

    @Test("null cursors are no watermark; text that is no time is an error and not a null")
    func strangeCursors() async throws {
        let bench = try SyncBench()
        let nulls = ScriptedReader { _, _ in
            .rows([Self.thing(1, 3), ["id": 2, "updated_at": nil], Self.thing(3, 4)])
        }
        let summary = try await bench.sync(nulls, .incremental, cursor: "updated_at")
        #expect(summary.watermarkAfter == "2024-01-04T00:00:00Z" && summary.tableRows == 3)
        let odd = ScriptedReader { _, _ in .rows([["id": 1, "updated_at": "yesterday"]]) }
        #expect(await bench.failure(odd, .incremental, cursor: "updated_at")?.kind == .columnTypeChanged)
    }

    @Test("chosen columns are kept with the keys, the cursor and the partition keys")
    func selection() async throws {
        let bench = try SyncBench()
        let reader = ScriptedReader { _, _ in
            var response = SourceResponse.rows([
                ["id": 1, "updated_at": "2024-01-01", "made": "2023-01-01", "a": 1, "b": 2]
            ])
            response.partitioning = .datetime("made", by: .month)
            return response
        }
        try await bench.sync(reader, .incremental, cursor: "updated_at") { $0.options.enabledColumns = ["b"] }
        #expect(try await bench.snapshot()?.schema.names.sorted() == ["b", "id", "made", "updated_at"])
        #expect(try await bench.snapshot()?.partitioning == .datetime(key: "made", format: .month))
    }

    @Test("an incremental table is not divided by its cursor, which changes with the row")
    func cursorIsNoPartition() async throws {
        let bench = try SyncBench()
        let reader = ScriptedReader { _, call in .rows([Self.thing(1, call, "v\(call)")]) }
        for _ in 1...3 { try await bench.sync(reader, .incremental, cursor: "updated_at") }
        #expect(try await bench.rows("id", "text") == ["1 v3"])
    }

    @Test("hinted columns that never come are there as nulls")
    func hints() async throws {
        let bench = try SyncBench()
        let reader = ScriptedReader { _, _ in
            var response = SourceResponse.rows([["id": 1]])
            response.columnHints = ["amount": .decimal128(precision: 10, scale: 2), "at": .timestamp]
            return response
        }
        try await bench.sync(reader, .fullRefresh)
        #expect(try await bench.snapshot()?.schema["at"]?.type == .timestamp)
        #expect(try await bench.rows("id", "amount") == ["1 null"])
    }

    // MARK: Schema evolution

    @Test("a new column is added, and a column that comes no more is null")
    func newColumns() async throws {
        let bench = try SyncBench()
        let reader = ScriptedReader { _, call in
            .rows([call == 1 ? ["id": 1, "number": 1, "a": "x"] : ["id": 2, "number": 2, "b": true]])
        }
        for _ in 1...2 { try await bench.sync(reader, .incremental, cursor: "number") }
        #expect(try await bench.rows("id", "a", "b") == ["1 x null", "2 null true"])
    }

    @Test("types of batches that wait for one commit converge")
    func convergence() async throws {
        let bench = try SyncBench()
        let reader = ScriptedReader { _, _ in
            .rows([["id": 1, "v": 1], ["id": 2, "v": nil], ["id": 3, "v": 2.5]])
        }
        try await bench.sync(reader, .fullRefresh) { $0.options.commitBytes = 1 << 20 }
        #expect(try await bench.rows("id", "v") == ["1 1.0", "2 null", "3 2.5"])
    }

    @Test("a number that grows wider builds the table anew by itself", arguments: [SyncType.fullRefresh, .incremental])
    func widening(_ syncType: SyncType) async throws {
        let bench = try SyncBench()
        let reader = ScriptedReader { _, call in
            let old: [JSONValue] = [["id": 1, "number": 1, "v": 1], ["id": 2, "number": 2, "v": 2]]
            return .rows(call == 1 ? old : old + [["id": 3, "number": 3, "v": 2.5]])
        }
        try await bench.sync(reader, syncType, cursor: syncType == .fullRefresh ? nil : "number")
        try await bench.sync(reader, syncType, cursor: syncType == .fullRefresh ? nil : "number")
        #expect(try await bench.rows("id", "v") == ["1 1.0", "2 2.0", "3 2.5"])
    }

    @Test("text in a stored number column is an error with advice, and leaves the table alone")
    func typeChange() async throws {
        let bench = try SyncBench()
        let reader = ScriptedReader { _, call in
            .rows([["id": .number(JSONNumber(Int64(call))), "number": 1, "v": call == 1 ? 1 : "many"]])
        }
        try await bench.sync(reader, .incremental, cursor: "number")
        let error = await bench.failure(reader, .incremental, cursor: "number")
        #expect(error?.kind == .columnTypeChanged)
        #expect(error?.message.contains("column v is stored as int64") == true)
        #expect(error?.advice?.contains("reset") == true)
        #expect(try await bench.rows("id") == ["1"])
        try await bench.sync(reader, .incremental, cursor: "number") { $0.reset = true }
        #expect(try await bench.rows("v") == ["many"])
    }

    // MARK: Watermarks

    @Test("watermarks move with the commits, never past a value whose rows may still come")
    func movingWatermark() async throws {
        let bench = try SyncBench()
        let reader = ScriptedReader { _, _ in
            .rows([Self.thing(1, 1), Self.thing(2, 2), Self.thing(3, 2), Self.thing(4, 3)])
        }
        try await bench.sync(reader, .incremental, cursor: "number")
        #expect(bench.watermarks.map { $0.last?.storedText } == [nil, "1", "1", "2", "3"])
    }

    @Test("a lookback is taken off the query, not off what is stored")
    func lookback() async throws {
        let bench = try SyncBench()
        let reader = ScriptedReader { _, call in .rows(call == 1 ? [Self.thing(1, 5)] : [Self.thing(2, 4)]) }
        for _ in 1...3 {
            try await bench.sync(reader, .incremental, cursor: "updated_at") { $0.lookback = .seconds(86_400 * 2) }
        }
        #expect(reader.inputs[2].watermark.last?.storedText == "2024-01-03T00:00:00Z")
        #expect(reader.inputs[2].storedLast?.storedText == "2024-01-05T00:00:00Z")
        #expect(try await bench.rows("id") == ["1", "2"])
    }

    @Test("an interrupted descending walk finishes below earliest first, then looks above last")
    func twoSided() async throws {
        let bench = try SyncBench()
        let model = ModelUpstream(
            rows: (1...6).map { ModelRow(id: $0, created: $0 * 10, updated: $0, payload: "") }, order: .descending,
            pageSize: 1, givesTokens: false)
        let reader = ScriptedReader(
            schema: SourceSchema("things", primaryKeys: ["id"], incremental: [.integer("created")])
        ) { inputs, call in
            var model = model
            if call > 1 { model.rows.append(ModelRow(id: 7, created: 70, updated: 7, payload: "new")) }
            var response = try await model.read(inputs, in: NoNetwork.context())
            let items = response.items
            response.items = Items { emit in
                let count = Lock(0)
                try await items.run(
                    into: Emitter { item, token in
                        let number = count.withLock { count in
                            count += 1
                            return count
                        }
                        if call == 1, number > 3 { throw SourceError(.permissionDenied, "Reading: cut.") }
                        if let item { try await emit(item, resume: token) }
                    })
            }
            return response
        }
        #expect(await bench.failure(reader, .incremental, cursor: "created")?.kind == .permissionDenied)
        try await bench.sync(reader, .incremental, cursor: "created")
        #expect(reader.inputs[1].watermark == Watermark(earliest: .integer(50)))
        #expect(reader.inputs[2].watermark == Watermark(last: .integer(60)))
        #expect(try await bench.rows("id") == ["1", "2", "3", "4", "5", "6", "7"])
        #expect(bench.watermarks.last == Watermark(last: .integer(70)))
    }

    // MARK: Limits

    @Test("more rows than the allowance are refused, before the read where the source knows, else in it")
    func billing() async throws {
        let bench = try SyncBench(withStore: true)
        let known = ScriptedReader { _, _ in
            var response = SourceResponse.rows([Self.thing(1, 1)])
            response.rowsToSync = 11
            return response
        }
        let error = await bench.failure(known, .incremental, cursor: "number") { $0.options.rowAllowance = 10 }
        #expect(error?.kind == .billingLimit && known.inputs.count == 1)
        #expect(try await bench.snapshot() == nil)
        #expect(try bench.store?.runs().first?.status == .billingLimit)
        let unknown = ScriptedReader { _, _ in .rows((1...9).map { Self.thing(Int64($0), $0) }) }
        let late = await bench.failure(unknown, .incremental, cursor: "number") { $0.options.rowAllowance = 4 }
        #expect(late?.kind == .billingLimit)
        #expect(try await bench.rows("id").count == 5)
    }

    @Test("commits wait for their bytes, or for the interval")
    func commitLimits() async throws {
        let bench = try SyncBench()
        let clock = bench.clock
        let reader = ScriptedReader { _, _ in
            SourceResponse(
                primaryKeys: ["id"],
                items: Items { emit in
                    for id in 1...9 {
                        if id % 3 == 0 { clock.advance(by: .seconds(60)) }
                        try await emit(.row(Self.thing(Int64(id), id).object ?? [:]))
                    }
                })
        }
        let summary = try await bench.sync(reader, .incremental, cursor: "number") {
            $0.options.commitBytes = 1 << 20
            $0.options.batchRows = 1_000
        }
        #expect(summary.commits == 4)
        let large = try await bench.sync(reader, .fullRefresh) {
            $0.options.commitBytes = 1 << 20
            $0.options.commitInterval = .seconds(10_000)
        }
        #expect(large.commits == 2)
    }

    @Test("two schemas whose names give one folder are told apart")
    func folders() async throws {
        let bench = try SyncBench()
        let reader = ScriptedReader(schema: SourceSchema("Things")) { _, _ in .rows([["id": 1]]) }
        try await bench.sync(ScriptedReader { _, _ in .rows([["id": 1]]) }, .fullRefresh)
        let error = await bench.failure(reader, .fullRefresh) { $0.schema = "Things" }
        #expect(error?.message.contains("it holds 'things'") == true)
        #expect(SyncEngine.folder(connection: "a/b", schema: "public.Users") == "a%2Fb/public__users")
    }
}
