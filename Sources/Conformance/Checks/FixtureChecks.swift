/// Group M: recordings that can be trusted.
enum FixtureChecks {
    static let all: [Check] = []
}
