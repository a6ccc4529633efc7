import Columns
import Tributary

extension LedgerFault {
    /// Faults of how far back a first read goes.
    static let history = [
        LedgerFault("history-start-ignored", "Reads all there ever was, whatever start of history it is handed.") {
            $0.inputs = { inputs, _ in inputs.historyStart = nil }
        },
        LedgerFault("history-start-moved-to-now", "Begins at the moment of the sync where a start of history is given.")
        {
            $0.inputs = { inputs, context in
                if inputs.historyStart != nil { inputs.historyStart = .timestamp(context.clock.now) }
            }
        },
    ]
}
