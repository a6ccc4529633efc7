import Tributary

/// Counts the steps of a run, and ends the run as a power cut would at the one that is asked for.
///
/// After the cut nothing works any more: every request, hand-over and write of the dead process throws, so what is in
/// the lake is what a killed process would have left.
public final class StepCounter: Sendable {
    /// What a step is.
    public enum Step: String, Sendable, CaseIterable {
        case request
        case response
        case emit
        case taken
        case write
        case commit
    }

    private struct State {
        var names: [Step] = []
        var isDead = false
    }

    private let state = Lock(State())
    private let cut: Int?

    /// Makes a counter; `cut` is the index of the step that is not made any more.
    public init(cutBefore cut: Int? = nil) { self.cut = cut }

    /// The steps so far.
    public var steps: [Step] { state.withLock { $0.names } }
    public var isDead: Bool { state.withLock { $0.isDead } }

    /// Counts a step.
    ///
    /// - Throws: ``SimulatedCrash`` at the cut, and ever after.
    public func pass(_ step: Step) throws {
        try state.withLock { state in
            if !state.isDead, state.names.count == cut { state.isDead = true }
            if state.isDead { throw SimulatedCrash(step: step, index: state.names.count) }
            state.names.append(step)
        }
    }

    /// Ends the run here.
    public func kill() { state.withLock { $0.isDead = true } }
}

/// The process under test was ended.
public struct SimulatedCrash: Error, Sendable, CustomStringConvertible {
    public var step: StepCounter.Step
    public var index: Int
    public var description: String { "Cut at step \(index), before the \(step.rawValue)." }
}
