import Conformance
import Foundation
import Tributary

/// The bar of a running `tributary check`, on a terminal's error stream; nothing elsewhere.
final class CheckProgress: Sendable {
    private let total: Int
    private let failures = Lock(0)
    private let drawnAt = Lock<ContinuousClock.Instant?>(nil)

    init(total: Int) { self.total = total }

    /// Counts a case that has ended.
    func advance(_ result: CheckResult, done: Int) {
        guard Console.errorIsTerminal else { return }
        let failed = failures.withLock { failures in
            if result.isFailure(strict: false) { failures += 1 }
            return failures
        }
        let isDue = drawnAt.withLock { drawnAt in
            let now = ContinuousClock.now
            if let last = drawnAt, now - last < .milliseconds(80), done < total { return false }
            drawnAt = now
            return true
        }
        if isDue { draw(done, failed, result.item.id) }
    }

    private func draw(_ done: Int, _ failed: Int, _ name: String) {
        let filled = total == 0 ? 20 : done * 20 / total
        let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: 20 - filled)
        let failures = failed == 0 ? "" : ", \(failed) failed"
        Console.rewriteLine(String("\(bar)  \(done) of \(total)\(failures)  \(name)".prefix(Console.width - 1)))
    }

    /// Removes the bar.
    func clear() {
        if Console.errorIsTerminal { Console.rewriteLine("") }
    }
}
