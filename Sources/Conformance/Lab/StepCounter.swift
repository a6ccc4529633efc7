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
    private let requestCut: Int?
    private let watcher = Lock(Watcher())

    /// A closure in a struct: one that a generic lock holds by itself is wrapped once more each time it is taken out.
    private struct Watcher {
        var body: (@Sendable (Int) -> Void)?
    }

    /// Makes a counter.
    ///
    /// - Parameters:
    ///   - cut: the index of the step that is not made any more.
    ///   - requestCut: the same, counted among the requests alone.
    public init(cutBefore cut: Int? = nil, request requestCut: Int? = nil) {
        self.cut = cut
        self.requestCut = requestCut
    }

    /// Has each step told, by its index, just before it is made.
    func watch(_ body: @escaping @Sendable (Int) -> Void) { watcher.withLock { $0.body = body } }

    /// The steps so far.
    public var steps: [Step] { state.withLock { $0.names } }
    public var isDead: Bool { state.withLock { $0.isDead } }

    /// Counts a step.
    ///
    /// - Throws: ``SimulatedCrash`` at the cut, and ever after.
    public func pass(_ step: Step) throws {
        let index = try state.withLock { state in
            if !state.isDead, isCut(step, state) { state.isDead = true }
            if state.isDead { throw SimulatedCrash(step: step, index: state.names.count) }
            state.names.append(step)
            return state.names.count - 1
        }
        watcher.withLock { $0.body }?(index)
    }

    private func isCut(_ step: Step, _ state: State) -> Bool {
        if state.names.count == cut { return true }
        guard let requestCut, step == .request else { return false }
        return state.names.count { $0 == .request } == requestCut
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
