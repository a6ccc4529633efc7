import Dispatch
import Foundation
import Tributary

/// What a long build is at, and since when: a line that is redrawn on a terminal, a plain line now and then elsewhere.
struct BuildProgress {
    let label: String

    private struct State {
        var step = ""
        var isOver = false
    }

    /// Runs `work`, which tells each of its steps.
    func shown<Result>(_ work: (_ step: (String) -> Void) throws -> Result) rethrows -> Result {
        let began = ContinuousClock.now
        let state = Lock(State())
        let draw: @Sendable () -> Void = {
            state.withLock { state in if !state.isOver { show(state.step, began.duration(to: .now)) } }
        }
        // A step may take long, and a dependency that is fetched says nothing meanwhile: the time goes on.
        let timer = DispatchSource.makeTimerSource(queue: .global())
        timer.schedule(deadline: .now() + 1, repeating: Console.errorIsTerminal ? 1 : 30)
        timer.setEventHandler(handler: draw)
        timer.resume()
        defer {
            timer.cancel()
            state.withLock { state in
                state.isOver = true
                if Console.errorIsTerminal { Console.rewriteLine("") }
            }
        }
        return try work { step in
            if step.isEmpty { return }
            state.withLock { $0.step = step }
            if Console.errorIsTerminal { draw() }
        }
    }

    private func show(_ step: String, _ time: Duration) {
        let text = "\(label), \(Figures.duration(time / .seconds(1)))\(step.isEmpty ? "" : ": \(step)")"
        if Console.errorIsTerminal {
            Console.rewriteLine(String(text.prefix(Console.width - 1)))
        } else {
            Console.note(text)
        }
    }
}
