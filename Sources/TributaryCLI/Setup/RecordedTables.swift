import Cassettes
import Foundation
import Tributary

/// The tables that a source offers, as far as its recordings can list them.
struct RecordedTables {
    /// The folder of the fixtures.
    let fixtures: URL

    /// The tables of the first scenario's config; nil where a recording cannot list them, as the upstream's own
    /// catalogue says which there are.
    func schemas(_ source: AnySource) async -> [SourceSchema]? {
        guard let scenario = try? scenarios(source).first(where: { !$0.manifest.schemas.isEmpty }),
            let state = scenario.manifest.states.first,
            let configured = try? source.configure(.object(scenario.config)),
            let context = try? scenario.context(state: state.name)
        else { return nil }
        return try? await configured.schemas(in: context)
    }

    func scenarios(_ source: AnySource) throws -> [Scenario] { try Fixture(at: folder(source)).scenarios }

    func folder(_ source: AnySource) -> URL { fixtures.appending(path: source.description.type.lowercased()) }
}
