import Columns
import Tributary

/// Positions that do not fit the rows.
extension LedgerFault {
    static let resume = [
        LedgerFault("position-ahead-of-emitted-page", "Hands over the position behind a page before the page.", .field)
        {
            $0.response = { response, _, _, _ in response.items = response.items.positionsFirst }
        },
        LedgerFault(
            "resumed-read-starts-over", "Ignores the position it is handed and reads from the beginning.", .kit
        ) {
            $0.inputs = { inputs, _ in inputs.resumeToken = nil }
        },
    ]
}
