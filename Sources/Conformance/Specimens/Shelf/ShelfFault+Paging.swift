import Columns
import Tributary

/// Lists that are left too early, too late or never.
extension ShelfFault {
    static let paging = [
        ShelfFault(
            "numbers-compared-as-texts",
            "Resumes behind the last id by comparing texts, by which 1000 lies before 999.",
            .kit
        ) {
            $0.response = { response, inputs, _, _ in
                if inputs.schema != "finals" { return }
                let last = inputs.resumeToken?.value["last"]?.text
                response.items = response.items.withLastKey.keeping { row in
                    last.map { $0 < row["id"]?.text ?? "" } ?? true
                }
            }
        },
        ShelfFault("repeated-next-token-loops", "Follows the next token, even if it is the one just sent.", .field) {
            $0.response = { response, inputs, client, _ in
                if inputs.schema == "entries" {
                    response.items = Items { try await walk(client, inputs, into: $0) { _, _ in false } }
                    response.supportsResume = false
                }
            }
        },
        ShelfFault("token-cycle-longer-than-one", "Remembers only the last token it followed.", .field) {
            $0.response = { response, inputs, client, _ in
                if inputs.schema == "entries" {
                    response.items = Items {
                        try await walk(client, inputs, into: $0) { next, seen in next == seen.last }
                    }
                    response.supportsResume = false
                }
            }
        },
        ShelfFault("page-cap-ends-in-silence", "Ends a list after a hundred pages, and says nothing.", .kit) {
            $0.response = { response, inputs, client, _ in
                if inputs.schema == "entries" {
                    response.items = Items {
                        try await walk(client, inputs, into: $0) { $1.count > 100 || $1.contains($0) }
                    }
                    response.supportsResume = false
                }
            }
        },
        ShelfFault(
            "next-link-present-after-last-page", "Follows the next link as long as there is one, and there always is.",
            .field
        ) {
            $0.endpoint = { if $0.name == "trails" { $0.paginator = .cursor(parameter: "after", from: "next") } }
        },
        ShelfFault(
            "empty-page-taken-as-end-despite-has-more", "Stops at a page without rows that says more follows.", .field
        ) {
            $0.endpoint = { endpoint in
                guard endpoint.name == "entries" else { return }
                endpoint.paginator = Paginator(
                    apply: { position, request in if !position.isNull { request.set("after", position) } },
                    next: { _, page, _ in page.isEmpty ? nil : page.value("next").flatMap { $0.isNull ? nil : $0 } })
            }
        },
        ShelfFault("terminal-page-null-list-crashes", "Takes the null at the end of a list for a broken page.", .field)
        {
            $0.endpoint = { if $0.name == "finals" { $0.rowsMayBeMissing = false } }
        },
        ShelfFault("result-window-cap-truncates", "Stops where the search shows no more of its results.", .field) {
            $0.endpoint = { if $0.name == "search" { $0.paginator = .offset(total: "total", maximum: 5) } }
        },
        ShelfFault(
            "reanchor-on-timestamp-stuck-on-ties",
            "Searches again from the last change time on, where more rows than are shown share one.", .field
        ) {
            $0.endpoint = { endpoint in
                guard endpoint.name == "search" else { return }
                endpoint.query = [QueryItem("sort", "updated_at")]
                endpoint.paginator = Paginator(
                    apply: { position, request in
                        request.set("offset", position["offset"] ?? 0)
                        if let anchor = position["since"] { request.set("since", anchor) }
                    },
                    next: { position, page, _ in
                        let offset = (position["offset"]?.int64 ?? 0) + Int64(page.rowCount)
                        guard let total = page.value("total")?.int64, offset < total else { return nil }
                        if offset >= 6, let last = page.value("items[-1].updated_at") {
                            return ["since": last, "offset": 0]
                        }
                        var next = position.object ?? JSONObject()
                        next["offset"] = .number(JSONNumber(offset))
                        return .object(next)
                    })
            }
        },
        ShelfFault(
            "page-number-missing-in-sync-mode", "Leaves the number out of the first request, and counts from nought.",
            .field
        ) {
            $0.endpoint = { endpoint in
                guard endpoint.name == "pages" else { return }
                endpoint.paginator = Paginator(
                    apply: { position, request in if !position.isNull { request.set("page", position) } },
                    next: { position, page, _ in
                        let next = (position.int64 ?? 0) + 1
                        guard let pages = page.value("pages")?.int64, next <= pages else { return nil }
                        return .number(JSONNumber(next))
                    })
            }
        },
        ShelfFault(
            "bound-made-anew-at-resume",
            "Asks for the last ten years, counted from the moment at which a read goes on.",
            .kit
        ) {
            $0.response = { response, inputs, client, context in
                guard inputs.schema == "search", inputs.syncType == .fullRefresh else { return }
                var endpoint = ShelfSource.search
                let start = context.clock.now - 3_650 * 86_400_000_000
                endpoint.query = [QueryItem("since", CursorValue.timestamp(start).storedText)]
                response = try client.response(to: inputs, from: [endpoint])
            }
        },
        ShelfFault("page-cap-reported-as-complete", "Reads three pages at most, and says that was all.", .field) {
            $0.endpoint = { endpoint in
                guard endpoint.name == "pages" else { return }
                endpoint.paginator = Paginator(
                    apply: { position, request in request.set("page", .number(JSONNumber(position.int64 ?? 1))) },
                    next: { position, page, _ in
                        let next = (position.int64 ?? 1) + 1
                        guard next <= 3, let pages = page.value("pages")?.int64, next <= pages else { return nil }
                        return .number(JSONNumber(next))
                    })
            }
        },
        ShelfFault(
            "early-stop-on-first-older-row", "Leaves a list that is ordered by id at the first row that is not new.",
            .field
        ) {
            $0.endpoint = { endpoint in
                guard endpoint.name == "catalog" else { return }
                endpoint.incremental = [.newestFirst(.datetime("updated_at"))]
            }
        },
        ShelfFault(
            "null-batch-closes-bounded-read", "Takes a page whose moments are all null for one behind the upper bound.",
            .field
        ) {
            $0.endpoint = { endpoint in
                guard endpoint.name == "pages" else { return }
                endpoint.paginator = Paginator(
                    apply: { position, request in request.set("page", .number(JSONNumber(position.int64 ?? 1))) },
                    next: { position, page, _ in
                        let moments = try page.rows.compactMap { $0["seen_at"]?.string }
                        guard let newest = moments.max(), newest <= "2030" else { return nil }
                        let next = (position.int64 ?? 1) + 1
                        guard let pages = page.value("pages")?.int64, next <= pages else { return nil }
                        return .number(JSONNumber(next))
                    })
            }
        },
    ]

    /// Reads the entries by a loop of its own; `isEnd` says whether a token, after those that were followed, is the end.
    private static func walk(
        _ client: RESTClient, _ inputs: SourceInputs, into emit: Emitter,
        isEnd: @Sendable (_ next: String, _ seen: [String]) -> Bool
    ) async throws {
        var seen: [String] = []
        while true {
            var query: [QueryItem] = [QueryItem("limit", "100")]
            if let since = inputs.watermark.last { query.append(QueryItem("since", since.storedText)) }
            if let token = seen.last { query.append(QueryItem("after", token)) }
            let page = try await client.send(RESTRequest(.get, "/v1/entries", query: query))
            try await emit(.rows((page["data"]?.array ?? []).compactMap(\.object)))
            guard page["more"]?.bool == true, let next = page["next"]?.string, !isEnd(next, seen) else { return }
            seen.append(next)
        }
    }
}
