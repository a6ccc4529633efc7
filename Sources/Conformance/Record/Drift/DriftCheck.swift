import Cassettes
import Columns
import Foundation
import Tributary

/// Reads the recorded tables from the live upstream once more, and compares the shape of its answers with the recording.
/// Values are never compared.
public struct DriftCheck: Sendable {
    let scenario: Scenario
    let plan: RecordingPlan
    let live: LiveSide
    let progress: @Sendable (String) -> Void

    /// - Parameter plan: how the scenario was recorded, with live credentials.
    public init(
        scenario: Scenario, plan: RecordingPlan, live: LiveSide,
        progress: @escaping @Sendable (String) -> Void = { _ in }
    ) {
        self.scenario = scenario
        self.plan = plan
        self.live = live
        self.progress = progress
    }

    /// What was found.
    public struct Outcome: Sendable {
        public var drifts: [Drift]
        /// Answers that were compared.
        public var answers: Int
        public var notes: [String]
        public var hasErrors: Bool { drifts.contains { $0.tier == .error } }
    }

    /// - Throws: `SourceError` of the upstream, or of kind `invalidFixture`.
    public func run() async throws -> Outcome {
        guard scenario.manifest.states.contains(where: { $0.http != nil }) else {
            throw SourceError(
                .invalidConfig, "Comparing \(scenario.id) with its upstream: it records a database, and no HTTP.",
                advice: "Record it anew with 'tributary rerecord'; the difference of the seed shows what changed.")
        }
        let source = try plan.source.configure(plan.config)
        var plan = plan
        plan.mode = .fullRefresh
        plan.modes = [:]
        let runs = try await LiveRuns(
            plan: plan, live: live, source: source, lakes: [:], shortened: [], progress: progress
        ).run()
        var drifts: [Drift] = []
        var count = 0
        let model = try ModelDeclaration(of: scenario)
        for schema in scenario.manifest.schemas {
            let recorded = try scenario.manifest.states.flatMap { state in
                try scenario.exchanges(state: state.name).filter { $0.exchange.schemas.contains(schema.name) }
            }
            let now = runs.exchanges.filter { $0.lane.schema == schema.name && $0.status == 200 }
            let old = Self.shapes(recorded.filter { $0.status == 200 }.map { ($0.url, $0.body) })
            let new = Self.shapes(now.map { ($0.url, $0.body) })
            count += now.count
            // What a table calls a nested value is no member of any answer; the model says where it is from.
            let columns = model?.collection(forSchema: schema.name)?.columns ?? [:]
            let needed = Set((schema.primaryKeys + [schema.field?.name].compactMap { $0 }).map { columns[$0] ?? $0 })
            for (place, shape) in old.sorted(by: { $0.key < $1.key }) {
                guard let other = new[place] else { continue }
                drifts += Drift.between(shape, other, table: schema.name, needed: needed)
            }
        }
        return Outcome(drifts: drifts, answers: count, notes: runs.notes)
    }

    /// Shapes by the depth of the path: lists of one table and their children's stand at different ones.
    private static func shapes(_ answers: [(url: String, body: [UInt8])]) -> [Int: Shape] {
        answers.reduce(into: [:]) { shapes, answer in
            guard let body = try? JSONValue(parsing: answer.body) else { return }
            let depth = URLComponents(string: answer.url)?.path.count { $0 == "/" } ?? 0
            shapes[depth, default: Shape()].add(body)
        }
    }

    /// Notes in the manifest that the upstream still answers so.
    ///
    /// - Throws: the file system's error.
    public func markVerified() throws {
        guard var manifest = scenario.manifest.document.object, var provenance = manifest["provenance"]?.object else {
            return
        }
        provenance["verifiedAt"] = .string(plan.today)
        manifest["provenance"] = .object(provenance)
        let bytes = JSONValue.object(manifest).document
        try Data(bytes).write(to: scenario.folder.appending(path: "manifest.json"), options: .atomic)
    }
}
