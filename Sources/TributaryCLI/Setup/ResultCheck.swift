import Cassettes
import Columns
import Conformance
import Lake
import Pipeline

/// Holds the tables of a lake against the figures that a scenario's manifest expects of one state.
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
            let figures = StateFigures(scenario, state: state, schema: schema)
            let image = try await TableImage(LakeTable(storage: lake, folder: folder), keys: figures.keyColumns)
            let problems = figures.problems(of: image) + misplaced(image)
            findings += problems.map { "\(schema.name): \($0)" }
        }
        return findings
    }

    /// Rows that are not in the partition that their own values give.
    private func misplaced(_ image: TableImage?) -> [String] {
        guard let image, let partitioning = image.partitioning, !image.rows.isEmpty else { return [] }
        let wrong = image.rows.filter { $0.partition != PartitionOracle.partition(of: $0.values, by: partitioning) }
        return wrong.isEmpty
            ? [] : ["\(wrong.count.counted("row is", "rows are")) in another partition than the values give"]
    }
}
