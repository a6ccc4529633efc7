import Cassettes
import Columns
import Tributary

/// What a manifest expects of one table after one recorded state: figures of a reader of its own, never of the source
/// under test (`Fixtures/README.md`).
public struct StateFigures: Sendable {
    /// How many rows the table has.
    public let rows: Int?
    /// The digest of its keys.
    public let keys: String?
    /// The greatest value of the cursor field.
    public let cursorLast: JSONValue?
    /// The columns of the key, as the lake names them: what an image is to be keyed by.
    public let keyColumns: [String]
    private let field: String?

    public init(_ scenario: Scenario, state: String, schema: Manifest.Schema) {
        let expected = scenario.manifest.expected[state]?[schema.name]
        rows = expected?["rows"]?.int64.map(Int.init)
        keys = expected?["keys"]?.string
        cursorLast = expected?["cursorLast"].flatMap { $0.isNull ? nil : $0 }
        keyColumns = schema.primaryKeys.map(ColumnNaming.normalise)
        field = schema.field?.name
    }

    /// Whether nothing is expected that rows could be held against.
    public var isEmpty: Bool { rows == nil && keys == nil && cursorLast == nil }

    /// What is wrong with a table, one sentence each; nil is a table that is not there.
    public func problems(of image: TableImage?) -> [String] {
        let found = (image?.rows ?? []).map { $0.key.joined(separator: "|") }
        var problems: [String] = []
        if let rows, rows != found.count {
            problems.append("\(rows.counted("row")) expected, \(found.count) there")
        }
        if let keys, keys != Self.digest(found) {
            problems.append("the keys are not the expected ones")
        }
        if let doubled = image?.doubledKeys, !doubled.isEmpty {
            problems.append(
                "\(doubled.count.counted("key stands", "keys stand")) more than once, such as \(doubled[0].joined(separator: "|"))"
            )
        }
        if let cursorLast, let field, let image, image.schema[Bench.column(field)] != nil {
            let sent = SentValue(cursorLast, isDayEnough: true)
            let isThere = image.rows.contains { sent.isHeld(by: $0.values[Bench.column(field)] ?? .null) }
            if !isThere { problems.append("no row has the expected greatest \(field), \(cursorLast.text)") }
        }
        return problems
    }

    /// A digest of keys, in whatever order they come.
    static func digest(_ keys: [String]) -> String {
        let sorted = keys.sorted { Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8)) }
        return ScenarioFiles.digest(Array(sorted.joined(separator: "\n").utf8))
    }
}
