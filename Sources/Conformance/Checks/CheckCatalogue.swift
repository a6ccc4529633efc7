/// All checks of the kit, by group.
///
/// A check stands here only with its proof: the seeded faults that it names are in ``SeededFault``, and the self-test
/// shows that it catches them and passes their clean twin.
public enum CheckCatalogue {
    public static let all: [Check] = [
        ConfigurationChecks.all,
        DiscoveryChecks.all,
        ReadingChecks.all,
        KeyChecks.all,
        TypeChecks.all,
        WatermarkChecks.all,
        ResumeChecks.all,
        PartitionChecks.all,
        MemoryChecks.all,
        HTTPChecks.all,
        DatabaseChecks.all,
        SecurityChecks.all,
        FixtureChecks.all,
        DocumentationChecks.all,
        PerformanceChecks.all,
    ].flatMap { $0 }

    /// The check of this name.
    public static func check(_ name: String) -> Check? { all.first { $0.name == name } }
}
