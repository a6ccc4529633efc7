import Columns
import Tributary

/// The ledger, in an object that remembers: which rows it has handed over, which table is being read, or which was not
/// read to its end.
struct RememberingSpecimen: DerivedSource {
    typealias Original = LedgerSource

    private let seen = Lock<Set<String>>([])
    private let reading = Lock("")
    private let unfinished = Lock<String?>(nil)

    init() {}

    func read(_ inputs: SourceInputs, with config: Config, in context: SourceContext) async throws -> SourceResponse {
        var response = try await LedgerSource().read(inputs, with: config, in: context)
        let items = response.items
        let table = inputs.schema
        switch config.fault {
        case "rows-remembered-between-reads":
            response.items = items.filtering { [seen] row in
                let id = row["id"]?.string ?? ""
                return seen.withLock { $0.insert(id).inserted }
            }
        case "interrupted-run-skips-other-streams":
            response.items = Items { [unfinished] emit in
                // Goes on with the table that was under way, and passes over all others.
                guard unfinished.withLock({ $0 ?? table }) == table else { return }
                unfinished.withLock { $0 = table }
                try await items.run(into: emit)
                unfinished.withLock { $0 = nil }
            }
        default:
            response.items = Items { [reading] emit in
                reading.withLock { $0 = table }
                // A page is dropped when another table's read has begun meanwhile.
                try await items.filtering { _ in reading.withLock { $0 == table } }.run(into: emit)
            }
        }
        return response
    }
}

extension Items {
    /// The items without the rows that a test refuses.
    func filtering(_ keeps: @escaping @Sendable (Row) -> Bool) -> Items {
        Items { emit in
            try await run(
                into: Emitter { item, token in
                    let rows = try item.map(Bench.rows)?.filter(keeps)
                    try await emit.forward(rows.map { .rows($0) }, resume: token)
                })
        }
    }
}
