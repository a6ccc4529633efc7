import Columns
import Tributary

/// Columns, tables and reads that are taken for one another.
extension ShelfFault {
    static let columns = [
        ShelfFault("column-renamed-in-the-rows", "Lists a column under a name that its rows no longer use.", .kit) {
            $0.response = { response, inputs, _, _ in
                guard inputs.schema == "pages" else { return }
                response.items = response.items.rewriting { row in
                    row["mass"] = row["weight"]
                    row["weight"] = nil
                }
            }
        },
        ShelfFault("total-not-looked-at", "Reads by offset until a page is empty, whatever total is stated.", .kit) {
            $0.endpoint = { if $0.name == "offsets" { $0.paginator = .offset(stopsOnShortPage: false) } }
        },
        ShelfFault(
            "first-total-taken-for-the-end", "Stops when as many rows have come as the first page announced.", .kit
        ) {
            $0.endpoint = { endpoint in
                guard endpoint.name == "offsets" else { return }
                endpoint.paginator = Paginator(
                    apply: { position, request in request.set("offset", position["at"] ?? 0) },
                    next: { position, page, _ in
                        let at = (position["at"]?.int64 ?? 0) + Int64(page.rowCount)
                        let total = position["total"]?.int64 ?? page.value("total")?.int64 ?? 0
                        if page.isEmpty || at >= total { return nil }
                        return ["at": .number(JSONNumber(at)), "total": .number(JSONNumber(total))]
                    })
            }
        },
        ShelfFault("rows-behind-a-smaller-id-dropped", "Takes a smaller id on a page for the end of its rows.", .kit) {
            $0.response = { response, inputs, _, _ in
                guard inputs.schema == "trails" else { return }
                let items = response.items
                response.items = Items { emit in
                    try await items.run(
                        into: Emitter { item, token in
                            let rows = try item.map(Bench.rows) ?? []
                            let kept = zip(rows, [nil] + rows.map(Optional.some)).prefix { row, before in
                                (before?["id"]?.int64 ?? .min) <= (row["id"]?.int64 ?? .max)
                            }
                            try await emit.forward(item.map { _ in .rows(kept.map(\.0)) }, resume: token)
                        })
                }
            }
        },
    ]
}
