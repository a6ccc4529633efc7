import Cassettes
import Columns
import Foundation
import Tributary

extension SourcePortrait {
    /// Runs a source over scenarios with production's engine, and keeps what came of it.
    ///
    /// - Parameters:
    ///   - tables: only these; empty means all that a scenario names.
    ///   - databases: engines for sources whose upstream is a database; their runs say so when there is none.
    public init(
        of source: AnySource, on scenarios: [Scenario], tables: Set<String> = [], stack: @escaping HTTPStack,
        databases: DatabaseStack? = nil
    ) async {
        let inputs = scenarios.map { scenario in
            var input = CheckCase(
                source: source, scenario: scenario, schema: nil, seed: 1, profile: .full, stack: stack)
            input.databases = databases
            return input
        }
        await self.init(of: source, inputs, tables: tables)
    }

    /// The same of cases that say more than their scenario, such as a specimen with a fault.
    init(of source: AnySource, _ inputs: [CheckCase], tables: Set<String> = []) async {
        type = source.description.type
        label = source.description.label
        category = source.description.category.rawValue
        status = source.description.status.rawValue
        form = source.form.fields
        scenarios = []
        for input in inputs { scenarios.append(await ScenarioPortrait(input, tables: tables)) }
    }
}

extension ScenarioPortrait {
    fileprivate init(_ input: CheckCase, tables wanted: Set<String>) async {
        id = input.scenario.id
        (tables, runs) = ([], [])
        do {
            if let sql = try SQLScenario(input.scenario) { _ = try input.databases?.server(sql.engine) }
        } catch {
            missing = "\(error)"
            return
        }
        let log = EventLog()
        do {
            let lab = try input.lab()
            // The recording of each part is one of its own: a listing must not use up what the check before it asked for.
            do {
                try await lab.source.validateCredentials(in: Self.context(input, lab, log))
            } catch {
                credentialsError = RunPortrait.text(error)
                isUnrecorded = RunPortrait.isUnrecorded(error)
            }
            let offered = try await lab.source.schemas(in: Self.context(input, lab, log))
            tables = offered.map(ReleasedDeclaration.Table.init).filter { wanted.isEmpty || wanted.contains($0.name) }
        } catch {
            listingError = RunPortrait.text(error)
        }
        requests = RunPortrait.requests(log)
        for schema in input.scenario.manifest.schemas where wanted.isEmpty || wanted.contains(schema.name) {
            runs += await RunPortrait.all(input, schema)
        }
    }

    private static func context(_ input: CheckCase, _ lab: Lab, _ log: EventLog) throws -> SourceContext {
        let upstream = try input.material()
        return try lab.context(upstream, clock: LabClock(upstream.now), log: log)
    }
}

extension RunPortrait {
    /// Reads a table in full and in its own mode, state by state, from what was recorded and from what is modelled.
    fileprivate static func all(_ input: CheckCase, _ schema: Manifest.Schema) async -> [RunPortrait] {
        let states = input.scenario.manifest.states.map(\.name)
        var runs = await chain(input, schema, .fullRefresh, "replay", states.prefix(1)) { try input.replay($0) }
        if schema.mode != .fullRefresh {
            runs += await chain(input, schema, schema.mode, "replay", states[...]) { try input.replay($0) }
        }
        guard let model = try? input.memo.model(),
            model.collection(forSchema: schema.name) != nil
        else { return runs }
        let open: (String) throws -> any Upstream = { state in
            // Small pages: what a source makes of paging shows on lists that fit on one page of the vendor's.
            try ModelUpstream(input.scenario, state: state, declaration: model, pageSize: 5)
        }
        runs += await chain(input, schema, .fullRefresh, "model", states.suffix(1), open)
        if schema.mode != .fullRefresh {
            runs += await chain(input, schema, schema.mode, "model", states[...], open)
        }
        return runs
    }

    /// Syncs at each state into the lake that the state before left; a failed run ends the chain.
    private static func chain(
        _ input: CheckCase, _ schema: Manifest.Schema, _ type: SyncType, _ kind: String, _ states: ArraySlice<String>,
        _ open: (String) throws -> any Upstream
    ) async -> [RunPortrait] {
        var runs: [RunPortrait] = []
        var files: MemoryLake.Files = [:]
        var before: String?
        for state in states {
            var run = RunPortrait(
                table: schema.name,
                name: "\(type.rawValue), \(kind) of \(state)" + (before.map { " after \($0)" } ?? ""))
            before = state
            do {
                var plan = Lab.Plan(
                    schema.name, type, cursorField: type == .fullRefresh ? nil : schema.field?.name)
                plan.requestLimit = 500
                files = try await run.take(input.lab(), plan, of: open(state), into: files)
            } catch {
                run.fail(error)
            }
            runs.append(run)
            if run.error != nil { break }
        }
        return runs
    }

    private mutating func take(
        _ lab: Lab, _ plan: Lab.Plan, of upstream: any Upstream, into files: MemoryLake.Files
    ) async throws -> MemoryLake.Files {
        var plan = plan
        let seen = Lock<ReadAdvice?>(nil)
        plan.response = { response in
            let advice = ReadAdvice(response)
            seen.withLock { $0 = advice }
        }
        let run = try await lab.run(plan, of: upstream, into: files)
        advice = seen.withLock { $0 }
        requests = Self.requests(run.log)
        if let error = run.error { fail(error) }
        guard let image = try await lab.table(plan.schema, in: run.files) else { return run.files }
        columns = image.schema.fields.map { "\($0.name) \($0.type)" }
        layout = image.partitioning.map(ReadAdvice.words)
        rows = image.rows.map { row in
            Row(values: row.values.compactMapValues(Self.text), partition: row.partition)
        }.sorted { Self.line($0) < Self.line($1) }
        return run.files
    }

    fileprivate static func requests(_ log: EventLog) -> [String] {
        log.requests.map(\.description) + log.statements
    }

    private mutating func fail(_ error: any Error) {
        self.error = Self.text(error)
        isUnrecorded = Self.isUnrecorded(error)
    }

    /// Rows are compared by key; their order in the file only has to be the same each time.
    private static func line(_ row: Row) -> String {
        row.values.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: "\u{1F}")
    }

    fileprivate static func isUnrecorded(_ error: any Error) -> Bool {
        (error as? SourceError)?.kind == .unmatchedRequest
    }

    /// The first line: what follows it depends on the other requests of a recording.
    fileprivate static func text(_ error: any Error) -> String {
        let text = (error as? SourceError)?.message ?? "\(error)"
        return text.split(separator: "\n").first.map(String.init) ?? text
    }
}

extension ReadAdvice {
    fileprivate init(_ response: SourceResponse) {
        primaryKeys = response.primaryKeys
        order = response.isSorted ? response.sortMode.rawValue : "unsorted"
        partitioning = Self.words(response.partitioning)
    }

    private static func words(_ hints: PartitionHints) -> String {
        let parts = [
            hints.mode?.rawValue, hints.keys.map { "of \($0.joined(separator: ", "))" },
            hints.format.map { "by \($0.rawValue)" }, hints.count.map { "count \($0)" },
            hints.size.map { "size \($0)" }, hints.epoch.map { "in \($0.rawValue)" },
        ]
        let words = parts.compactMap { $0 }.joined(separator: " ")
        return words.isEmpty ? "left to the runtime" : words
    }

    fileprivate static func words(_ partitioning: Partitioning) -> String {
        switch partitioning {
        case .md5(let keys, let count): words(PartitionHints.md5(keys: keys, count: count))
        case .numerical(let key, let size): words(PartitionHints.numerical(key, size: size))
        case .datetime(let key, let format, let epoch):
            words(PartitionHints.datetime(key, by: format, format: epoch == .seconds ? nil : epoch))
        }
    }
}
