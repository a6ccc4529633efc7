import Columns
import Tributary

extension LedgerFault {
    /// Faults of how far back a first read goes.
    static let history = [
        LedgerFault("history-start-excluded", "Leaves out what lies at the very moment that history begins with.") {
            $0.inputs = { inputs, _ in
                guard case .timestamp(let moment)? = inputs.historyStart else { return }
                inputs.historyStart = .timestamp(moment + 1_000_000)
            }
        },
        LedgerFault("history-start-moved-to-now", "Begins at the moment of the sync where a start of history is given.")
        {
            $0.inputs = { inputs, context in
                if inputs.historyStart != nil { inputs.historyStart = .timestamp(context.clock.now) }
            }
        },
        LedgerFault("history-start-ignored", "Reads all history, whatever start of it is given.") {
            $0.inputs = { inputs, _ in inputs.historyStart = nil }
        },
    ]
}
