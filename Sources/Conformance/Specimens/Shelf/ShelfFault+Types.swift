import Columns
import Tributary

/// Types that are told wrongly, or change.
extension ShelfFault {
    static let types: [ShelfFault] = []
}
