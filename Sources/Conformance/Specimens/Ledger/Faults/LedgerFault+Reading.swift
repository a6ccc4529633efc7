import Columns
import Tributary

/// Rows that are not read.
extension LedgerFault {
    static let reading = [
        LedgerFault("first-page-only", "Reads the first page of a list and stops.", .kit) {
            $0.notes = { $0.paginator = .singlePage }
        },
        LedgerFault(
            "short-page-means-end-when-limit-clamped",
            "Takes a page with fewer rows than it asked for as the last one.",
            .field
        ) {
            $0.notes = { notes in
                notes.paginator = Paginator(
                    apply: { position, request in if !position.isNull { request.set("after", position) } },
                    next: { _, page, size in page.rowCount < size?.rows ?? 0 ? nil : page.value("next") })
            }
        },
        LedgerFault("request-after-last-page", "Asks for pages until one is empty, whatever the API says.", .kit) {
            $0.payments = { $0.paginator = .lastRow("id", parameter: "starting_after") }
        },
    ]
}
