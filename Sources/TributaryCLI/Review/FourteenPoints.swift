import Cassettes
import Columns
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
                "key-stable-under-update",
            ],
            place: "primaryKeys of each endpoint"),
        Point(
            question: "The partition's column never changes",
            checks: ["partition-key-immutable", "partition-one-row-one-place", "partition-key-present"],
            place: "partitioning of each endpoint"),
        Point(
            question: "The sort mode is the real order of arrival",
            checks: ["watermark-sort-mode-truthful", "db-keyset-ties", "watermark-desc-two-sided"],
            place: "sort and query of each endpoint; a few live requests in another order", needsPerson: true),
        Point(
            question: "Increments have a real filter on the server, and honour the chosen field",
            checks: [
                "watermark-filter-on-every-page", "watermark-bound-is-honoured-by-server",
                "watermark-chosen-field-honoured",
                "watermark-split-equivalence", "db-late-commit", "db-counter-beyond-32-bits",
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
            question: "A changed envelope is an error, and not an empty table",
            checks: ["http-200-error-body", "http-malformed-body", "http-truncated-body"],
            place: "rows and rowsMayBeMissing of each endpoint"),
        Point(
            question: "No second layer of retries, no unbounded wait",
            checks: ["http-no-retry-compounding", "http-retry-budget-bounded", "http-retry-after-honoured-and-capped"],
            place: "the code's loops and waits"),
        Point(
            question: "Secrets are in no message, URL or row",
            checks: [
                "secret-never-in-output", "error-body-not-logged", "secret-fields-marked", "secret-never-in-fixtures",
            ],
            place: "every use of .revealed"),
        Point(
            question: "Hosts of users are checked and pinned; next links stay on their origin",
            checks: [
                "secret-only-to-allowed-hosts", "ssrf-next-link-pinned", "ssrf-private-targets-refused",
                "egress-hosts-declared", "secret-reentry-on-host-change", "http-redirect-policy",
            ],
            place: "baseURL, otherOrigins and followsRedirects"),
        Point(
            question: "Errors quote the vendor's words; 401 and 403 are final, 429 and 5xx are not",
            checks: [
                "http-permanent-errors-final", "http-transient-retried", "credentials-bad-rejected-for-the-user",
                "db-errors-classified",
            ],
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
            remark(
                point, "\(index + 1). \(point.question)", results.filter { point.checks.contains($0.item.check.name) })
        }
    }

    private static func remark(_ point: Point, _ head: String, _ results: [CheckResult]) -> ReviewReport.Remark {
        let failed = results.filter { $0.isFailure(strict: false) }
        if !failed.isEmpty {
            return .init(
                level: .bad, text: "\(head): failed: \(named(failed))", details: failed.prefix(1).map(\.command))
        }
        let passed = results.filter { $0.verdict.name == "passed" }
        let open = results.filter { ["not exercised", "waived", "known"].contains($0.verdict.name) }
        var answer: [String] = []
        if !passed.isEmpty { answer.append("passed: \(named(passed))") }
        if !open.isEmpty { answer.append("not shown: \(named(open))") }
        let evidence = answer.joined(separator: "; ")
        if passed.isEmpty || !open.isEmpty || point.needsPerson {
            let words = evidence.isEmpty ? "no check answers it" : evidence
            return .init(level: .person, text: "\(head): needs a person. Look at \(point.place). Evidence: \(words)")
        }
        return .init(level: .good, text: "\(head): \(evidence)")
    }

    /// Checks with the tables on which they were judged so.
    private static func named(_ results: [CheckResult]) -> String {
        var tables: [(check: String, names: Set<String>)] = []
        for result in results {
            let index = tables.firstIndex { $0.check == result.item.check.name } ?? tables.endIndex
            if index == tables.endIndex { tables.append((result.item.check.name, [])) }
            tables[index].names.insert(result.item.table)
        }
        return tables.map { check, names in
            let places = names.subtracting(["*"]).sorted()
            if places.isEmpty { return check }
            return places.count > 3
                ? "\(check) (\(places.count.counted("table")))" : "\(check) (\(places.joined(separator: ", ")))"
        }.joined(separator: ", ")
    }
}
