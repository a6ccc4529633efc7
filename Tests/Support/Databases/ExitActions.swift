import Foundation
import Tributary

/// Work to be done when the test process ends, such as stopping a server that all tests share.
enum ExitActions {
    private static let actions = Lock<[@Sendable () -> Void]>([])
    private static let isRegistered: Bool = {
        atexit { ExitActions.runAll() }
        return true
    }()

    static func add(_ action: @escaping @Sendable () -> Void) {
        _ = isRegistered
        actions.withLock { $0.append(action) }
    }

    private static func runAll() {
        let all = actions.withLock { actions in
            defer { actions = [] }
            return actions
        }
        for action in all.reversed() { action() }
    }
}
