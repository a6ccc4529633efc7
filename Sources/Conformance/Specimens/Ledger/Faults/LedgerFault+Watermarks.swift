import Columns
import Tributary

/// Bounds that lose or double rows.
extension LedgerFault {
    static let watermarks = [
        LedgerFault("watermark-beyond-sync-start", "Asks for what is newer than the moment of the sync.", .field) {
            $0.inputs = { inputs, context in
                if inputs.watermark.last != nil { inputs.watermark.last = .timestamp(context.clock.now) }
            }
        },
        LedgerFault("cursor-rounded-up-hides-rows", "Asks from one second after the stored value on.", .field) {
            $0.inputs = { inputs, _ in
                if case .timestamp(let moment) = inputs.watermark.last {
                    inputs.watermark.last = .timestamp(moment + 1_000_000)
                }
            }
        },
        LedgerFault(
            "descending-restart-stores-resume-point",
            "Takes the earliest value of an interrupted read for the lower bound of the next.", .field
        ) {
            $0.inputs = { inputs, _ in
                inputs.resumeToken = nil
                if inputs.watermark.last == nil, let earliest = inputs.watermark.earliest {
                    inputs.watermark = Watermark(last: earliest)
                }
            }
            $0.response = { response, _, _, _ in
                response.supportsResume = false
                response.items = response.items.withoutPositions
            }
        },
        LedgerFault(
            "ascending-checkpoint-on-unordered-rows", "Declares ascending order and does not ask the API for it.",
            .field
        ) {
            $0.notes = { $0.incremental = [.datetime("updated_at", parameter: "since")] }
        },
        LedgerFault("watermark-from-the-local-clock", "Fills the cursor column from the clock.", .kit) {
            $0.response = { response, _, _, context in
                let now = JSONValue.string(CursorValue.timestamp(context.clock.now).storedText)
                response.items = response.items.rewriting { if $0["updated_at"] != nil { $0["updated_at"] = now } }
            }
        },
        LedgerFault("full-refresh-keeps-a-bound", "Sends a fixed lower bound with every request.", .kit) {
            $0.notes = { $0.query = [QueryItem("since", "2025-03-01T01:00:00Z")] }
        },
        LedgerFault("heartbeat-row-when-nothing-is-new", "Makes up a row when nothing came.", .kit) {
            $0.response = { response, inputs, _, context in
                guard inputs.syncType == .incremental, inputs.schema == "notes" else { return }
                let now = JSONValue.string(CursorValue.timestamp(context.clock.now).storedText)
                response.items = response.items.never(
                    empty: JSONObject([("id", "heartbeat"), ("updated_at", now), ("created_at", now)]))
            }
        },
    ]
}
