/// What a self-test showed: each seeded fault and each clean twin, and the one figure.
public struct SelfTestReport: Encodable, Sendable {
    /// The version of this format.
    public let format = 1
    public let rows: [Row]
    /// Bugs of the catalogue in the rows, and those of them that the intended checks caught.
    public let catalogued: Int
    public let caught: Int
    /// Cases of clean twins that failed.
    public let falseAlarms: Int
    /// Bugs of the catalogue that no fault was seeded for, that cannot be caught, or are caught in another form than they
    /// were seen in, with the reason.
    public let limits: [BugCatalogue.Limit]
    /// Whether each fault went through every check, and not only through those that must catch it.
    public let isMatrix: Bool

    /// One fault, or a clean twin.
    public struct Row: Encodable, Sendable {
        public let specimen: String
        /// Nil is the clean twin.
        public let fault: String?
        public let origin: SeededFault.Origin?
        public let story: String?
        public let intended: [String]
        public let caughtBy: [String]
        public let isAsIntended: Bool
        /// Cases that failed.
        public let failures: Int
        public let seconds: Double

        init(_ row: SelfTest.Row) {
            specimen = row.specimen
            fault = row.fault?.name
            origin = row.fault?.origin
            story = row.fault?.story
            intended = row.intended
            caughtBy = row.caughtBy
            isAsIntended = row.isAsIntended
            failures = row.results.count { $0.isFailure(strict: false) }
            seconds = row.duration / .seconds(1)
        }

        /// Whether it is a bug of the catalogue.
        public var isCatalogued: Bool { fault != nil && origin == .field }
    }

    /// - Parameters:
    ///   - isWhole: whether the rows are of all faults; what has no fault counts as not caught then.
    ///   - isMatrix: whether each fault went through every check.
    public init(_ rows: [SelfTest.Row], isWhole: Bool, isMatrix: Bool) {
        let rows = rows.map(Row.init)
        self.rows = rows
        self.isMatrix = isMatrix
        let unseeded = isWhole ? BugCatalogue.unseeded : []
        let known = Dictionary(BugCatalogue.limits.map { ($0.bug, $0) }) { first, _ in first }
        let inOtherForms = isWhole ? BugCatalogue.limits.filter { !unseeded.contains($0.bug) } : []
        limits =
            inOtherForms
            + unseeded.map { bug in
                known[bug]
                    ?? BugCatalogue.Limit(bug: bug, reason: "No fault has been seeded for it.", needs: "a seeded fault")
            }
        catalogued = rows.count(where: \.isCatalogued) + unseeded.count
        caught = rows.count { $0.isCatalogued && $0.isAsIntended }
        falseAlarms = rows.filter { $0.fault == nil }.reduce(0) { $0 + $1.failures }
    }

    /// `96 of 100 catalogued bugs caught, 0 false alarms`.
    public var figure: String {
        "\(caught) of \(catalogued) catalogued bugs caught, \(falseAlarms) false alarm\(falseAlarms == 1 ? "" : "s")"
    }
}
