import Columns
import Tributary

/// Types that are told wrongly, or change.
extension LedgerFault {
    static let types: [LedgerFault] = []
}
