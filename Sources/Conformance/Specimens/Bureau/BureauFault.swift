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
    /// How far the position of a part is from what it should be.
    var positionOff = 0
    var readsPartsLastFirst = false
    var ignoresLookback = false
    var ignoresHistoryStart = false
    var roundsBound = false
    var asksWithoutPause = false
    var keepsDoubledQuotes = false
    var readsCodesAsNumbers = false
    var holdsAllParts = false
    var trustsAnyHost = false
    var takesGoneForTheEnd = false
    var leavesPauseOut = false
    var decodesPieces = false
    /// How many lines of a part a position inside it is ahead.
    var linesAhead = 0
    /// Orders another report where it goes on with one.
    var ordersAnew = false
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
        BureauFault("part-position-runs-ahead", "Takes the part behind the one that it hands over for done as well.") {
            $0.positionOff = 1
        },
        BureauFault("part-position-stays-behind", "Takes the part that it hands over for one still to come.") {
            $0.positionOff = -1
        },
        BureauFault("line-position-runs-ahead", "Goes on in a part a line behind the one that comes next.") {
            $0.linesAhead = 1
        },
        BureauFault("resumed-in-another-report", "Orders another report, and goes on at the place of the first.") {
            $0.ordersAnew = true
        },
        BureauFault("parts-read-last-first", "Reads the parts of a report in the wrong order, and calls it ascending.")
        {
            $0.readsPartsLastFirst = true
        },
        BureauFault("lookback-not-asked-for", "Asks from the stored value on, whatever lookback is set.") {
            $0.ignoresLookback = true
        },
        BureauFault("recorded-history-start-ignored", "Reads all history, whatever start of it is given.") {
            $0.ignoresHistoryStart = true
        },
        BureauFault("recorded-increment-bound-rounded-up", "Asks from the next full hour on.") {
            $0.roundsBound = true
        },
        BureauFault("job-asked-without-a-pause", "Asks for a report's state as fast as answers come.") {
            $0.asksWithoutPause = true
        },
        BureauFault("pause-not-handed-on", "Makes an error of a refusal that does not say when to come back.") {
            $0.leavesPauseOut = true
        },
        BureauFault("doubled-quotes-kept", "Keeps the doubled quotes of a CSV field as they are written.") {
            $0.keepsDoubledQuotes = true
        },
        BureauFault("code-read-as-a-number", "Makes a number of a code that begins with zeros.") {
            $0.readsCodesAsNumbers = true
        },
        BureauFault("characters-cut-between-pieces", "Decodes each piece of a file by itself.") {
            $0.decodesPieces = true
        },
        BureauFault("all-files-held-before-the-first-row", "Keeps the rows of all parts until the last is there.") {
            $0.holdsAllParts = true
        },
        BureauFault("file-of-a-stranger-asked-with-the-key", "Asks for a part with the key, wherever it lies.") {
            $0.trustsAnyHost = true
        },
        BureauFault("what-is-gone-taken-for-the-end", "Ends a resumed read whose report is no longer there.") {
            $0.takesGoneForTheEnd = true
        },
    ]
}

extension Specimen {
    /// An export that is made on demand, and an XML document.
    static let bureau = Specimen(
        "bureau", faults: BureauFault.all.map(\.fault), source: { _ in AnySource(BureauSource.self) },
        fixture: { _ in BureauFixture.clean })
}
