import Cassettes
import Columns
import Tributary

/// One (source, scenario, table) that a check judges, and the means to do so.
public struct CheckCase: Sendable {
    public let source: AnySource
    public var scenario: Scenario { memo.scenario }
    /// The scenario's files, shared by its cases.
    let memo: ScenarioMemo
    /// The table; nil for checks of the source as a whole.
    public internal(set) var schema: Manifest.Schema?
    public let seed: UInt64
    public let profile: Profile
    public let stack: HTTPStack
    /// The config under test; the scenario's unless a self-test switches a fault on.
    public var config: JSONObject
    /// The stored OAuth accounts; the scenario's unless a check puts others in their place.
    var accounts: [Integration]
    /// Today, for waivers: `2026-12-31`.
    public var today = ""
    /// Production's runtime, unless a self-test bends it.
    public var runtime = LabRuntime()
    /// Real engines, for sources whose upstream is a database; nil when the program has none to give.
    public var databases: DatabaseStack?
    /// Runs parts of a check in processes of their own; nil where no executable is at hand.
    public var children: ChildProcessRunner?
    /// What is left out of the upstream's history.
    var use = HistoryUse(History())
    var history: History { use.history }

    /// The same case with another history, of which nothing has been looked at yet.
    func with(_ history: History) -> CheckCase {
        var copy = self
        copy.use = HistoryUse(history)
        return copy
    }

    /// Where a child process finds the source.
    var origin = Origin.registry

    /// Where the source under test comes from.
    enum Origin: Sendable {
        case registry
        case specimen(String, SeededFault?)
    }

    public init(
        source: AnySource, scenario: Scenario, schema: Manifest.Schema?, seed: UInt64, profile: Profile,
        stack: @escaping HTTPStack
    ) {
        self.init(
            source: source, memo: ScenarioMemo(scenario), schema: schema, seed: seed, profile: profile,
            stack: stack)
    }

    init(
        source: AnySource, memo: ScenarioMemo, schema: Manifest.Schema?, seed: UInt64, profile: Profile,
        stack: @escaping HTTPStack
    ) {
        self.source = source
        self.memo = memo
        self.schema = schema
        self.seed = seed
        self.profile = profile
        self.stack = stack
        config = memo.scenario.config
        accounts = memo.scenario.manifest.integrations
    }

    /// `source / table / check`, the name in every report and in the runner's filter.
    public func name(of check: Check) -> String {
        [source.description.type.lowercased(), schema?.name ?? "*", check.name].joined(separator: " / ")
    }

    /// A laboratory over the config.
    ///
    /// - Throws: `SourceError` of kind `invalidConfig`.
    public func lab() throws -> Lab {
        Lab(source: try source.configure(.object(config)), stack: stack, runtime: runtime)
    }

    /// The upstream that one state of the scenario recorded.
    public func replay(_ state: String) throws -> ReplayUpstream {
        try ReplayUpstream(scenario: scenario, state: state, databases: databases)
    }

    /// Ends with ``DatabaseMissing`` where the upstream is a database whose engine is not at hand.
    func demandEngine() throws {
        guard let sql = try SQLScenario(scenario) else { return }
        guard let databases else { throw DatabaseMissing(engine: sql.engine, reason: nil) }
        _ = try databases.server(sql.engine)
    }

    /// How many tables before this one are read in the same way, by what the scenario tells.
    ///
    /// - Throws: `SourceError` of kind `invalidFixture`.
    var placeAmongAlike: Int {
        get throws { try schema.map { try memo.placeAmongAlike($0.name) } ?? 0 }
    }

    /// Whether a table before this one, which is read alike, stands for it where the table itself is no matter; never in
    /// the profile hostile.
    var isStoodFor: Bool {
        get throws { try profile < .hostile && placeAmongAlike > 0 }
    }

    /// The recording of the first state, for checks that a recording suffices; nil where there is an engine, which tells
    /// more.
    ///
    /// - Throws: `SourceError` of kind `invalidFixture`.
    func recordedFirst() throws -> ReplayUpstream? {
        guard let state = scenario.manifest.states.first else { return nil }
        let upstream = try replay(state.name)
        return state.http != nil || upstream.isCassette ? upstream : nil
    }
}

extension Check {
    /// Judges a case, unless the source or the kind of its upstream rules the check out.
    func verdict(on input: CheckCase) async throws -> Verdict {
        let states = input.scenario.manifest.states
        if needs.contains(.http), states.allSatisfy({ $0.http == nil }) {
            return .notApplicable("The scenario's upstream does not speak HTTP.")
        }
        if needs.contains(.database), states.allSatisfy({ $0.seed == nil && $0.database == nil }) {
            return .notApplicable("The scenario's upstream is no database.")
        }
        if needs.contains(.fields), input.source.form.fields.isEmpty {
            return .notApplicable("The source has no fields of config.")
        }
        do {
            if needs.contains(.engine) { try input.demandEngine() }
            return try await judge(input)
        } catch let missing as DatabaseMissing {
            return .notExercised(missing.description)
        }
    }
}
