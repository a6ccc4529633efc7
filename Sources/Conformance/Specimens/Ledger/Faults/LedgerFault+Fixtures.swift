import Columns
import Tributary

/// Recordings that show less, or more, than they should.
extension LedgerFault {
    static let fixtures: [LedgerFault] = []
}
