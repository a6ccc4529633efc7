import Columns
import Tributary

/// What is held too long, or too much of it.
extension LedgerFault {
    static let memory = [
        LedgerFault("whole-list-in-one-item", "Gathers all pages and hands them over at once.", .field) {
            $0.response = { response, _, _, _ in response.items = response.items.gathered }
        }
    ]
}
