import Columns
import Tributary

/// Tables that are listed wrongly.
extension LedgerFault {
    static let discovery: [LedgerFault] = []
}
