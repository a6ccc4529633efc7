import Columns
import Tributary

/// What a fault bends in the bureau; by default nothing.
struct BureauBend: Sendable {
    /// Takes whatever an export ends as for done.
    var takesAnyEnd = false
    /// Does not count the rows of the files.
    var trustsOutput = false
    /// Leaves out files that are not there.
    var passesOverFiles = false
    var readsLiteral = true
}

/// A seeded fault of the bureau.
enum BureauFault {
    private static let bends: [(fault: SeededFault, bend: BureauBend)] = [
        (
            SeededFault(
                "job-finished-without-usable-output",
                "Takes an export that failed, or has no files, for an empty table.",
                .field),
            BureauBend(takesAnyEnd: true, trustsOutput: true)
        ),
        (
            SeededFault("missing-file-of-an-export-passed-over", "Leaves out a file whose link has run out.", .kit),
            BureauBend(trustsOutput: true, passesOverFiles: true)
        ),
        (
            SeededFault("escaped-section-dropped", "Leaves out the text of literal sections.", .field),
            BureauBend(readsLiteral: false)
        ),
    ]

    static let all = bends.map(\.fault)

    /// What a fault bends; nothing for the clean twin.
    static func bend(_ name: String?) -> BureauBend { bends.first { $0.fault.name == name }?.bend ?? BureauBend() }
}

extension Specimen {
    /// An export that is made on demand, and an XML document.
    static let bureau = Specimen(
        "bureau", faults: BureauFault.all, source: { _ in AnySource(BureauSource.self) },
        fixture: { _ in BureauFixture.clean })
}
