import Columns
import Foundation
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
        LedgerFault("cursor-decoded-before-it-is-sent", "Decodes the position of the next page as if it were escaped.")
        {
            $0.notes = { notes in
                notes.paginator = Paginator(
                    apply: { position, request in
                        guard let text = position.string else { return }
                        request.set("after", .string(text.removingPercentEncoding ?? text))
                    }, next: { _, page, _ in page.value("more")?.bool == true ? page.value("next") : nil })
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
        LedgerFault("announces-a-page-for-the-table", "Announces ten rows, whatever the upstream has.", .kit) {
            $0.response = { response, _, _, _ in response.rowsToSync = 10 }
        },
        LedgerFault("incomplete-rows-dropped", "Drops the rows in which a member is null.", .kit) {
            $0.response = { response, inputs, _, _ in
                guard inputs.schema == "notes" else { return }
                response.items = response.items.keeping { row in !row.members.contains { $0.value.isNull } }
            }
        },
        LedgerFault("state-shared-between-tables", "Keeps in one place which table it is reading.", .kit) {
            $0.source = AnySource(RememberingSpecimen.self)
        },
        LedgerFault("rows-remembered-between-reads", "Remembers which rows it has handed over, and drops them.", .kit) {
            $0.source = AnySource(RememberingSpecimen.self)
        },
        LedgerFault(
            "transport-of-the-first-connection-kept",
            "Keeps the transport of the first connection in a static variable, and reads all others through it.", .kit
        ) {
            $0.context = { context, _ in context.http = KeptTransport.first(context.http) }
        },
        LedgerFault(
            "interrupted-run-skips-other-streams",
            "Remembers the table that was not read to its end, and reads no other until it is.", .field
        ) {
            $0.source = AnySource(RememberingSpecimen.self)
        },
        LedgerFault(
            "deselected-key-column", "Hands over the chosen columns alone, without the key and the cursor.", .field
        ) {
            $0.response = { response, inputs, _, _ in
                guard let chosen = inputs.enabledColumns else { return }
                response.items = response.items.rewriting { row in
                    row = JSONObject(row.members.filter { chosen.contains($0.name) }.map { ($0.name, $0.value) })
                }
            }
        },
        LedgerFault(
            "column-groups-stitched-from-two-reads",
            "Asks for each page twice, and takes the texts of a row from the same place of the second answer.", .field
        ) {
            $0.response = { response, inputs, config, context in
                guard inputs.schema == "notes" else { return }
                let client = try LedgerSource().client(config, context)
                response.supportsResume = false
                response.items = Items { try await stitched(client, inputs, into: $0) }
            }
        },
        LedgerFault("columns-of-the-first-row", "Takes the columns of the first row for those of all.", .kit) {
            $0.response = { response, _, _, _ in
                let names = Lock<Set<String>?>(nil)
                response.items = response.items.rewriting { row in
                    let own = Set(row.names)
                    let first = names.withLock { names in
                        names = names ?? own
                        return names ?? own
                    }
                    row = JSONObject(row.members.filter { first.contains($0.name) }.map { ($0.name, $0.value) })
                }
            }
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

    /// Reads the notes page by page, each in two groups of columns.
    private static func stitched(_ client: RESTClient, _ inputs: SourceInputs, into emit: Emitter) async throws {
        var position: String?
        repeat {
            var query = [QueryItem("archived", "all"), QueryItem("limit", "100")]
            if inputs.syncType != .fullRefresh { query.append(QueryItem("sort", "updated_at")) }
            if let last = inputs.watermark.last { query.append(QueryItem("since", last.storedText)) }
            if let position { query.append(QueryItem("after", position)) }
            let request = RESTRequest(.get, "/v1/notes", query: query)
            let page = try await client.send(request)
            let others = try await client.send(request)["data"]?.array ?? []
            let rows = zip(page["data"]?.array ?? [], others).compactMap { row, other -> Row? in
                guard var row = row.object else { return nil }
                for name in ["title", "archived"] { row[name] = other[name] }
                return row
            }
            try await emit(.rows(rows))
            position = page["more"]?.bool == true ? page["next"]?.string : nil
        } while position != nil
    }
}
