import Columns
import Foundation
import Lake
import Pipeline
import SyncModel
import TestSupport
import Tributary

/// A source that does what a test says, and remembers what it was asked.
final class ScriptedReader: TableReader {
    typealias Script = @Sendable (_ inputs: SourceInputs, _ call: Int) async throws -> SourceResponse

    let sourceType = "Scripted"
    let nonRetryableErrors: [NonRetryableError]
    let identity: JSONValue
    let schema: SourceSchema
    private let script: Script
    private let asked = Lock<[SourceInputs]>([])

    init(
        schema: SourceSchema = SourceSchema(
            "things", primaryKeys: ["id"], incremental: [.datetime("updated_at"), .integer("number")]),
        identity: JSONValue = [:], nonRetryableErrors: [NonRetryableError] = [], _ script: @escaping Script
    ) {
        self.schema = schema
        self.identity = identity
        self.nonRetryableErrors = nonRetryableErrors
        self.script = script
    }

    /// What the source was asked, call by call.
    var inputs: [SourceInputs] { asked.withLock { $0 } }

    func schemas(in context: SourceContext) async throws -> [SourceSchema] { [schema] }

    func read(_ inputs: SourceInputs, in context: SourceContext) async throws -> SourceResponse {
        let call = asked.withLock { asked in
            asked.append(inputs)
            return asked.count
        }
        return try await script(inputs, call)
    }
}

extension SourceResponse {
    /// A response with these rows, one item each, with the tokens 1, 2, … where asked for.
    static func rows(
        _ rows: [JSONValue], keys: [String] = ["id"], sortMode: SortMode = .ascending, tokens: Bool = false
    ) -> SourceResponse {
        SourceResponse(
            primaryKeys: keys, sortMode: sortMode,
            items: Items { emit in
                for (index, row) in rows.enumerated() {
                    let token = ResumeToken(.number(JSONNumber(Int64(index + 1))))
                    try await emit(.row(row.object ?? JSONObject()), resume: tokens ? token : nil)
                }
            })
    }
}

/// A lake, a clock and a folder for the syncs of one test.
final class SyncBench: Sendable {
    let folder: String
    let clock = ManualClock()
    let events = Lock<[SyncEvent]>([])
    let store: StateStore?

    init(withStore: Bool = false) throws {
        folder = NSTemporaryDirectory() + "/tributary-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        store = withStore ? try StateStore(folder: folder + "/state", environment: [:]) : nil
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    var lake: LocalStorage { LocalStorage(folder + "/lake", isDurable: false) }

    func request(
        _ syncType: SyncType, cursor: String? = nil, _ change: (inout SyncRequest) -> Void = { _ in }
    ) -> SyncRequest {
        var request = SyncRequest(connection: "bench", schema: "things", syncType: syncType, cursorField: cursor)
        change(&request)
        return request
    }

    /// Syncs; every batch of one row is a commit, unless `change` says otherwise.
    @discardableResult
    func sync(
        _ reader: any TableReader, _ syncType: SyncType, cursor: String? = nil,
        _ change: (inout SyncRequest) -> Void = { _ in }
    ) async throws -> SyncSummary {
        let engine = SyncEngine(
            reader: reader, context: NoNetwork.context(clock: clock), lake: lake, store: store)
        var request = request(syncType, cursor: cursor)
        request.options.batchRows = 1
        request.options.commitBytes = 1
        change(&request)
        return try await engine.run(request) { event in self.events.withLock { $0.append(event) } }
    }

    /// The error that a sync ends with.
    func failure(
        _ reader: any TableReader, _ syncType: SyncType, cursor: String? = nil,
        _ change: (inout SyncRequest) -> Void = { _ in }
    ) async -> SourceError? {
        do {
            try await sync(reader, syncType, cursor: cursor, change)
            return nil
        } catch {
            return error as? SourceError
        }
    }

    func snapshot(table: String = "things", stage: String? = nil) async throws -> TableSnapshot? {
        let folder = SyncEngine.folder(connection: "bench", schema: table)
        return try await LakeTable(storage: lake, folder: folder).snapshot(stage: stage)
    }

    /// The values of some columns, row by row, sorted as text.
    func rows(table: String = "things", _ columns: String...) async throws -> [String] {
        guard let snapshot = try await snapshot(table: table) else { return [] }
        var rows: [String] = []
        try await snapshot.read(columns: columns) { part in
            for row in 0..<part.rowCount { rows.append(part.columns.map { Self.text($0[row]) }.joined(separator: " ")) }
        }
        return rows.sorted()
    }

    private static func text(_ value: Value) -> String {
        switch value {
        case .null: "null"
        case .bool(let flag): "\(flag)"
        case .int(let number): "\(number)"
        case .double(let number): "\(number)"
        case .decimal(let number): "\(number)"
        case .string(let text): text
        case .binary(let bytes): "\(bytes)"
        case .date(let days): TimestampText.date(days: days)
        case .timestamp(let time): TimestampText.timestamp(microseconds: time)
        }
    }

    /// Pauses between attempts.
    var retries: [Duration] {
        events.withLock { $0 }.compactMap { if case .retrying(_, let pause, _) = $0 { pause } else { nil } }
    }

    /// The watermarks of the commits in order.
    var watermarks: [Watermark] {
        events.withLock { $0 }.compactMap { if case .committed(_, let watermark) = $0 { watermark } else { nil } }
    }
}
