import Cassettes
import Columns
import Pipeline
import Tributary

/// What a source that asks a database tells and stores: of its secrets, and of the rows that it reads.
enum DatabaseTales {
    /// Whether a case's upstream is a database and nothing else.
    static func areTold(in input: CheckCase) -> Bool {
        let states = input.scenario.manifest.states
        return states.allSatisfy { $0.http == nil } && states.contains { $0.seed != nil || $0.database != nil }
    }

    /// Validations, the list of tables and reads that succeed and that fail at their first, a middle and their last step,
    /// searched for secrets; over the cassette, where the engine is not at hand, those that succeed.
    ///
    /// Errors are searched as the source throws them. The runtime masks the secrets that it knows, and nothing else: not
    /// what is derived from one, and not what the source says elsewhere.
    static func secrets(_ input: CheckCase, _ search: SecretSearch) async throws -> Verdict {
        let hasEngine = Lock(false)
        let verdict = try await Bench.judging(input) { bench in
            let upstream = try bench.database(weather: Bench.pieces)
            let steps = try await bench.steps(bench.plan(), of: upstream)
            hasEngine.withLock { $0 = true }
            for weather in [Bench.pieces] + Self.failures(at: steps) {
                let told = Telling(
                    lab: bench.lab.withErrorsInClear, search: search, tally: bench.tally,
                    schema: bench.schema)
                let findings = try await told.findings(upstream.with(weather), bench.plan())
                if !findings.isEmpty { return findings }
            }
            return []
        }
        guard !hasEngine.withLock({ $0 }), case .notExercised = verdict, let upstream = try input.recordedFirst(),
            let schema = input.schema
        else { return verdict }
        let told = Telling(
            lab: try input.lab().withErrorsInClear, search: search, tally: Bench.Tally(), schema: schema)
        let plan = Lab.Plan(schema.name, schema.mode, cursorField: schema.field?.name)
        return .judged(try await told.findings(upstream, plan), looked: told.tally.sum)
    }

    /// A read that succeeds, and those that fail, of rows with a mark: neither a log nor an error holds it.
    static func rows(_ input: CheckCase) async throws -> Verdict {
        try await Bench.judging(input) { bench in
            let marked = MarkedRows.marked(bench)
            let sql = try bench.demandDatabase()
            guard marked.objects != bench.objects else {
                throw Bench.Verdicted(verdict: .notApplicable("No column of the table has texts that could be marked."))
            }
            do { _ = try await sql.stack.content(of: marked.world(showing: marked.objects)) } catch is ScratchFailure {
                throw Bench.Verdicted(verdict: .notApplicable("A rule of the table refuses texts with a mark."))
            }
            let upstream = try marked.database(showing: marked.objects, weather: Bench.pieces)
            let steps = try await bench.steps(bench.plan(.fullRefresh), of: upstream)
            let search = SecretSearch(Canaries([MarkedRows.mark]), for: "text of a row")
            for weather in [Bench.pieces] + Self.failures(at: steps) {
                let run = try await bench.run(bench.plan(.fullRefresh), of: upstream.with(weather))
                let ending = run.succeeded ? "full read" : "full read that fails"
                let findings =
                    try search.findings(SecretSearch.told(by: run), at: ending) + parameters(of: run, bench, at: ending)
                if !findings.isEmpty { return findings }
            }
            return try await resumed(upstream, bench)
        }
    }

    /// A read that goes on behind a row, and fails: the row's values are parameters of its statements.
    private static func resumed(_ upstream: DatabaseUpstream, _ bench: Bench) async throws -> [Finding] {
        var plan = bench.plan(.fullRefresh, commitsOften: true)
        plan.keepsLakes = true
        let whole = try await bench.run(plan, of: upstream)
        guard let cut = bench.everyCommit(of: whole).first(where: { bench.stored($0.files)?.token != nil }) else {
            return []
        }
        plan.keepsLakes = false
        let steps = try await bench.steps(plan, of: upstream, into: cut.files)
        for weather in Self.failures(at: steps) {
            let run = try await bench.run(plan, of: upstream.with(weather), into: cut.files)
            let findings = try parameters(of: run, bench, at: "resumed read that fails")
            if !findings.isEmpty { return findings }
        }
        return []
    }

    /// Texts among the parameters of the statements that read the table, which are values of rows, in a run's error.
    private static func parameters(of run: Lab.Run, _ bench: Bench, at place: String) throws -> [Finding] {
        guard let error = run.error else { return [] }
        let name = try bench.demandDatabase().table.name
        let texts = run.log.databases.statements.map(\.statement).filter { $0.reads(name) }.flatMap(\.parameters)
            .compactMap { value in if case .string(let text) = value { text } else { nil as String? } }
        return SecretSearch(Canaries(texts), for: "parameter of a statement")
            .findings(SecretSearch.texts(of: error), at: place)
    }

    /// No connection is asked for without encryption, unless the form lets a user choose that.
    static func encryption(_ input: CheckCase) async throws -> Verdict {
        if input.source.form.allFields.contains(where: \.choosesEncryption) {
            return .notApplicable("A field of the form says whether the connection is encrypted.")
        }
        let upstream = try input.material()
        let lab = try input.lab()
        let log = EventLog()
        let context = try lab.context(upstream, clock: LabClock(upstream.now), log: log)
        do { try await lab.source.validateCredentials(in: context) } catch {}
        _ = try? await lab.source.schemas(in: context)
        let endpoints = log.databases.endpoints
        if !endpoints.isEmpty, endpoints.allSatisfy({ $0.engine == .sqlite }) {
            return .notApplicable("The database is a file.")
        }
        let bare = endpoints.first { $0.tls == .disabled && $0.engine != .sqlite }
        let findings = bare.map { endpoint in
            Finding(
                at: "connection to \(endpoint.host)", expected: "TLS where the server offers it",
                actual: "The endpoint disables TLS, and no field of the form says so.",
                cause: "Leave `tls` of the DatabaseEndpoint as it is, or give users a field for it.")
        }
        return .judged([findings].compactMap { $0 }, looked: Counters(items: endpoints.count))
    }

    /// Weathers in which credentials are refused, a table is forbidden, a statement takes too long, and a connection breaks
    /// while rows come.
    private static func failures(at steps: [DatabaseStep]) -> [DatabaseWeather] {
        let kinds: [(DatabaseStep?, SourceError.Kind, String)] = [
            (steps.first, .invalidCredentials, "the password was refused"),
            (steps.first { $0.kind == .statement }, .permissionDenied, "permission denied"),
            (steps.last { $0.kind == .statement }, .timedOut, "the statement timed out"),
            (steps.last, .upstreamFailure, "the connection was lost"),
        ]
        return kinds.compactMap { step, kind, text in
            guard let step else { return nil }
            var weather = Bench.pieces
            weather.before = { now, _ in
                if now.index >= step.index { throw SourceError(kind, "Asking the database: \(text).") }
            }
            return weather
        }
    }
}

/// Everything that comes out of a source under one weather.
private struct Telling {
    let lab: Lab
    let search: SecretSearch
    let tally: Bench.Tally
    let schema: Manifest.Schema

    func findings(_ upstream: any Upstream, _ plan: Lab.Plan) async throws -> [Finding] {
        for (place, table) in [("validation", nil), ("validation of the table", schema.name as String?)] {
            let findings = try await outside(upstream, at: place) {
                try await lab.source.validateCredentials(schema: table, in: $0)
            }
            if !findings.isEmpty { return findings }
        }
        let listed = try await outside(upstream, at: "list of tables") { _ = try await lab.source.schemas(in: $0) }
        if !listed.isEmpty { return listed }
        let run = try await lab.run(plan, of: upstream)
        tally.add(Counters(requests: run.log.databases.statements.count, runs: 1))
        let image = try await lab.table(schema.name, in: run.files, keys: [])
        let place = run.succeeded ? "sync" : "sync that fails"
        return search.findings(try await search.outputs(of: run) + SecretSearch.rows(of: image), at: place)
    }

    /// What is told outside of a sync.
    private func outside(
        _ upstream: any Upstream, at place: String, _ body: (SourceContext) async throws -> Void
    ) async throws -> [Finding] {
        let log = EventLog()
        let context = try lab.context(upstream, clock: LabClock(upstream.now), log: log, limit: 200)
        var outputs: [SecretSearch.Output] = []
        do { try await body(context) } catch { outputs = SecretSearch.texts(of: error) }
        tally.add(Counters(requests: log.databases.statements.count, runs: 1))
        return search.findings(outputs + log.all.compactMap(SecretSearch.output), at: place)
    }
}
