import Cassettes
import Columns
import Foundation
import Tributary

/// Writes down what a version of a source promises when it is released: form, tables, and the states that it stores.
public struct ReleaseFiles: Sendable {
    public let source: AnySource
    public let scenarios: [Scenario]
    /// Production's layers over a client.
    public let stack: HTTPStack
    public let databases: DatabaseStack?

    /// - Parameter databases: engines for a source whose upstream is a database; without them it stores no states.
    public init(
        source: AnySource, scenarios: [Scenario], stack: @escaping HTTPStack, databases: DatabaseStack? = nil
    ) {
        self.source = source
        self.scenarios = scenarios
        self.stack = stack
        self.databases = databases
    }

    /// The files by their path below the source's fixtures.
    ///
    /// - Throws: `SourceError` where tables cannot be listed or a sync of a scenario fails.
    public func files(version: String) async throws -> [(path: String, bytes: [UInt8])] {
        let shown = scenarios.filter { $0.goodState != nil }
        var tables: [SourceSchema] = []
        if let first = shown.first {
            let input = input(first, nil)
            let listing = try await input.listing()
            if let error = listing.error { throw error }
            tables = listing.tables
        }
        let declaration = ReleasedDeclaration(
            version: version, source: source, configs: shown.map { .object($0.config) }, tables: tables)
        var files = [(path: "\(ReleasedDeclaration.folder)/\(version).json", bytes: try declaration.file())]
        for scenario in shown {
            let states = GoldenStates(version: version, entries: try await entries(scenario))
            if states.entries.isEmpty { continue }
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            let bytes = try [UInt8](encoder.encode(states)) + [UInt8(ascii: "\n")]
            files.append(("\(ReleasedDeclaration.folder)/\(version)/\(scenario.name).json", bytes))
        }
        return files
    }

    private func entries(_ scenario: Scenario) async throws -> [GoldenStates.Entry] {
        var entries: [GoldenStates.Entry] = []
        for schema in scenario.manifest.schemas {
            do {
                entries += try await Bench.make(input(scenario, schema)).goldenStates()
            } catch let end as Bench.Verdicted {
                // A table that the scenario cannot model stores nothing; one whose sync fails is not fit for a release.
                if case .failed(let findings) = end.verdict {
                    throw SourceError(
                        .invalidFixture, "Syncing \(schema.name) of \(scenario.id): \(findings.first?.actual ?? "")")
                }
            }
        }
        return entries
    }

    private func input(_ scenario: Scenario, _ schema: Manifest.Schema?) -> CheckCase {
        var input = CheckCase(
            source: source, scenario: scenario, schema: schema, seed: 1, profile: .full, stack: stack)
        input.databases = databases
        return input
    }
}
