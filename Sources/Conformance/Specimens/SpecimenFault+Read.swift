import Columns
import Tributary

// What a fault does to a read.
extension SpecimenFault {
    func bend(_ inputs: inout SourceInputs, now: Int64) {
        switch self {
        case .watermarkBeyondSyncStart:
            if inputs.watermark.last != nil { inputs.watermark.last = .timestamp(now) }
        case .cursorRoundedUp:
            if case .timestamp(let moment) = inputs.watermark.last {
                inputs.watermark.last = .timestamp(moment + 1_000_000)
            }
        case .descendingRestart:
            inputs.resumeToken = nil
            if inputs.watermark.last == nil, let earliest = inputs.watermark.earliest {
                inputs.watermark = Watermark(last: earliest)
            }
        case .resumedReadStartsOver: inputs.resumeToken = nil
        default: break
        }
    }

    func bend(
        _ response: inout SourceResponse, _ inputs: SourceInputs, _ config: SpecimenSource.Config, now: Int64
    ) {
        let items = response.items
        let moment = CursorValue.timestamp(now).storedText
        switch self {
        case .descendingRestart:
            response.supportsResume = false
            response.items = items.withoutPositions
        case .positionAhead: response.items = items.positionsFirst
        case .wholeListInOneItem: response.items = items.gathered
        case .heartbeatRow:
            if inputs.syncType == .incremental, inputs.schema == "notes" {
                response.items = items.never(
                    empty: JSONObject([
                        ("id", "heartbeat"), ("updated_at", .string(moment)), ("created_at", .string(moment)),
                    ]))
            }
        case .rowVariants:
            response.items = items.rewriting { row in
                guard row["id"]?.string?.hasSuffix("5") == true else { return }
                row["note_id"] = row["id"]
                row["id"] = nil
            }
        case .watermarkFromClock:
            response.items = items.rewriting { row in
                if row["updated_at"] != nil { row["updated_at"] = .string(moment) }
            }
        case .volatileKey:
            response.items = items.rewriting { row in row["id"] = row["id"]?.string.map { .string("\($0)-\(now)") } }
        case .partitionByTheRun: response.items = items.rewriting { $0["shard"] = .string(moment) }
        case .columnNamesCollide:
            response.items = items.rewriting { row in
                row["userId"] = "u1"
                row["user_id"] = "u2"
            }
        case .credentialsInsideRows:
            response.items = items.rewriting { $0["request_key"] = .string(config.apiKey.revealed) }
        default: break
        }
    }
}

extension Items {
    fileprivate var withoutPositions: Items {
        Items { emit in
            try await run(into: Emitter { item, _ in try await emit.forward(item, resume: nil) })
        }
    }

    fileprivate var positionsFirst: Items {
        Items { emit in
            try await run(
                into: Emitter { item, token in
                    if let token { try await emit.position(token) }
                    if let item { try await emit(item) }
                })
        }
    }

    fileprivate var gathered: Items {
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

    fileprivate func never(empty row: Row) -> Items {
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

    fileprivate func rewriting(_ change: @escaping @Sendable (inout Row) -> Void) -> Items {
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

/// Takes a body that is no JSON for an empty page.
struct LenientClient: HTTPClient {
    let base: any HTTPClient

    func send(_ request: HTTPRequest) async throws -> HTTPResponse {
        var response = try await base.send(request)
        let body = try await response.body.collect()
        let isWhole = (try? JSONValue(parsing: body)) != nil
        response.body = HTTPBody(isWhole ? body : Array(#"{"data": [], "more": false}"#.utf8))
        return response
    }
}
