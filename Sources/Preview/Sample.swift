import Columns
import Foundation
import Lake
import Pipeline
import Tributary

/// One sample sync into a lake of its own, which goes with it.
actor Sample {
    private enum State: String {
        case running, done, failed
    }

    private let schema: String
    private let limit: Int
    private let requests = RequestLog()
    private let isCut = Lock(false)
    private let folder: URL
    private var state = State.running
    private var rows = 0
    private var warnings: [String] = []
    private var result = JSONObject()
    private var task: Task<Void, Never>?
    private let started = ContinuousClock.now

    init(
        source: ConfiguredSource, context: SourceContext, schema: String, syncType: SyncType, cursorField: String?,
        rows limit: Int
    ) throws {
        self.schema = schema
        self.limit = limit
        folder = FileManager.default.temporaryDirectory.appending(path: "tributary-preview-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        var context = context
        context.http = WatchedHTTPClient(base: context.http, log: requests, redact: { source.redacted($0) })
        let reader = SampleReader(base: source, limit: limit, isCut: isCut)
        let engine = SyncEngine(
            reader: reader, context: context, lake: LocalStorage(folder.path), locks: .none)
        var options = SyncOptions()
        options.maxAttempts = 1
        let request = SyncRequest(
            connection: "preview", schema: schema, syncType: syncType, cursorField: cursorField, options: options)
        Task { await self.run(engine, request) }
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    nonisolated func cancel() { Task { await self.task?.cancel() } }

    private func run(_ engine: SyncEngine, _ request: SyncRequest) {
        task = Task {
            do {
                let summary = try await engine.run(request) { event in Task { await self.note(event) } }
                try await self.finish(summary)
            } catch {
                self.fail(error)
            }
        }
    }

    private func note(_ event: SyncEvent) {
        switch event {
        case .batch(_, _, let total): rows = max(rows, total)
        case .warning(let text): warnings.append(text)
        default: break
        }
    }

    private func fail(_ error: any Error) {
        state = .failed
        result["error"] = PreviewText.problem(error)
    }

    private func finish(_ summary: SyncSummary) async throws {
        rows = summary.rowsRead
        result["watermark"] = summary.watermarkAfter.map { .string($0) } ?? .null
        result["seconds"] = .string(String(format: "%.2f", started.duration(to: .now) / .seconds(1)))
        let path = SyncEngine.folder(connection: "preview", schema: schema)
        if let snapshot = try await LakeTable(storage: LocalStorage(folder.path), folder: path).snapshot() {
            result["tableRows"] = PreviewText.number(snapshot.rowCount)
            result["bytes"] = PreviewText.number(snapshot.byteCount)
            result["primaryKeys"] = PreviewText.texts(snapshot.primaryKeys)
            result["columns"] = .array(
                snapshot.schema.fields.map { .array([.string($0.name), .string($0.type.description)]) })
            result["partitions"] = Self.partitions(snapshot)
            result["partitioning"] = snapshot.partitioning.map { .string(Self.words($0)) } ?? .null
            result["rows"] = try await Self.rows(snapshot)
        }
        state = .done
    }

    /// The first rows, column by column in the order of the schema.
    private static func rows(_ snapshot: TableSnapshot) async throws -> JSONValue {
        let names = snapshot.schema.names
        let rows = Lock<[JSONValue]>([])
        try await snapshot.read(columns: names) { table in
            for index in 0..<min(table.rowCount, 50) {
                let values = table.row(index)
                let cells = names.map { PreviewText.cell(values[$0] ?? .null) }
                rows.withLock { if $0.count < 50 { $0.append(.array(cells)) } }
            }
        }
        return .array(rows.withLock { $0 })
    }

    /// A layout in words.
    private static func words(_ partitioning: Partitioning) -> String {
        switch partitioning {
        case .md5(let keys, let count): "By MD5 of \(keys.joined(separator: ", ")), in \(count) partitions."
        case .numerical(let key, let size): "By \(key), \(size) numbers in a partition."
        case .datetime(let key, let format, _): "By the \(format.rawValue) of \(key)."
        }
    }

    /// Rows and bytes of each partition, in the order of their names.
    private static func partitions(_ snapshot: TableSnapshot) -> JSONValue {
        let groups = Dictionary(grouping: snapshot.files) { $0.partition ?? "" }
        return .array(
            groups.sorted { $0.key < $1.key }.map { name, files in
                [
                    "name": .string(name), "rows": PreviewText.number(files.reduce(0) { $0 + $1.rowCount }),
                    "bytes": PreviewText.number(files.reduce(0) { $0 + $1.byteCount }),
                ]
            })
    }

    var json: JSONValue {
        var object = result
        object["state"] = .string(state.rawValue)
        object["schema"] = .string(schema)
        object["rowsRead"] = PreviewText.number(rows)
        object["limit"] = PreviewText.number(limit)
        object["isCut"] = .bool(isCut.withLock { $0 })
        object["warnings"] = PreviewText.texts(warnings)
        object["requests"] = requests.json
        return .object(object)
    }
}
