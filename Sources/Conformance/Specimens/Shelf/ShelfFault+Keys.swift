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

/// Gives the rows of a table without a key numbers of its own, so that no merge ever finds one again.
private struct NumberingReader: TableReader {
    let base: any TableReader
    var sourceType: String { base.sourceType }
    var nonRetryableErrors: [NonRetryableError] { base.nonRetryableErrors }
    var identity: JSONValue { base.identity }

    func schemas(in context: SourceContext) async throws -> [SourceSchema] { try await base.schemas(in: context) }

    func read(_ inputs: SourceInputs, in context: SourceContext) async throws -> SourceResponse {
        var response = try await base.read(inputs, in: context)
        guard response.primaryKeys.isEmpty else { return response }
        let run = inputs.runID
        let count = Lock(0)
        response.primaryKeys = ["row_number"]
        response.items = response.items.rewriting { row in
            let number = count.withLock { count in
                count += 1
                return count
            }
            row["row_number"] = .string("\(run)-\(number)")
        }
        return response
    }
}
