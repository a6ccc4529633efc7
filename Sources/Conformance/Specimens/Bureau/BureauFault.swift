import Columns
import Tributary

/// What a fault bends in the bureau; by default nothing.
struct BureauBend: SpecimenBend {
    /// Takes whatever an export ends as for done.
    var takesAnyEnd = false
    /// Does not count the rows of the files.
    var trustsOutput = false
    /// Leaves out files that are not there.
    var passesOverFiles = false
    var readsLiteral = true
}

/// A seeded fault of the bureau.
struct BureauFault: SpecimenFault {
    let fault: SeededFault
    let bend: BureauBend

    static let all = [
        BureauFault(
            "job-finished-without-usable-output", "Takes an export that failed, or has no files, for an empty table.",
            .field
        ) {
            $0.takesAnyEnd = true
            $0.trustsOutput = true
        },
        BureauFault("missing-file-of-an-export-passed-over", "Leaves out a file whose link has run out.") {
            $0.trustsOutput = true
            $0.passesOverFiles = true
        },
        BureauFault("escaped-section-dropped", "Leaves out the text of literal sections.", .field) {
            $0.readsLiteral = false
        },
    ]
}

extension Specimen {
    /// An export that is made on demand, and an XML document.
    static let bureau = Specimen(
        "bureau", faults: BureauFault.all.map(\.fault), source: { _ in AnySource(BureauSource.self) },
        fixture: { _ in BureauFixture.clean })
}
