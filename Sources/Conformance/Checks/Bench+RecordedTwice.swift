import Cassettes
import Columns

/// An object that two states of the recording show, each as it was then.
typealias RecordedPair = (before: JSONObject, after: JSONObject)

// What an upstream really changed, as far as the recording has it.
extension Bench {
    /// Objects that more than one state of the recording shows, each as it was and as it was the next time.
    func recordedTwice() async throws -> [RecordedPair] {
        guard input.scenario.manifest.states.count > 1 else { return [] }
        var pairs: [RecordedPair] = []
        var before: [World.Identity: JSONObject] = [:]
        for state in input.scenario.manifest.states {
            for object in try await shown(at: state) {
                let identity = World.Identity(object, by: collection.key)
                if let old = before[identity] { pairs.append((old, object.body)) }
                before[identity] = object.body
            }
        }
        return pairs
    }

    /// What a recorded state shows of the table.
    private func shown(at state: Manifest.State) async throws -> [World.Object] {
        if state.seed != nil, let rows = try await seededRows(upTo: state.name) { return rows }
        guard sql == nil, state.http != nil else { return [] }
        return try World(recorded: input.scenario, state: state.name, declaration).visible(collection.name)
    }
}
