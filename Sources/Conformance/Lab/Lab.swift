import Columns
import Lake
import Logging
import Pipeline
import Tributary

/// Runs syncs of the source under test with production's own engine, over any upstream, into a lake in memory.
public struct Lab: Sendable {
    /// The source and its config.
    public let source: ConfiguredSource
    /// Production's layers above the wire.
    public let stack: HTTPStack
    /// Production's runtime, or a seeded fault's.
    public let runtime: LabRuntime
    /// The connection's name in the lake.
    public let connection = "kit"

    public init(source: ConfiguredSource, stack: @escaping HTTPStack, runtime: LabRuntime = LabRuntime()) {
        self.source = source
        self.stack = stack
        self.runtime = runtime
    }

    /// The same lab, where errors come as the source throws them, before the runtime masks the secrets that it knows.
    var withErrorsInClear: Lab { Lab(source: source.withErrorsInClear, stack: stack, runtime: runtime) }

    /// One run that a check asks for.
    public struct Plan: Sendable {
        public var schema: String
        public var syncType: SyncType
        public var cursorField: String?
        public var lookback: Duration?
        public var reset = false
        public var options = SyncOptions()
        /// The step before which the process dies; nil lets it live.
        public var cutBefore: Int?
        /// The request, counted from 0, before which the process dies; nil lets it live.
        public var cutBeforeRequest: Int?
        /// Whether the lake is kept as it was before each step: what a process that died there would have left.
        public var keepsLakes = false
        /// Called with each step's index, just before it is made.
        public var onStep: (@Sendable (Int) -> Void)?
        /// What stands between the runtime and the lake in memory, such as a disk that fails.
        public var storage: @Sendable (any LakeStorage) -> any LakeStorage = { $0 }
        /// What the source says about the read is changed so: other advice than the last time.
        public var response: @Sendable (inout SourceResponse) -> Void = { _ in }
        /// Called with each item before it is handed on.
        public var onEmit: (@Sendable (Item?, ResumeToken?) throws -> Void)?
        /// After so many requests a run is endless.
        public var requestLimit = 2_000
        /// Called after each item was taken.
        public var onTaken: (@Sendable (Int) async throws -> Void)?

        public init(_ schema: String, _ syncType: SyncType, cursorField: String? = nil) {
            self.schema = schema
            self.syncType = syncType
            self.cursorField = cursorField
            // One attempt: what a retry of the whole run hides, a check wants to see.
            options.maxAttempts = 1
        }

        /// Has the run commit after every two rows, so that a cut may fall between any.
        mutating func commitOften() {
            options.batchRows = 2
            options.commitBytes = 1
            options.commitInterval = .zero
        }
    }

    /// How a run went.
    public struct Run: Sendable {
        public var summary: SyncSummary?
        public var error: (any Error)?
        /// The errors after which the run was tried again.
        public var retried: [SourceError] = []
        public var log: EventLog
        public var steps: [StepCounter.Step]
        public var clock: LabClock
        /// The lake as the run left it.
        public var files: MemoryLake.Files
        /// The lake before each step, where the plan asks for it.
        public var lakes: [MemoryLake.Files] = []

        public var succeeded: Bool { error == nil }
    }

    /// Syncs one table of `upstream` into a lake that starts as `files`.
    public func run(_ plan: Plan, of upstream: any Upstream, into files: MemoryLake.Files = [:]) async throws -> Run {
        let clock = LabClock(upstream.now)
        let log = EventLog()
        let steps = StepCounter(cutBefore: plan.cutBefore, request: plan.cutBeforeRequest)
        let lake = MemoryLake(files, steps: steps)
        let runtime = runtime.perRun?() ?? runtime
        let lakes = Lock<[MemoryLake.Files]>([])
        let retried = Lock<[SourceError]>([])
        steps.watch { index in
            if plan.keepsLakes {
                let now = lake.contents
                lakes.withLock { $0.append(now) }
            }
            plan.onStep?(index)
        }
        let context = try context(upstream, clock: clock, log: log, steps: steps, limit: plan.requestLimit)
        let reader = LabReader(source: source, log: log, steps: steps, plan: plan)
        let engine = SyncEngine(
            reader: runtime.reader(reader), context: context, lake: runtime.lake(plan.storage(lake)), locks: .none)
        var run = Run(log: log, steps: [], clock: clock, files: [:])
        do {
            run.summary = try await engine.run(request(plan, runtime)) { event in
                switch event {
                case .batch(let rows, let bytes, _): log.append(.batch(rows: rows, bytes: bytes))
                case .committed(let report, let watermark):
                    let rows = report.rowsInserted + report.rowsUpdated
                    log.append(.committed(version: report.version, rows: rows, watermark: watermark, token: nil))
                case .retrying(let error, _, _): retried.withLock { $0.append(error) }
                default: break
                }
            }
        } catch {
            // The engine wraps what it does not know.
            run.error = (error as? SourceError)?.underlying as? LabBudgetExceeded ?? error
        }
        log.append(.ended(run.error.map { "\($0)" } ?? "well"))
        run.steps = steps.steps
        run.files = Self.settled(lake.contents, before: files, run, runtime)
        run.lakes = lakes.withLock { $0 }
        run.retried = retried.withLock { $0 }
        return run
    }

    /// The lake that a process leaves that died with `files` on its disk.
    public func left(_ files: MemoryLake.Files, before: MemoryLake.Files, log: EventLog) -> MemoryLake.Files {
        Self.settled(
            files, before: before, Run(error: CancellationError(), log: log, steps: [], clock: LabClock(0), files: [:]),
            runtime.perRun?() ?? runtime)
    }

    private static func settled(
        _ files: MemoryLake.Files, before: MemoryLake.Files, _ run: Run, _ runtime: LabRuntime
    ) -> MemoryLake.Files {
        let files = runtime.afterwards(files, run.error == nil)
        return runtime.ending(
            LabRuntime.Ending(before: before, files: files, succeeded: run.error == nil, log: run.log))
    }

    /// What the source is handed in this lab; for checks that call it without the engine.
    public func context(
        _ upstream: any Upstream, clock: LabClock, log: EventLog, steps: StepCounter = StepCounter(), limit: Int = 2_000
    ) throws -> SourceContext {
        let nothing = NoUpstream(name: upstream.name)
        let http = try upstream.httpClient(clock: clock).map { client in
            PiecemealHTTPClient(
                base: stack(
                    LabHTTPClient(base: client, log: log, steps: steps, clock: clock, limit: limit, run: 0), clock))
        }
        let databases = try upstream.databaseConnector(clock: clock).map { connector in
            LabDatabaseConnector(base: connector, log: log, steps: steps, limit: limit)
        }
        var logger = Logger(label: "kit") { _ in LabLogHandler(log: log) }
        logger.logLevel = .trace
        // A database of the kit's own is dialled, whatever host the config names.
        let hosts =
            databases == nil
            ? HostValidator(resolver: NoHostResolver()) : HostValidator(policy: .unrestricted, resolver: AnyHost())
        var context = SourceContext(
            http: http ?? nothing, databases: databases ?? nothing, tunnels: nothing,
            integrations: upstream.integrations, hosts: hosts, clock: clock, logger: logger)
        context.maximumPageSize = upstream.maximumPageSize
        return context
    }

    /// The table that a lake holds for a schema.
    public func table(
        _ schema: String, in files: MemoryLake.Files, keys: [String]? = nil, stage: String? = nil
    ) async throws -> TableImage? {
        let folder = SyncEngine.folder(connection: connection, schema: schema)
        return try await TableImage(LakeTable(storage: MemoryLake(files), folder: folder), stage: stage, keys: keys)
    }

    private func request(_ plan: Plan, _ runtime: LabRuntime) -> SyncRequest {
        SyncRequest(
            connection: connection, schema: plan.schema, syncType: plan.syncType, cursorField: plan.cursorField,
            lookback: plan.lookback, reset: plan.reset, options: runtime.options(plan.options))
    }
}

/// Stands where an upstream has no such side.
private struct NoUpstream: HTTPClient, DatabaseConnector, TunnelOpener {
    let name: String

    func send(_ request: HTTPRequest) async throws -> HTTPResponse { throw refusal("answer HTTP requests") }

    func connect(to endpoint: DatabaseEndpoint) async throws -> any DatabaseConnection {
        throw refusal("offer a database")
    }

    func open(through server: SSHServer, to target: NetworkEndpoint) async throws -> any OpenTunnel {
        throw refusal("offer a tunnel")
    }

    private func refusal(_ what: String) -> SourceError {
        SourceError(.unreachable, "The upstream of this case (\(name)) does not \(what).")
    }
}

/// Keeps what is logged, so that it can be searched for secrets.
private struct LabLogHandler: LogHandler {
    let log: EventLog
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.trace

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        log.append(.log("\(event.level): \(event.message) \(event.metadata ?? [:])"))
    }
}
