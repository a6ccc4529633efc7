import Columns
import Tributary

/// Claims that are not so.
extension LedgerFault {
    static let documentation: [LedgerFault] = []
}
