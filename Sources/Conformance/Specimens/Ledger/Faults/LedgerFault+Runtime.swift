import Columns
import Lake
import Pipeline
import Tributary

/// A runtime that saves at another time, or something else: the source is right.
extension LedgerFault {
    /// The moment of the fixture.
    fileprivate static let now: Int64 = 1_741_586_400

    static let runtime = [
        LedgerFault("watermark-stamped-on-failure", "Stores the present as the last value when a run fails.", .field) {
            $0.runtime.ending = { ending in
                if ending.succeeded { return ending.files }
                return StoredState.changing(ending.files) { state in
                    state.setMark("last", toSeconds: now)
                    state.dropPosition()
                }
            }
        },
        LedgerFault(
            "watermark-computed-before-write",
            "Takes the greatest value of a batch before it is written, and keeps it when the write fails.", .field
        ) {
            $0.runtime.perRun = { .keepingMaximum }
        },
        LedgerFault(
            "checkpoint-kept-after-completion", "Leaves the position in the state of a run that has come to its end.",
            .field
        ) {
            $0.runtime.perRun = { .keepingPosition }
        },
        LedgerFault(
            "staged-watermark-displaced-by-retry",
            "Loses the last value of a run that was interrupted: the next attempt stages its own.", .field
        ) {
            $0.runtime.ending = { ending in
                let wasInterrupted = StoredState.newest(in: ending.before)?("isComplete").bool == false
                guard ending.succeeded, wasInterrupted else { return ending.files }
                return StoredState.changing(ending.files) { $0["last"] = nil }
            }
        },
        LedgerFault(
            "descending-restart-stores-resume-point",
            "Computes the last value of a read that was interrupted from the rows after the interruption alone.", .field
        ) {
            $0.runtime.ending = { ending in
                if ending.succeeded { return ending.files }
                return StoredState.changing(ending.files) { $0["top"] = nil }
            }
        },
        LedgerFault("watermark-of-the-last-row", "Stores the cursor value of the row that came last.", .kit) {
            $0.runtime.perRun = { .keepingLastRow }
        },
        LedgerFault(
            "saved-before-the-hand-over-is-confirmed",
            "Stores a position as soon as it is known, while its rows wait in a buffer.", .kit
        ) {
            $0.runtime.reader = { base in
                BentReader(base: base, response: { response, _ in response.items = response.items.oneBehind })
            }
        },
        LedgerFault("failed-save-swallowed", "Logs the error of a commit and goes on.", .kit) {
            $0.runtime.lake = { base in
                BentStorage(base: base) { path, bytes, base in
                    do { return try await base.putIfAbsent(path, bytes) } catch is LakeError { return true }
                }
            }
        },
        LedgerFault("failed-refresh-empties-table", "Clears the table before a refresh reads its first row.", .field) {
            $0.runtime.ending = { ending in
                let isBounded = ending.log.requests.contains { request in
                    ["since", "created_from", "created_to"].contains {
                        (try? ModelCall(request.request))?.parameter($0) != nil
                    }
                }
                if ending.succeeded || isBounded || ending.before.isEmpty { return ending.files }
                return ending.files.filter { $0.key.contains("/_tributary/stage/") || !$0.key.contains("/_delta_log/") }
            }
        },
        LedgerFault(
            "resumed-full-refresh-keeps-old-rows", "Adds the rows of a resumed refresh to the old table.", .field
        ) {
            $0.runtime.perRun = { .addingToOld }
        },
    ]
}

extension LabRuntime {
    /// On failure the greatest value that was handed over counts as stored.
    fileprivate static var keepingMaximum: LabRuntime {
        let greatest = Lock<Int64?>(nil)
        var runtime = LabRuntime()
        runtime.reader = { base in
            BentReader(
                base: base,
                response: { response, _ in
                    response.items = response.items.noting { row in
                        greatest.withLock { $0 = [$0, row.position].compactMap { $0 }.max() }
                    }
                })
        }
        runtime.ending = { ending in
            guard !ending.succeeded, let seconds = greatest.withLock({ $0 }) else { return ending.files }
            return StoredState.changing(ending.files) { state in
                state.setMark("last", toSeconds: seconds)
                state.dropPosition()
            }
        }
        return runtime
    }

    /// The last row's value is stored, whatever the greatest is.
    fileprivate static var keepingLastRow: LabRuntime {
        let last = Lock<Int64?>(nil)
        var runtime = LabRuntime()
        runtime.reader = { base in
            BentReader(
                base: base,
                response: { response, _ in
                    response.items = response.items.noting { row in last.withLock { $0 = row.position ?? $0 } }
                })
        }
        runtime.ending = { ending in
            guard ending.succeeded, let seconds = last.withLock({ $0 }) else { return ending.files }
            return StoredState.changing(ending.files) { $0.setMark("last", toSeconds: seconds) }
        }
        return runtime
    }

    /// The newest position that was stored in mid-run stays when the run is complete.
    fileprivate static var keepingPosition: LabRuntime {
        let position = Lock<JSONValue?>(nil)
        var runtime = LabRuntime()
        runtime.lake = { base in
            BentStorage(base: base) { path, bytes, base in
                if let state = StoredState.newest(in: [path: bytes]), let resume = state.value["resume"], !resume.isNull
                {
                    position.withLock { $0 = resume }
                }
                return try await base.putIfAbsent(path, bytes)
            }
        }
        runtime.ending = { ending in
            guard ending.succeeded, let resume = position.withLock({ $0 }) else { return ending.files }
            return StoredState.changing(ending.files) { $0["resume"] = resume }
        }
        return runtime
    }

    /// The commit that publishes a rebuild leaves the old files in, if the rebuild had been interrupted.
    fileprivate static var addingToOld: LabRuntime {
        let wasInterrupted = Lock(false)
        var runtime = LabRuntime()
        runtime.reader = { base in
            BentReader(
                base: base,
                inputs: { inputs in
                    if inputs.resumeToken != nil { wasInterrupted.withLock { $0 = true } }
                })
        }
        runtime.lake = { base in
            BentStorage(base: base) { path, bytes, base in
                guard wasInterrupted.withLock({ $0 }), path.contains("_delta_log"),
                    !path.contains("/_tributary/stage/")
                else { return try await base.putIfAbsent(path, bytes) }
                let lines = bytes.split(separator: UInt8(ascii: "\n")).filter { line in
                    (try? JSONValue(parsing: Array(line)))?["remove"] == nil
                }
                return try await base.putIfAbsent(path, Array(lines.joined(separator: [UInt8(ascii: "\n")])))
            }
        }
        return runtime
    }
}

extension Items {
    /// Tells each row before it is handed on.
    fileprivate func noting(_ note: @escaping @Sendable (JSONObject) -> Void) -> Items {
        Items { emit in
            try await run(
                into: Emitter { item, token in
                    for row in try item.map(Bench.rows) ?? [] { note(row) }
                    try await emit.forward(item, resume: token)
                })
        }
    }

    /// Each item waits for the next one; positions do not.
    fileprivate var oneBehind: Items {
        Items { emit in
            let held = Lock<Item?>(nil)
            try await run(
                into: Emitter { item, token in
                    let before = held.withLock { held in
                        defer { if let item { held = item } }
                        return item == nil ? nil : held
                    }
                    try await emit.forward(before, resume: token)
                })
            if let last = held.withLock({ $0 }) { try await emit(last) }
        }
    }
}

extension JSONObject {
    /// The ledger's cursor value in seconds since 1970.
    fileprivate var position: Int64? {
        self["created"]?.int64
            ?? self["updated_at"]?.string.flatMap { TimestampParser.microseconds($0) }.map { $0 / 1_000_000 }
    }
}
