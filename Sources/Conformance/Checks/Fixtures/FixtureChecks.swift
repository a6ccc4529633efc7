/// Group M: the recorded material itself.
enum FixtureChecks {
    static let all =
        FixtureReplayChecks.all + FixtureContentChecks.all + FixtureChainChecks.all + FixtureShapeChecks.all
        + FixtureModeChecks.all
}
