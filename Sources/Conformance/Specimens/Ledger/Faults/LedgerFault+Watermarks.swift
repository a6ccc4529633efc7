import Columns
import Foundation
import Tributary

/// Bounds that lose or double rows.
extension LedgerFault {
    static let watermarks = bounds + storedValues + times

    private static let bounds = [
        LedgerFault("bound-from-the-local-clock", "Asks for what is newer than the moment of the sync.", .kit) {
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
            "earliest-value-taken-for-the-bound",
            "Takes the earliest value of an interrupted read for the lower bound of the next.", .kit
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
        LedgerFault("full-refresh-keeps-a-bound", "Sends a fixed lower bound with every request.", .kit) {
            $0.notes = { $0.query = [QueryItem("since", "2025-03-01T01:00:00Z")] }
        },
        LedgerFault(
            "bound-on-the-first-page-only", "Sends the bound with the first page, and not with the others.", .kit
        ) {
            $0.payments = { payments in
                payments.paginator = Paginator(
                    apply: { position, request in
                        if position.isNull { return }
                        request.set("starting_after", position)
                        request.query.removeAll { $0.name == "created_from" }
                    },
                    next: { _, page, _ in
                        page.value("more")?.bool == true ? try page.rows.last?["id"] : nil
                    })
            }
        },
        LedgerFault(
            "epoch-number-on-datetime-field", "Cannot read a stored number as a time, and so asks for everything.",
            .field
        ) {
            $0.inputs = { inputs, _ in
                if case .integer = inputs.watermark.last { inputs.watermark.last = nil }
            }
        },
        LedgerFault(
            "order-that-only-the-declaration-has", "Says that payments come oldest first, which come newest first.",
            .kit
        ) {
            $0.payments = { payments in
                payments.sort = .ascending
                for index in payments.incremental.indices { payments.incremental[index].sort = .ascending }
            }
        },
        LedgerFault("chosen-field-ignored", "Offers a second cursor field and reads by the first.", .kit) {
            $0.schemas = { schemas, _, _ in
                for index in schemas.indices where schemas[index].name == "notes" {
                    schemas[index].incrementalFields.append(.datetime("created_at"))
                }
            }
            $0.inputs = { inputs, _ in
                if inputs.cursorField?.name == "created_at" { inputs.cursorField = .datetime("updated_at") }
            }
        },
        LedgerFault(
            "second-field-bounds-nothing", "Offers a second cursor field, and reads everything when it is chosen.", .kit
        ) {
            $0.schemas = { schemas, _, _ in
                for index in schemas.indices where schemas[index].name == "notes" {
                    schemas[index].incrementalFields.append(.datetime("created_at"))
                }
            }
            $0.inputs = { inputs, _ in
                if inputs.cursorField?.name == "created_at" { inputs.syncType = .fullRefresh }
            }
            $0.response = { response, inputs, _, _ in
                if inputs.cursorField?.name == "created_at" { response.isSorted = false }
            }
        },
        LedgerFault(
            "creation-time-cursor-on-mutable-rows", "Follows the creation of rows that change afterwards.", .field
        ) {
            $0.notes = {
                $0.incremental = [.datetime("created_at", parameter: "created_since", query: ["sort": "created_at"])]
            }
            $0.fixture = { fixture in
                fixture.change("manifest.json", at: ["schemas", "notes", "field"]) { _ in "created_at" }
                fixture.change("model.json", at: ["endpoints"]) { endpoints in
                    var list = endpoints.array ?? []
                    guard var notes = list[0].object else { return endpoints }
                    notes["orderParameters"] = ["sort": ["created_at": ["created_at"]]]
                    notes["filters"] = [["parameter": "created_since", "field": "created_at", "comparison": ">="]]
                    list[0] = .object(notes)
                    return .array(list)
                }
            }
        },
        LedgerFault(
            "next-page-behind-the-last-value", "Asks for the next page by the time of the last row, and a second more.",
            .kit
        ) {
            $0.notes = { notes in
                notes.paginator = Paginator(
                    apply: { position, request in if !position.isNull { request.set("since", position) } },
                    next: { _, page, _ in
                        guard page.value("more")?.bool == true, let last = try page.rows.last?["updated_at"]?.string,
                            let moment = TimestampParser.microseconds(last)
                        else { return nil }
                        return .string(CursorValue.timestamp(moment + 1_000_000).storedText)
                    })
            }
        },
        LedgerFault("recorded-server-ignores-the-bound", "Sends a parameter that the recorded server ignores.", .kit) {
            $0.fixture = { fixture in
                fixture.change("t0.har", at: ["log", "entries"]) { entries in
                    let changed = (entries.array ?? []).map { entry -> JSONValue in
                        guard entry["_id"]?.string == "notes-since", var object = entry.object,
                            var request = object["request"]?.object
                        else { return entry }
                        request["url"] = .string(
                            (request["url"]?.string ?? "").replacing(
                                "since=2025-03-01T01:00:00Z", with: "since=2025-03-01T02:00:00Z"))
                        object["request"] = .object(request)
                        return .object(object)
                    }
                    return .array(changed)
                }
            }
        },
        LedgerFault("archived-rows-left-out", "Asks for archived rows in a full refresh alone.", .field) {
            $0.notes = { notes in
                notes.incremental = [
                    .datetime(
                        "updated_at", parameter: "since", query: ["sort": "updated_at", "archived": "false"])
                ]
            }
        },
    ]

    private static let storedValues = [
        LedgerFault("watermark-from-the-local-clock", "Fills the cursor column from the clock.", .kit) {
            $0.response = { response, _, _, context in
                let now = JSONValue.string(CursorValue.timestamp(context.clock.now).storedText)
                response.items = response.items.rewriting { if $0["updated_at"] != nil { $0["updated_at"] = now } }
            }
        },
        LedgerFault("heartbeat-row-when-nothing-is-new", "Makes up a row when nothing came.", .kit) {
            $0.response = { response, inputs, _, context in
                guard inputs.syncType == .incremental, inputs.schema == "notes" else { return }
                let now = JSONValue.string(CursorValue.timestamp(context.clock.now).storedText)
                response.items = response.items.never(
                    empty: JSONObject([("id", "heartbeat"), ("updated_at", now), ("created_at", now)]))
            }
        },
        LedgerFault(
            "mixed-type-watermark-accepts-older", "Hands the same field over as a number at times, and as a text.",
            .field
        ) {
            $0.response = { response, inputs, _, _ in
                guard inputs.schema == "notes", inputs.watermark.last != nil else { return }
                response.items = response.items.rewriting { row in
                    guard let text = row["updated_at"]?.string, let moment = TimestampParser.microseconds(text) else {
                        return
                    }
                    row["updated_at"] = .number(JSONNumber(moment / 1_000_000))
                }
            }
        },
        LedgerFault("cursor-fraction-truncated", "Cuts the parts of a second off, and asks for what is later.", .field)
        {
            $0.inputs = { inputs, _ in
                if case .timestamp(let moment) = inputs.watermark.last {
                    inputs.watermark.last = .timestamp(moment + 1)
                }
            }
            $0.response = { response, _, _, _ in
                response.items = response.items.rewriting { row in
                    guard let text = row["updated_at"]?.string, let moment = TimestampParser.microseconds(text) else {
                        return
                    }
                    row["updated_at"] = .string(CursorValue.timestamp(moment / 1_000_000 * 1_000_000).storedText)
                }
            }
        },
        LedgerFault("empty-increment-read-again-in-full", "Reads everything again when an increment is empty.", .kit) {
            $0.response = { response, inputs, config, context in
                guard inputs.schema == "notes", inputs.watermark.last != nil else { return }
                let source = LedgerSource()
                var all = inputs
                all.watermark = Watermark()
                var plain = config
                plain.fault = nil
                let again = try await source.read(all, with: plain, in: context).items
                response.items = response.items.followed(whenEmptyBy: again)
            }
        },
        LedgerFault("foreign-position-read-as-the-end", "Takes a position that it cannot read for the end.", .kit) {
            $0.inputs = { inputs, _ in
                guard let token = inputs.resumeToken, token.value["v"]?.int64 != 1 else { return }
                inputs.resumeToken = nil
                inputs.schemaMetadata = "foreign position"
            }
            $0.response = { response, inputs, _, _ in
                if inputs.schemaMetadata == "foreign position" { response.items = Items { _ in } }
            }
        },
        LedgerFault(
            "null-cursor-rows-never-read",
            "Asks from 1970 on in the first incremental sync, which leaves out rows "
                + "without a value.", .field
        ) {
            $0.inputs = { inputs, _ in
                if inputs.syncType == .incremental, inputs.watermark.last == nil {
                    inputs.watermark.last = .timestamp(0)
                }
            }
        },
        LedgerFault(
            "late-commit-below-watermark", "Asks from the stored value on, without the lookback.", .field
        ) {
            $0.inputs = { inputs, _ in inputs.watermark.last = inputs.storedLast }
        },
        LedgerFault(
            "future-dated-row-poisons-watermark",
            "Asks from the stored value on, also where a row has moved it ahead of the present.", .field
        ) {
            $0.inputs = { inputs, context in
                guard let stored = inputs.storedLast, case .timestamp(let moment) = stored, moment > context.clock.now
                else { return }
                inputs.watermark.last = stored
            }
        },
        LedgerFault(
            "sync-mode-switch-leaves-gap",
            "Begins at the moment of the change when a table is appended to that was merged before.", .field
        ) {
            $0.inputs = { inputs, context in
                guard inputs.syncType == .append, inputs.watermark.last != nil else { return }
                inputs.watermark.last = .timestamp(context.clock.now)
            }
        },
        LedgerFault(
            "lookback-from-wrong-bound", "Takes the lookback off the start of history instead of the stored value.",
            .field
        ) {
            $0.inputs = { inputs, _ in
                guard let stored = inputs.storedLast else { return }
                let start = CursorValue.timestamp(1_735_689_600_000_000)
                inputs.watermark.last = CursorValue.maximum(stored, start) ?? stored
            }
        },
        LedgerFault(
            "watermark-beyond-sync-start",
            "Reads a list in the order of its keys, and stores the greatest change that it saw at its end.", .field
        ) {
            $0.notes = { $0.incremental = [.datetime("updated_at", parameter: "since", sort: .unsorted)] }
            $0.response = { response, _, _, _ in response.items = response.items.withoutPositions }
        },
        LedgerFault(
            "resume-id-without-window-bound", "Goes on behind the last key, without the time up to which it had read.",
            .field
        ) {
            $0.notes = { $0.incremental = [.datetime("updated_at", parameter: "since", sort: .unsorted)] }
        },
    ]
}

extension Items {
    /// Other items if these are none.
    fileprivate func followed(whenEmptyBy others: Items) -> Items {
        Items { emit in
            let count = Lock(0)
            try await run(
                into: Emitter { item, token in
                    let rows = try item.map(Bench.rows)?.count ?? 0
                    count.withLock { $0 += rows }
                    try await emit.forward(item, resume: token)
                })
            if count.withLock({ $0 }) == 0 { try await others.run(into: emit) }
        }
    }
}

extension Paginator {
    /// The ledger's own way from page to page, with its requests changed.
    static func notes(
        _ change: @escaping @Sendable (JSONValue, inout RESTRequest) -> Void
    ) -> Paginator {
        Paginator(
            apply: { position, request in
                if !position.isNull { request.set("after", position) }
                change(position, &request)
            },
            next: { _, page, _ in page.value("more")?.bool == true ? page.value("next") : nil })
    }
}
