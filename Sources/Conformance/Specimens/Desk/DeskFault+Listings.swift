import Columns
import Tributary

/// Tables that are listed wrongly.
extension DeskFault {
    static let listings: [DeskFault] = []
}
