import Columns
import Tributary

/// Answers that are misread, and requests that should not be made.
extension LedgerFault {
    static let http: [LedgerFault] = [misreading, retrying, asking].flatMap { $0 }

    private static let misreading = [
        LedgerFault("failed-slice-skipped-run-completes", "Takes status 503 for a page without rows.", .field) {
            $0.actions = [.ignore(503)]
        },
        LedgerFault(
            "outage-declared-final", "Reports a server that is down as something that a person must mend.", .kit
        ) {
            $0.actions = [ResponseAction([500, 502, 503, 504], .fail("The service is down."))]
        },
        LedgerFault("rate-limit-told-as-final", "Takes every message that speaks of a limit for a final one.", .kit) {
            $0.source = AnySource(FinalWordsSpecimen.self)
        },
        LedgerFault(
            "proxy-failure-told-as-final",
            "Knows the failures 500 to 504, and takes those of a proxy for lasting ones.",
            .kit
        ) {
            $0.actions = [ResponseAction([520, 522, 524], .fail("The upstream answered in an unknown way."))]
        },
        LedgerFault("refusal-taken-for-the-end", "Takes 400, 401 and 403 for a page without rows.", .kit) {
            $0.actions = [.ignore(400, 401, 403)]
        },
        LedgerFault("truncated-body-accepted", "Takes a body that does not end for an empty page.", .field) {
            $0.context = { context, _ in context.http = LenientClient(base: context.http) }
        },
        LedgerFault("broken-transfer-taken-for-the-end", "Takes a body that breaks off for an empty page.", .kit) {
            $0.context = { context, _ in context.http = ForgivingClient(base: context.http) }
        },
        LedgerFault("broken-connection-taken-for-the-end", "Takes a broken connection for an empty page.", .kit) {
            $0.stack = { stack in { client, clock in stack(ForgivingClient(base: client), clock) } }
        },
        LedgerFault("success-status-with-error-body", "Takes a page without the list for an empty one.", .field) {
            $0.notes = { notes in
                notes.rowsMayBeMissing = true
                notes.paginator = .cursor(parameter: "after", from: "next")
            }
            $0.payments = { payments in
                payments.rowsMayBeMissing = true
                payments.paginator = .lastRow("id", parameter: "starting_after")
            }
        },
        LedgerFault(
            "renamed-list-is-an-empty-one", "Takes a page that calls its list otherwise for an empty one.", .kit
        ) {
            $0.notes = { $0.rowsMayBeMissing = true }
            $0.payments = { $0.rowsMayBeMissing = true }
        },
        LedgerFault("unreadable-bytes-replaced", "Replaces bytes that are no UTF-8 and goes on.", .kit) {
            $0.context = { context, _ in context.http = RepairingClient(base: context.http) }
        },
        LedgerFault("escapes-left-in-texts", "Knows the escapes of one letter, and leaves those of four digits.", .kit)
        {
            $0.context = { context, _ in context.http = UnescapingClient(base: context.http) }
        },
        LedgerFault("parser-error-let-out", "Parses answers itself and lets its parser's own error out.", .kit) {
            $0.context = { context, _ in context.http = ParsingClient(base: context.http) }
        },
    ]

    private static let retrying = [
        LedgerFault("retry-after-ignored", "Waits 1, 2, 4 and 8 s after a 429, whatever the upstream says.", .field) {
            $0.stack = { stack in { client, clock in StubbornClient(base: client, clock: clock) } }
        },
        LedgerFault(
            "quota-window-longer-than-retry-budget",
            "Gives up for good when a quota is used up, so that each run ends at the same place.", .field
        ) {
            $0.context = { context, _ in context.http = HopelessClient(base: context.http) }
        },
        LedgerFault("server-errors-retried-without-end", "Asks again for ever while the answer is 504.", .field) {
            $0.context = { context, _ in
                context.http = TirelessClient(base: context.http, clock: context.clock)
            }
        },
        LedgerFault(
            "row-text-taken-for-a-refusal", "Takes any answer with the words 'not found' for an empty list.", .kit
        ) {
            $0.actions = [ResponseAction(text: "not found", .ignore)]
        },
        LedgerFault("retries-at-two-layers", "Retries 503 in the source although the transport has done so.", .kit) {
            $0.actions = [ResponseAction([503], .retry)]
        },
        LedgerFault("rows-handed-over-again-after-a-failure", "Begins anew in the same read when a page fails.", .kit) {
            $0.response = { response, _, _, _ in response.items = response.items.twice }
        },
        LedgerFault("requests-without-a-time-limit", "Lets each request take as long as it likes.", .kit) {
            $0.context = { context, _ in
                context.http = RewritingClient(base: context.http) { $0.options.idleTimeout = .seconds(100_000_000) }
            }
        },
        LedgerFault("rate-limit-headers-dropped", "Loses the fields that say when the window ends.", .kit) {
            $0.stack = { stack in { client, clock in stack(HeaderlessClient(base: client), clock) } }
        },
    ]

    private static let asking = [
        LedgerFault("credentials-follow-a-redirect", "Follows redirects itself, with all header fields.", .kit) {
            $0.stack = { stack in
                { client, clock in stack(FollowingClient(base: client, limit: 5), clock) }
            }
        },
        LedgerFault("redirects-followed-without-end", "Follows redirects within the host without counting them.", .kit)
        {
            $0.stack = { stack in
                { client, clock in stack(FollowingClient(base: client, limit: 10_000, staysHome: true), clock) }
            }
        },
        LedgerFault("parameter-added-to-requests", "Asks for expanded rows, which was not recorded.", .kit) {
            $0.notes = { $0.query.append(QueryItem("expand", "author")) }
        },
        LedgerFault("marks-rows-as-read", "Tells the upstream how far it has read.", .kit) {
            $0.response = { response, _, _, context in
                var request = HTTPRequest(.patch, LedgerSource.baseURL + "/v1/me")
                request.body = Array(#"{"seen": true}"#.utf8)
                _ = try? await context.http.send(request)
            }
        },
        LedgerFault("api-version-on-first-pages-only", "Leaves the API's version out of later pages.", .kit) {
            $0.context = { context, _ in
                context.http = RewritingClient(base: context.http) { request in
                    let isLater = request.query.contains { $0.name == "after" || $0.name == "starting_after" }
                    if isLater { request.headers.remove("Api-Version") }
                }
            }
        },
    ]
}
