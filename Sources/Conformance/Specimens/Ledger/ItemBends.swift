import Columns
import Tributary

/// How faults bend what a source hands over.
extension Items {
    var withoutPositions: Items {
        Items { emit in
            try await run(into: Emitter { item, _ in try await emit.forward(item, resume: nil) })
        }
    }

    var positionsFirst: Items {
        Items { emit in
            try await run(
                into: Emitter { item, token in
                    if let token { try await emit.position(token) }
                    if let item { try await emit(item) }
                })
        }
    }

    var gathered: Items {
        Items { emit in
            let rows = Lock<[Row]>([])
            try await run(
                into: Emitter { item, _ in
                    let new = try item.map(Bench.rows) ?? []
                    rows.withLock { $0 += new }
                })
            try await emit(.rows(rows.withLock { $0 }))
        }
    }

    /// Begins anew when it fails, and hands over again what it had handed over.
    var twice: Items {
        Items { emit in
            do {
                try await run(into: emit)
            } catch is SourceError {
                try await run(into: emit)
            }
        }
    }

    func never(empty row: Row) -> Items {
        Items { emit in
            let count = Lock(0)
            try await run(
                into: Emitter { item, token in
                    let rows = try item.map(Bench.rows)?.count ?? 0
                    count.withLock { $0 += rows }
                    try await emit.forward(item, resume: token)
                })
            if count.withLock({ $0 }) == 0 { try await emit(.row(row)) }
        }
    }

    func rewriting(_ change: @escaping @Sendable (inout Row) -> Void) -> Items {
        Items { emit in
            try await run(
                into: Emitter { item, token in
                    let rows = try item.map(Bench.rows)?.map { row in
                        var row = row
                        change(&row)
                        return row
                    }
                    try await emit.forward(rows.map { .rows($0) }, resume: token)
                })
        }
    }
}
