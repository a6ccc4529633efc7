import Columns
import Tributary

/// Work that nobody needs.
extension LedgerFault {
    static let performance = [
        LedgerFault("one-more-request-for-each-row", "Asks for the account again for each row of a page.", .kit) {
            $0.response = { response, _, config, context in
                let client = try LedgerSource().client(config, context)
                let items = response.items
                response.items = Items { emit in
                    try await items.run(
                        into: Emitter { item, token in
                            for row in try item.map(Bench.rows) ?? [] {
                                let id = row["id"]?.string ?? ""
                                _ = try await client.get("/v1/me", query: ["for": id])
                            }
                            try await emit.forward(item, resume: token)
                        })
                }
            }
        },
        LedgerFault("each-page-asked-for-twice", "Fetches each page once to look at it and once to read it.", .kit) {
            $0.context = { context, _ in context.http = TwiceClient(base: context.http) }
        },
        LedgerFault("page-of-one-row", "Reads the table in pages of one row.", .kit) {
            $0.notes = { $0.pageSize = PageSize("limit", 1) }
        },
        LedgerFault("increments-walk-the-whole-list", "Reads all pages in each increment.", .kit) {
            $0.inputs = { inputs, _ in inputs.watermark = Watermark() }
        },
        LedgerFault("each-row-sought-among-all-before", "Looks for each row in a list of all that came before.", .kit) {
            $0.response = { response, _, _, _ in response.items = response.items.soughtAmongAll }
        },
    ]
}

extension Items {
    fileprivate var soughtAmongAll: Items {
        Items { emit in
            let seen = Lock<[String]>([])
            try await run(
                into: Emitter { item, token in
                    let rows = try item.map(Bench.rows)?.filter { row in
                        let id = row["id"]?.string ?? ""
                        return seen.withLock { seen in
                            // Once for each column, as a comparison of whole rows does.
                            let isKnown = row.members.contains { _ in seen.contains(id) }
                            if !isKnown { seen.append(id) }
                            return !isKnown
                        }
                    }
                    try await emit.forward(rows.map { .rows($0) }, resume: token)
                })
        }
    }
}

/// Sends everything twice.
private struct TwiceClient: HTTPClient {
    let base: any HTTPClient

    func send(_ request: HTTPRequest) async throws -> HTTPResponse {
        _ = try await base.send(request).body.collect()
        return try await base.send(request)
    }
}
