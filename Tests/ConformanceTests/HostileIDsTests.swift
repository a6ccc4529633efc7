import Cassettes
import Foundation
import Testing
import Tributary

@testable import Conformance

/// Ids that lead a careless source elsewhere.
@Suite(.timeLimit(.minutes(2))) struct HostileIDsTests {
    @Test("what a source asks besides its lists, as for a token, is not taken for where an id has led it")
    func besides() async throws {
        let written = try Specimen.ledger.fixture(nil).written()
        let results = try await Material.results(
            AnySource(AskingSource.self), written.scenario.folder, checks: ["injection-through-identifiers"])
        #expect(results.contains { $0.verdict.name == "passed" })
        #expect(
            results.allSatisfy { ["passed", "not applicable"].contains($0.verdict.name) }, "\(results.map(\.verdict))")
    }
}

/// The ledger, which asks who it is before each read.
private struct AskingSource: DerivedSource {
    typealias Original = LedgerSource

    init() {}

    func read(_ inputs: SourceInputs, with config: Config, in context: SourceContext) async throws -> SourceResponse {
        try await validateCredentials(config, schema: nil, in: context)
        return try await LedgerSource().read(inputs, with: config, in: context)
    }
}
