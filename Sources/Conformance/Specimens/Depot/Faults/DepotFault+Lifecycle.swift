import Columns
import Tributary

// What is left behind, and what is made of errors.
extension DepotFault {
    static let lifecycle: [DepotFault] = [
        DepotFault("connection-not-closed-on-error", "Closes the connection on the good path alone.", .field) {
            $0.closesOnError = false
        },
        DepotFault("lost-connection-taken-for-the-end", "Takes a failing page for one without rows.", .kit) { bend in
            bend.forgives = { ($0 as? SourceError)?.kind == .upstreamFailure }
        },
    ]
}
