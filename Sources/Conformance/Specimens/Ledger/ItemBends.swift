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

    /// Each position holds the keys of all rows before it.
    var rememberingRows: Items {
        Items { emit in
            let keys = Lock<[JSONValue]>([])
            try await run(
                into: Emitter { item, token in
                    let new = try item.map(Bench.rows)?.compactMap { $0["id"] } ?? []
                    let known = keys.withLock { keys in
                        keys += new
                        return keys
                    }
                    var value = token?.value.object
                    value?["seen"] = .array(known)
                    try await emit.forward(item, resume: value.map { ResumeToken(.object($0)) })
                })
        }
    }

    /// Each position holds the id of the last row before it.
    var withLastKey: Items {
        Items { emit in
            try await run(
                into: Emitter { item, token in
                    var value = token?.value.object
                    value?["last"] = try item.map(Bench.rows)?.last?["id"]
                    try await emit.forward(item, resume: value.map { ResumeToken(.object($0)) })
                })
        }
    }

    /// A task of its own runs ahead of what is taken.
    var prefetched: Items {
        Items { emit in
            let (pages, feed) = AsyncThrowingStream<Item, any Error>.makeStream()
            let reader = Task {
                do {
                    try await run(into: Emitter { item, _ in if let item { feed.yield(item) } })
                    feed.finish()
                } catch {
                    feed.finish(throwing: error)
                }
            }
            defer { reader.cancel() }
            for try await page in pages { try await emit(page) }
        }
    }

    /// Full fours alone.
    var byFours: Items {
        Items { emit in
            let waiting = Lock<[Row]>([])
            try await run(
                into: Emitter { item, _ in
                    let new = try item.map(Bench.rows) ?? []
                    let full = waiting.withLock { rows in
                        rows += new
                        let count = rows.count / 4 * 4
                        defer { rows.removeFirst(count) }
                        return Array(rows.prefix(count))
                    }
                    if !full.isEmpty { try await emit(.rows(full)) }
                })
        }
    }

    func keeping(_ isKept: @escaping @Sendable (Row) -> Bool) -> Items {
        Items { emit in
            try await run(
                into: Emitter { item, token in
                    let rows = try item.map(Bench.rows)?.filter(isKept)
                    try await emit.forward(rows.map { .rows($0) }, resume: token)
                })
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
