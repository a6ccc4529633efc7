import Columns
import Pipeline
import Tributary

/// Gives the rows of a table without a key numbers of its own, so that no merge ever finds one again.
struct NumberingReader: TableReader {
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
