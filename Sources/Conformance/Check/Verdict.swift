/// What a check found of one case.
public enum Verdict: Sendable {
    /// The proof holds, having looked at this much. A count of nothing is turned into `notExercised`.
    case passed(Counters)
    case failed([Finding])
    /// It failed, and the scenario's manifest says why that is accepted until a date.
    case waived(Waiver, [Finding])
    /// It failed, and the ledger of old failures holds it.
    case known(FailureLedger.Entry, [Finding])
    /// A declaration of the source rules the check out; the text says which.
    case notApplicable(String)
    /// There is no material to judge; the text says what is missing. Strict runs fail on it.
    case notExercised(String)
    /// The check itself could not run.
    case couldNotRun(String)
}

extension Verdict {
    /// The verdict's name in reports.
    public var name: String {
        switch self {
        case .passed: "passed"
        case .failed: "failed"
        case .waived: "waived"
        case .known: "known"
        case .notApplicable: "not applicable"
        case .notExercised: "not exercised"
        case .couldNotRun: "could not run"
        }
    }

    /// All names, in the order in which reports count them.
    public static let names = [
        "passed", "failed", "could not run", "not exercised", "waived", "known", "not applicable",
    ]

    /// Passed if nothing was found and something was looked at.
    public static func judged(_ findings: [Finding], looked counters: Counters) -> Verdict {
        if !findings.isEmpty { return .failed(findings) }
        return counters.isEmpty ? .notExercised("Nothing was there to look at.") : .passed(counters)
    }
}

/// How much a check looked at.
public struct Counters: Hashable, Sendable, Codable {
    public var rows = 0
    public var requests = 0
    public var runs = 0
    /// Whatever else the check enumerates: steps, values, fields, files.
    public var items = 0

    public init(rows: Int = 0, requests: Int = 0, runs: Int = 0, items: Int = 0) {
        self.rows = rows
        self.requests = requests
        self.runs = runs
        self.items = items
    }

    public var isEmpty: Bool { rows == 0 && requests == 0 && runs == 0 && items == 0 }

    public static func + (lhs: Self, rhs: Self) -> Self {
        Counters(
            rows: lhs.rows + rhs.rows, requests: lhs.requests + rhs.requests, runs: lhs.runs + rhs.runs,
            items: lhs.items + rhs.items)
    }

    public static func += (lhs: inout Self, rhs: Self) { lhs = lhs + rhs }
}

/// One breach of a promise, told so that an author who has never seen the kit can mend it.
///
/// The parts stand in the order of a bug report: where, what was promised, what was expected and what came with the
/// smallest witness, how to see it again, the likely cause, the clause. The runner adds promise, cause and command.
public struct Finding: Sendable, Hashable, Codable {
    /// Where it happened: the step, request, page, file and line that show it.
    public var place: String
    public var expected: String
    public var actual: String
    /// At most ten keys, values or lines that show the difference.
    public var witness: [String]
    /// What led here, oldest first: requests, hand-overs, commits.
    public var history: [String]
    /// A better guess at the cause than the check's own, where the witness allows one.
    public var cause: String?
    /// A file below the fixture's folder and its line, where one shows the fault.
    public var file: String?
    public var line: Int?

    public init(
        at place: String, expected: String, actual: String, witness: [String] = [], history: [String] = [],
        cause: String? = nil, file: String? = nil, line: Int? = nil
    ) {
        self.place = place
        self.expected = expected
        self.actual = actual
        self.witness = Array(witness.prefix(10))
        self.history = history
        self.cause = cause
        self.file = file
        self.line = line
    }
}

/// An accepted failure, as a scenario's manifest states it.
public struct Waiver: Sendable, Hashable, Codable {
    public var check: String
    /// A table's name, or `*`.
    public var table: String
    public var reason: String
    /// Where it is discussed.
    public var reference: String
    /// The last day on which it holds, as `2026-12-31`.
    public var until: String

    /// Whether it accepts what there is no material for, whatever the check.
    var isOfMaterial: Bool { check == "*" }

    public init(check: String, table: String, reason: String, reference: String, until: String) {
        self.check = check
        self.table = table
        self.reason = reason
        self.reference = reference
        self.until = until
    }
}

extension Finding {
    /// What is expected of a sync of which nothing but its error can be told.
    static let syncSucceeds = "the sync succeeds"
    /// What came of a failure that lasts, where the source passes over errors.
    static let errorIsGone = "It succeeded, and the error is gone."
}
