import Cassettes

/// What a recording shows, in the words of `covers`.
struct Coverage {
    let scenario: Scenario

    init(_ scenario: Scenario) { self.scenario = scenario }

    private static let words = [
        "incremental:asc", "incremental:desc", "composite-key", "fan-out", "nulls", "nested", "unicode", "big-integers",
        "empty-table", "ties",
    ]

    /// - Throws: `SourceError` of kind `invalidFixture`.
    func words() throws -> [String] {
        let material = try FixtureMaterial(scenario)
        return Self.words.filter { material.shows($0) == true }
    }
}
