import Foundation
import Tributary

/// Progress of one table: a bar that is redrawn on a terminal, a plain line now and then elsewhere.
final class ProgressLine: Sendable {
    private struct State {
        var rows = 0
        var expectedRows: Int?
        var drawnAt: ContinuousClock.Instant?
    }

    private let label: String
    private let isQuiet: Bool
    private let started = ContinuousClock.now
    private let state = Lock(State())

    /// Makes a line for `label`; `isQuiet` shows nothing, as beside `--json`.
    init(label: String, isQuiet: Bool) {
        self.label = label
        self.isQuiet = isQuiet
    }

    /// Sets how many rows will come, where the source knows.
    func expect(rows: Int?) { state.withLock { $0.expectedRows = rows } }

    /// Says something above the bar.
    func interrupt(_ text: String) {
        clear()
        if !isQuiet { Console.note(text) }
    }

    /// Adds rows that were read.
    func advance(rows: Int) {
        guard !isQuiet else { return }
        let interval: Duration = Console.errorIsTerminal ? .milliseconds(100) : .seconds(5)
        let due: State? = state.withLock { state in
            state.rows += rows
            let now = ContinuousClock.now
            if let drawnAt = state.drawnAt, now - drawnAt < interval { return nil }
            if state.drawnAt == nil, !Console.errorIsTerminal {
                // The first plain line only after an interval: short syncs need none.
                state.drawnAt = now
                return nil
            }
            state.drawnAt = now
            return state
        }
        if let due { draw(due) }
    }

    /// Removes the bar, before the summary is printed.
    func clear() {
        if !isQuiet, Console.errorIsTerminal { Console.rewriteLine("") }
    }

    private func draw(_ state: State) {
        let rows = state.rows
        let elapsed = started.duration(to: .now)
        let seconds = Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) / 1e18
        let speed = seconds > 0.2 ? "  \(Int(Double(rows) / seconds).grouped) rows/s" : ""
        let counts =
            state.expectedRows.map { "\(rows.grouped) of \($0.counted("row"))" }
            ?? rows.counted("row")
        guard Console.errorIsTerminal else {
            Console.note("\(label): \(counts)\(speed)")
            return
        }
        Console.rewriteLine(
            String("\(label)  \(bar(rows, of: state.expectedRows))\(counts)\(speed)".prefix(Console.width - 1)))
    }

    private func bar(_ rows: Int, of expectedRows: Int?) -> String {
        guard let expectedRows, expectedRows > 0 else { return "" }
        let filled = min(20, rows * 20 / expectedRows)
        return String(repeating: "█", count: filled) + String(repeating: "░", count: 20 - filled) + "  "
    }
}
