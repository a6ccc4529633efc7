import Columns
import Pipeline
import Tributary

/// The source under test, with its hand-overs watched.
struct LabReader: TableReader {
    let source: ConfiguredSource
    let log: EventLog
    let steps: StepCounter
    let plan: Lab.Plan

    var sourceType: String { source.sourceType }
    var nonRetryableErrors: [NonRetryableError] { source.nonRetryableErrors }
    var identity: JSONValue { source.identity }

    func schemas(in context: SourceContext) async throws -> [SourceSchema] { try await source.schemas(in: context) }

    func read(_ inputs: SourceInputs, in context: SourceContext) async throws -> SourceResponse {
        var response = try await source.read(inputs, in: context)
        plan.response(&response)
        let items = response.items
        let count = Lock(0)
        response.items = Items { emit in
            try await items.run(
                into: Emitter { item, token in
                    try plan.onEmit?(item, token)
                    if let item {
                        try steps.pass(.emit)
                        log.append(.emitted(rows: item.rowCount, bytes: item.byteCount, token: token))
                    }
                    try await emit.forward(item, resume: token)
                    guard item != nil else { return }
                    try steps.pass(.taken)
                    log.append(.taken)
                    try await plan.onTaken?(
                        count.withLock {
                            $0 += 1
                            return $0
                        })
                })
        }
        return response
    }
}

extension Item {
    /// The rows where they can be counted without parsing; nil for a JSON page.
    var rowCount: Int? {
        switch self {
        case .row: 1
        case .rows(let rows): rows.count
        case .json: nil
        case .table(let table): table.rowCount
        }
    }

    /// The bytes that the item holds, as far as they can be told at once.
    var byteCount: Int {
        switch self {
        case .row(let row): row.count * 32
        case .rows(let rows): rows.reduce(0) { $0 + $1.count * 32 }
        case .json(let item): item.page.count
        case .table(let table): table.byteCount
        }
    }
}

extension Emitter {
    /// Hands on what came, whatever it is.
    func forward(_ item: Item?, resume token: ResumeToken?) async throws {
        switch (item, token) {
        case (let item?, let token): try await self(item, resume: token)
        case (nil, let token?): try await position(token)
        case (nil, nil): try await safePoint()
        }
    }
}
