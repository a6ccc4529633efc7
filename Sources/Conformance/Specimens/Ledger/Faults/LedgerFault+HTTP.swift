import Columns
import Tributary

/// Answers that are misread.
extension LedgerFault {
    static let http = [
        LedgerFault("failed-slice-skipped-run-completes", "Takes status 503 for a page without rows.", .field) {
            $0.actions = [.ignore(503)]
        },
        LedgerFault("refusal-taken-for-the-end", "Takes 400, 401 and 403 for a page without rows.", .kit) {
            $0.actions = [.ignore(400, 401, 403)]
        },
        LedgerFault("truncated-body-accepted", "Takes a body that does not end for an empty page.", .field) {
            $0.context = { context, _ in context.http = LenientClient(base: context.http) }
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
    ]
}

/// Takes a body that is no JSON for an empty page.
private struct LenientClient: HTTPClient {
    let base: any HTTPClient

    func send(_ request: HTTPRequest) async throws -> HTTPResponse {
        var response = try await base.send(request)
        let body = try await response.body.collect()
        let isWhole = (try? JSONValue(parsing: body)) != nil
        response.body = HTTPBody(isWhole ? body : Array(#"{"data": [], "more": false}"#.utf8))
        return response
    }
}
