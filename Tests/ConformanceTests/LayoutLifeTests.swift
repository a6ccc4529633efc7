import Cassettes
import Testing
import Tributary

@testable import Conformance

/// Layouts of tables that are built anew.
@Suite(.timeLimit(.minutes(2))) struct LayoutLifeTests {
    @Test("advice that follows an upstream's changing figures is no fault of the layout")
    func figures() async throws {
        let written = try Specimen.ledger.fixture(nil).written()
        let results = try await Material.results(
            AnySource(EstimatingSource.self), written.scenario.folder,
            checks: ["partition-count-fixed-after-first-sync"])
        #expect(results.count == 2)
        for result in results { #expect(result.verdict.name == "passed", "\(result.verdict)") }
    }
}

/// The ledger, which advises more buckets each time that it is asked.
private struct EstimatingSource: DerivedSource {
    typealias Original = LedgerSource

    private let reads = Lock(1)

    init() {}

    func read(_ inputs: SourceInputs, with config: Config, in context: SourceContext) async throws -> SourceResponse {
        var response = try await LedgerSource().read(inputs, with: config, in: context)
        let count = reads.withLock { reads in
            reads += 1
            return reads
        }
        response.partitioning = .md5(count: count)
        return response
    }
}
