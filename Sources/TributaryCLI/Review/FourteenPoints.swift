import Cassettes
import Conformance

/// The fourteen points of a review, each answered by checks that ran, or left to a person with the place to look.
struct FourteenPoints {
    /// One point: what is asked, which checks answer it, and where a person looks when they cannot.
    private struct Point {
        var question: String
        var checks: [String]
        var place: String
        /// Whether a person must look, whatever the checks say.
        var needsPerson = false
    }

    private static let points = [
        Point(
            question: "The primary key is unique over the whole table; children include the parent's",
            checks: [
                "key-unique-over-table", "key-unique-across-parents", "key-non-null", "key-declared-and-in-schema",
            ],
            place: "primaryKeys of each endpoint"),
        Point(
            question: "The partition's column never changes",
            checks: ["partition-key-immutable", "partition-one-row-one-place", "partition-key-present"],
            place: "partitioning of each endpoint"),
        Point(
            question: "The sort mode is the real order of arrival", checks: ["watermark-sort-mode-truthful"],
            place: "sort and query of each endpoint; a few live requests in another order", needsPerson: true),
        Point(
            question: "Increments have a real filter on the server, and honour the chosen field",
            checks: [
                "watermark-filter-on-every-page", "watermark-bound-is-honoured-by-server",
                "watermark-chosen-field-honoured",
                "watermark-split-equivalence",
            ], place: "incremental of each endpoint; the vendor's page about filters"),
        Point(
            question: "A time that never changes is no watermark of rows that do",
            checks: ["watermark-update-during-run"],
            place: "the cursor fields; the vendor's page says whether objects change", needsPerson: true),
        Point(
            question: "A full refresh sends no watermark", checks: ["watermark-full-refresh-sends-no-bound"],
            place: "the requests of a full refresh"),
        Point(
            question: "Positions cover only rows that were handed over; no silent cap on pages",
            checks: ["resume-mid-page", "resume-at-every-step", "resume-checkpoint-never-ahead"],
            place: "paginators and loops in the code"),
        Point(
            question: "A changed envelope is an error, and not an empty table", checks: ["http-200-error-body"],
            place: "rows and rowsMayBeMissing of each endpoint"),
        Point(
            question: "No second layer of retries, no unbounded wait",
            checks: ["http-no-retry-compounding", "http-retry-budget-bounded", "http-retry-after-honoured-and-capped"],
            place: "the code's loops and waits"),
        Point(
            question: "Secrets are in no message, URL or row",
            checks: ["secret-never-in-output", "secret-fields-marked", "secret-never-in-fixtures"],
            place: "every use of .revealed"),
        Point(
            question: "Hosts of users are checked and pinned; next links stay on their origin",
            checks: [
                "secret-only-to-allowed-hosts", "ssrf-next-link-pinned", "ssrf-private-targets-refused",
                "egress-hosts-declared",
            ],
            place: "baseURL, otherOrigins and followsRedirects"),
        Point(
            question: "Errors quote the vendor's words; 401 and 403 are final, 429 and 5xx are not",
            checks: ["http-permanent-errors-final", "http-transient-retried", "credentials-bad-rejected-for-the-user"],
            place: "actions and nonRetryableErrors beside the vendor's page of errors", needsPerson: true),
        Point(
            question: "Recorded traffic shows the last page, refusals and resume",
            checks: ["read-terminates-at-last-page", "credentials-good-accepted", "resume-full-refresh-no-duplicates"],
            place: "the scenarios of the source"),
        Point(
            question: "Type, icon, page, release status and category are there",
            checks: ["registry-entry-complete", "docs-required-sections", "docs-tables-match-discovery"],
            place: "the source's description, icon and page"),
    ]

    /// The answers, by what the checks said of the source.
    static func remarks(_ results: [CheckResult]) -> [ReviewReport.Remark] {
        points.enumerated().map { index, point in
            let mine = results.filter { point.checks.contains($0.item.check.name) }
            let failed = mine.filter { $0.verdict.name == "failed" }
            let passed = Set(mine.filter { $0.verdict.name == "passed" }.map(\.item.check.name))
            let head = "\(index + 1). \(point.question)"
            if let first = failed.first {
                let tables = Set(failed.map { $0.item.input.schema?.name ?? "*" }).sorted().joined(separator: ", ")
                return .init(level: .bad, text: "\(head): \(first.item.check.name) failed (\(tables))")
            }
            if passed.isEmpty { return .init(level: .person, text: "\(head): needs a person. Look at \(point.place)") }
            let evidence =
                "\(passed.sorted().joined(separator: ", ")) passed on \(mine.count { $0.verdict.name == "passed" }) cases"
            if point.needsPerson {
                return .init(level: .person, text: "\(head): \(evidence); a person looks at \(point.place)")
            }
            return .init(level: .good, text: "\(head): \(evidence)")
        }
    }
}
