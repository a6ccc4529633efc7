import Cassettes
import Columns
import Foundation
import Tributary

/// Runs a source over its own fresh recording: what nobody asks for is not needed, and what fails must not be published.
struct DryReplay {
    let source: AnySource
    let scenario: Scenario
    let stack: HTTPStack

    /// What the replay of a state has shown.
    struct Outcome {
        /// Exchanges of the state that no run asks for.
        var unused: Set<String>
        /// The kinds of run that asked for an exchange, by its id.
        var asked: [String: Set<SyncType>]
        /// What ended a run, by table.
        var problems: [String]
    }

    private var input: CheckCase {
        CheckCase(source: source, scenario: scenario, schema: nil, seed: 1, profile: .full, stack: stack)
    }

    /// Tables as the states before one left them.
    func lakes(before name: String) async throws -> [String: MemoryLake.Files] {
        var lakes: [String: MemoryLake.Files] = [:]
        for state in scenario.manifest.states where state.http != nil {
            if state.name == name { break }
            let usage = try ExchangeUsage(input, state: state.name)
            for schema in scenario.manifest.schemas {
                lakes[schema.name] = try await usage.read(schema, after: lakes[schema.name])
            }
        }
        return lakes
    }

    /// What is wrong with a model over which reading a table has no end; nil when it ends.
    func endless(_ model: ModelDeclaration, _ table: RecordedTable, state: String) async throws -> String? {
        let lab = try input.lab()
        for mode in Set([table.mode, .fullRefresh]).sorted(by: { $0.rawValue < $1.rawValue }) {
            let upstream = try ModelUpstream(scenario, state: state, declaration: model)
            let objects = upstream.world.current.collections.values.reduce(0) { $0 + $1.count }
            var plan = Lab.Plan(
                table.schema.name, mode, cursorField: mode == .fullRefresh ? nil : table.field?.name)
            plan.requestLimit = 50 + 4 * objects
            let run = try await lab.run(plan, of: upstream, into: [:])
            if run.error is LabBudgetExceeded {
                return
                    "Reading it over the model has no end: more than \(plan.requestLimit) requests for \(objects) objects."
            }
        }
        return nil
    }

    /// Replays one state on top of those before.
    func run(state: String, lakes: [String: MemoryLake.Files], tables: [RecordedTable]) async throws -> Outcome {
        let usage = try ExchangeUsage(input, state: state)
        try await usage.validate()
        for schema in scenario.manifest.schemas {
            try await usage.validate(schema.name)
            _ = try await usage.read(schema, after: lakes[schema.name])
        }
        var problems: [String] = []
        for table in tables {
            let lab = try input.lab()
            var plan = Lab.Plan(table.schema.name, table.mode, cursorField: table.field?.name)
            plan.requestLimit = 5_000
            let before = table.mode == .fullRefresh ? [:] : lakes[table.schema.name] ?? [:]
            let run = try await lab.run(plan, of: try input.replay(state), into: before)
            if let error = run.error { problems.append("\(table.schema.name): \(LiveRuns.words(error))") }
        }
        let optional = Set(try scenario.exchanges(state: state).filter(\.exchange.isOptional).map(\.id))
        return Outcome(
            unused: Set(usage.unused).subtracting(optional), asked: usage.asked, problems: problems)
    }
}
