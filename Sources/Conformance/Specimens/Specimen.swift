import Cassettes
import Columns
import Tributary

/// A family of seeded faults: a small correct source (the clean twin), its fixture, and what each fault bends in them.
///
/// A fault may bend the source, by the config's `fault`; the fixture; the client's layers; or the runtime. Whatever it
/// bends, the clean twin differs in nothing else.
public struct Specimen: Sendable {
    /// The family's name, also the folder of its fixture.
    public let name: String
    public let faults: [SeededFault]
    /// The source under test; nil is the clean twin.
    let source: @Sendable (SeededFault?) -> AnySource
    /// The scenario, as documents.
    let fixture: @Sendable (SeededFault?) throws -> SpecimenFixture
    /// Production's layers over a client, or a fault's.
    let stack: @Sendable (SeededFault?, @escaping HTTPStack) -> HTTPStack
    /// Production's runtime, or a fault's.
    let runtime: @Sendable (SeededFault?) -> LabRuntime

    init(
        _ name: String, faults: [SeededFault], source: @escaping @Sendable (SeededFault?) -> AnySource,
        fixture: @escaping @Sendable (SeededFault?) throws -> SpecimenFixture,
        stack: @escaping @Sendable (SeededFault?, @escaping HTTPStack) -> HTTPStack = { $1 },
        runtime: @escaping @Sendable (SeededFault?) -> LabRuntime = { _ in LabRuntime() }
    ) {
        self.name = name
        self.faults = faults
        self.source = source
        self.fixture = fixture
        self.stack = stack
        self.runtime = runtime
    }

    /// All families.
    public static let all: [Specimen] = [
        .ledger,
        .desk,
        .shelf,
        .board,
        .account,
        .hosted,
        .depot,
        .almanac,
        .bureau,
        .search,
    ]

    /// The family that a fault belongs to.
    public static func holding(_ fault: SeededFault) -> Specimen? {
        all.first { $0.faults.contains(fault) }
    }
}
