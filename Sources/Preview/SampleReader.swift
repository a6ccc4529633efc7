import Columns
import Pipeline
import Tributary

/// A source whose reads end after some rows, as if there were no more.
struct SampleReader: TableReader {
    let base: any TableReader
    let limit: Int
    let isCut: Lock<Bool>

    /// Ends a read from inside.
    private struct Enough: Error {}

    var sourceType: String { base.sourceType }
    var nonRetryableErrors: [NonRetryableError] { base.nonRetryableErrors }
    var identity: JSONValue { base.identity }

    func schemas(in context: SourceContext) async throws -> [SourceSchema] { try await base.schemas(in: context) }

    func read(_ inputs: SourceInputs, in context: SourceContext) async throws -> SourceResponse {
        var response = try await base.read(inputs, in: context)
        let items = response.items
        let limit = limit
        let isCut = isCut
        response.items = Items { emit in
            let count = Lock(0)
            do {
                try await items.run(
                    into: Emitter { item, _ in
                        // Positions are left out: a sample is never resumed.
                        guard let item else { return try await emit.safePoint() }
                        try await emit(item)
                        let added = item.rowCount
                        let rows = count.withLock {
                            $0 += added
                            return $0
                        }
                        if rows >= limit { throw Enough() }
                    })
            } catch is Enough {
                isCut.withLock { $0 = true }
            }
        }
        return response
    }
}

extension Item {
    /// The rows, of which a page of JSON may have none or many.
    fileprivate var rowCount: Int {
        switch self {
        case .row: 1
        case .rows(let rows): rows.count
        case .table(let table): table.rowCount
        case .json(let item): (try? JSONPage(item.page).count(at: item.rows)) ?? 1
        }
    }
}
