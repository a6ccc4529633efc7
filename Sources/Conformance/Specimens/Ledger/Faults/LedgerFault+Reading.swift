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
        LedgerFault("short-page-taken-as-end", "Takes a page with fewer rows than the one before for the last.", .kit) {
            $0.notes = { notes in
                notes.paginator = Paginator(
                    apply: { position, request in if let token = position["at"] { request.set("after", token) } },
                    next: { position, page, _ in
                        let count = Int64(page.rowCount)
                        guard count >= position["rows"]?.int64 ?? 0, let next = page.value("next"), !next.isNull else {
                            return nil
                        }
                        return ["at": next, "rows": .number(JSONNumber(count))]
                    })
            }
        },
        LedgerFault("claim-of-more-not-believed", "Stops at a page without rows, though it says more follows.", .kit) {
            $0.payments = { payments in
                payments.paginator = Paginator(
                    apply: { position, request in if !position.isNull { request.set("starting_after", position) } },
                    next: { _, page, _ in
                        page.value("more")?.bool == true && !page.isEmpty ? page.value("data[-1].id") : nil
                    })
            }
        },
        LedgerFault(
            "rows-counted-where-positions-are", "Skips as many rows as it has read, though there are positions.", .kit
        ) {
            $0.notes = { notes in
                notes.paginator = Paginator(
                    apply: { position, request in if !position.isNull { request.set("skip", position) } },
                    next: { position, page, _ in
                        guard page.value("more")?.bool == true else { return nil }
                        return .number(JSONNumber((position.int64 ?? 0) + Int64(page.rowCount)))
                    })
            }
        },
        LedgerFault("rows-numbered-as-they-come", "Makes the key of the row's id and its number in the read.", .kit) {
            $0.response = { response, _, _, _ in
                let count = Lock(0)
                response.items = response.items.rewriting { row in
                    let number = count.withLock { count in
                        count += 1
                        return count
                    }
                    row["id"] = row["id"]?.string.map { .string("\($0)-\(number)") }
                }
            }
        },
        LedgerFault("state-shared-between-tables", "Keeps in one place which table it is reading.", .kit) {
            $0.source = AnySource(RememberingSpecimen.self)
        },
        LedgerFault("rows-remembered-between-reads", "Remembers which rows it has handed over, and drops them.", .kit) {
            $0.source = AnySource(RememberingSpecimen.self)
        },
        LedgerFault("part-of-a-text-by-its-index", "Takes the second part of a text that may have one.", .kit) {
            $0.response = { response, _, _, _ in
                response.items = response.items.rewriting { row in
                    guard let title = row["title"]?.string else { return }
                    row["number"] = .string(String(title.split(separator: " ")[1]))
                }
            }
        },
        LedgerFault("request-after-last-page", "Asks for pages until one is empty, whatever the API says.", .kit) {
            $0.payments = { $0.paginator = .lastRow("id", parameter: "starting_after") }
        },
    ]
}
