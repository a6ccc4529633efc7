import Cassettes
import Columns
import Conformance
import Crypto
import Foundation
import Lake
import Pipeline
import Tributary

/// Holds the tables of a lake against the figures that a scenario's manifest expects of one state.
///
/// The figures come from a reader of their own, never from the source under test (`Fixtures/README.md`).
struct ResultCheck {
    let scenario: Scenario
    let state: String
    let connection: String
    let lake: any LakeStorage

    /// What is wrong, one sentence each; empty when all is right.
    func findings() async throws -> [String] {
        var findings: [String] = []
        for schema in scenario.manifest.schemas {
            let folder = SyncEngine.folder(connection: connection, schema: schema.name)
            let image = try await TableImage(LakeTable(storage: lake, folder: folder), keys: schema.primaryKeys)
            findings += problems(of: image, schema: schema).map { "\(schema.name): \($0)" }
        }
        return findings
    }

    private func problems(of image: TableImage?, schema: Manifest.Schema) -> [String] {
        let expected = scenario.manifest.expected[state]?[schema.name]
        let keys = (image?.rows ?? []).map { $0.key.joined(separator: "|") }
        var problems: [String] = []
        if let rows = expected?["rows"]?.int64, rows != Int64(keys.count) {
            problems.append("\(Int(rows).counted("row")) expected, \(keys.count) there")
        }
        if let digest = expected?["keys"]?.string, digest != Self.digest(keys) {
            problems.append("the keys are not the expected ones")
        }
        if let doubled = image?.doubledKeys, !doubled.isEmpty {
            problems.append(
                "\(doubled.count.counted("key stands", "keys stand")) more than once, such as \(doubled[0].joined(separator: "|"))"
            )
        }
        return problems + misplaced(image)
    }

    /// Rows that are not in the partition that their own values give.
    private func misplaced(_ image: TableImage?) -> [String] {
        guard let image, let partitioning = image.partitioning, !image.rows.isEmpty else { return [] }
        let wrong = image.rows.filter { $0.partition != PartitionOracle.partition(of: $0.values, by: partitioning) }
        return wrong.isEmpty
            ? [] : ["\(wrong.count.counted("row is", "rows are")) in another partition than the values give"]
    }

    private static func digest(_ keys: [String]) -> String {
        let text = keys.sorted { Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8)) }.joined(separator: "\n")
        return "sha256:" + Hexadecimal.text(SHA256.hash(data: Data(text.utf8)))
    }
}
