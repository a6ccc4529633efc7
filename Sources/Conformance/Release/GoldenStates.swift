import Cassettes
import Columns
import Foundation
import Pipeline
import Tributary

/// States that a released version stored, and what it did next from each. Kept as data, so that a later version can be
/// shown to go on from them.
///
/// `Fixtures/<source>/released/<version>/<scenario>.json`. A lake that a released version left half-way must be finished
/// by every later one.
public struct GoldenStates: Sendable, Hashable, Codable {
    /// One stored state.
    public struct Entry: Sendable, Hashable, Codable {
        public var table: String
        /// The raw value of `SyncType`.
        public var syncType: String
        /// Whether it is that of a rebuild which was not published yet.
        public var isStage: Bool
        /// The state as the table's log held it.
        public var state: String
        /// The first request for the table's list that followed; nil where the upstream is a database.
        public var next: String?
    }

    public var version: String
    public var entries: [Entry]

    /// Stands for the identity of the connection, which is a digest of its config: it is the tested one's, whichever.
    static let anyIdentity = "*"

    /// The states of each released version for one scenario.
    ///
    /// - Throws: `SourceError` of kind `invalidFixture`.
    static func all(of scenario: Scenario) throws -> [GoldenStates] {
        let folder = scenario.folder.absoluteURL.deletingLastPathComponent()
            .appending(path: ReleasedDeclaration.folder)
        let versions = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return try versions.sorted().compactMap { version in
            let file = folder.appending(path: "\(version)/\(scenario.name).json")
            guard let data = FileManager.default.contents(atPath: file.path) else { return nil }
            do {
                return try JSONDecoder().decode(Self.self, from: data)
            } catch {
                throw SourceError(
                    .invalidFixture, "Reading \(version)/\(scenario.name).json: it holds no stored states: \(error).")
            }
        }
    }
}

extension Bench {
    /// The states that this version stores half-way and at the end of a sync, and what it does next.
    func goldenStates() async throws -> [GoldenStates.Entry] {
        var entries: [GoldenStates.Entry] = []
        for type in Set([schema.mode, .fullRefresh]).sorted(by: { $0.rawValue < $1.rawValue }) {
            let cuts = try await statedCuts(type)
            let complete = type == .fullRefresh ? [] : cuts.suffix(1)
            let halfway = Array(cuts.dropLast())
            for cut in halfway.dropFirst((halfway.count - 1) / 2).prefix(1) + complete {
                let isStage = StoredState.newest(in: cut.files, isStage: true) != nil
                guard let state = StoredState.newest(in: cut.files, isStage: isStage) else { continue }
                let next = try await successful(
                    plan(type, commitsOften: true), of: upstream(), into: cut.files, at: cut.place)
                entries.append(
                    GoldenStates.Entry(
                        table: schema.name, syncType: type.rawValue, isStage: isStage,
                        state: JSONValue.object(Self.withoutIdentity(state.value)).text,
                        next: next.log.requests.first(where: isList)?.description))
            }
        }
        return entries
    }

    private static func withoutIdentity(_ state: JSONObject) -> JSONObject {
        guard state.value(at: ["resume", "identity"]) != nil else { return state }
        return state.setting(["resume", "identity"], to: .string(GoldenStates.anyIdentity))
    }

    /// The lakes that a sync leaves after each commit which stores a state.
    private func statedCuts(_ type: SyncType) async throws -> [Cut] {
        var plan = plan(type, commitsOften: true)
        plan.keepsLakes = true
        let whole = try await successful(plan, of: upstream(), at: "uninterrupted \(type.rawValue)")
        return everyCommit(of: whole).filter { stored($0.files) != nil }
            + [Cut(files: whole.files, steps: 0...0, total: whole.steps.count, step: .commit)]
    }

    /// Findings where this version goes on from a released version's state in another way, or not at all.
    func loading(_ golden: GoldenStates.Entry, of version: String) async throws -> [Finding] {
        guard let type = SyncType(rawValue: golden.syncType),
            var state = try JSONValue(parsing: golden.state).object
        else {
            throw SourceError(.invalidFixture, "Reading the stored states of version \(version): one is no object.")
        }
        let cuts = try await statedCuts(type).filter { cut in
            StoredState.newest(in: cut.files, isStage: golden.isStage).map {
                $0("isComplete").bool == state["isComplete"]?.bool
            } ?? false
        }
        guard let cut = cuts.last else { return [] }
        if state.value(at: ["resume", "identity"])?.string == GoldenStates.anyIdentity {
            let own = StoredState.newest(in: cut.files, isStage: golden.isStage)?("resume")["identity"]
            state = state.setting(["resume", "identity"], to: own)
        }
        let files = StoredState.changing(cut.files, isStage: golden.isStage) { [state] in $0 = state }
        let run = try await run(plan(type, commitsOften: true), of: upstream(), into: files)
        tally.add(Counters(items: 1))
        let place = "\(golden.syncType) from a state that version \(version) stored"
        if let error = run.error {
            return [
                Finding(
                    at: place, expected: "the sync goes on", actual: "It ended with: \(error)",
                    witness: [golden.state], history: run.log.lines())
            ]
        }
        let next = run.log.requests.first(where: isList)?.description
        if let expected = golden.next, next != expected {
            return [
                Finding(
                    at: place, expected: "the request \(expected), as that version sent it",
                    actual: "It sent \(next ?? "none").", witness: [golden.state], history: run.log.lines(last: 10))
            ]
        }
        return finding(try await difference(objects, run), at: place, expected: "all rows", run)
    }
}
