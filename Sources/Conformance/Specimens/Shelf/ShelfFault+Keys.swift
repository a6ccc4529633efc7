import Columns
import Pipeline
import Tributary

/// Rows that cannot be told apart.
extension ShelfFault {
    static let keys = [
        ShelfFault("integers-above-2-53-rounded", "Passes the ids through a double.", .field) {
            $0.response = { response, _, _, _ in
                response.items = response.items.rewriting { row in
                    guard let id = row["id"]?.double, let whole = Int64(exactly: id) else { return }
                    row["id"] = .number(JSONNumber(whole))
                }
            }
        },
        ShelfFault("deletion-without-key", "Reports deleted entries without the shelf that they stood on.", .kit) {
            $0.response = { response, _, _, _ in
                response.items = response.items.rewriting { row in
                    if row["deleted"]?.bool == true { row["shelf"] = nil }
                }
            }
        },
        ShelfFault(
            "key-change-event-split",
            "Goes on behind the moment of the last row, though a change of a key is two rows of one moment.", .field
        ) {
            $0.inputs = { if $0.schema == "entries" { $0.resumeToken = nil } }
            $0.response = { response, inputs, _, _ in
                guard inputs.schema == "entries" else { return }
                response.items = response.items.positionedByMoment(after: inputs.resumeToken?.value["moment"]?.string)
            }
        },
        ShelfFault("duplicates-sought-on-the-first-page", "Looks for duplicate keys on the first page only.", .kit) {
            $0.response = { response, inputs, client, _ in
                guard inputs.schema == "catalog", inputs.syncType == .incremental else { return }
                let page = try await client.get("/v1/catalog", query: ["limit": "100"])
                let ids = (page["data"]?.array ?? []).compactMap { $0["id"]?.int64 }
                response.hasDuplicatePrimaryKeys = Set(ids).count < ids.count
            }
        },
        ShelfFault("report-of-duplicates-ignored", "A runtime that does not look at a report of duplicate keys.", .kit)
        {
            $0.runtime.reader = { DeafReader(base: $0) }
        },
        ShelfFault(
            "keyless-table-reappends", "Declares no key, on a runtime that then numbers the rows of each run.", .field
        ) {
            $0.endpoint = { if $0.name == "catalog" { $0.primaryKeys = [] } }
            $0.runtime.reader = { NumberingReader(base: $0) }
        },
    ]
}

extension Items {
    /// Row by row, each with its moment as the position behind it; rows up to a moment are left out.
    fileprivate func positionedByMoment(after start: String?) -> Items {
        Items { emit in
            try await run(
                into: Emitter { item, _ in
                    for row in try item.map(Bench.rows) ?? [] {
                        let moment = row["updated_at"]?.string ?? ""
                        if let start, moment <= start { continue }
                        try await emit(.row(row), resume: ResumeToken(["moment": .string(moment)]))
                    }
                })
        }
    }
}

/// Does not hear of duplicates.
private struct DeafReader: TableReader {
    let base: any TableReader
    var sourceType: String { base.sourceType }
    var nonRetryableErrors: [NonRetryableError] { base.nonRetryableErrors }
    var identity: JSONValue { base.identity }

    func schemas(in context: SourceContext) async throws -> [SourceSchema] { try await base.schemas(in: context) }

    func read(_ inputs: SourceInputs, in context: SourceContext) async throws -> SourceResponse {
        var response = try await base.read(inputs, in: context)
        response.hasDuplicatePrimaryKeys = false
        return response
    }
}
