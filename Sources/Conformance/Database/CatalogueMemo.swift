import Columns
import Tributary

/// What the catalogue of one of the kit's databases has answered, for as long as that stays so.
///
/// A sync asks the catalogue for the columns, indexes, foreign keys and figures of its table before it reads a row, and a
/// source has thousands of syncs of tables that are all defined alike: for rows as few as the kit's those questions are most
/// of what an engine does. The engine answers each of them once for each role, until somebody changes what it is about; see
/// ``StatementNature/Catalogue``.
final class CatalogueMemo: Sendable {
    /// What is asked, and by whom.
    struct Question: Hashable, Sendable {
        var role: String
        var statement: SQLStatement
        /// The database, where its name may be part of the answer; empty elsewhere.
        var place = ""
    }

    private struct State {
        var definitions = DefinitionAnswers()
        var figures: [Question: Table] = [:]
        /// Grows whenever anything may have changed.
        var age = 0
    }

    private let state = Lock(State())

    /// What was answered before, or is answered now.
    func answer(
        _ question: Question, about: StatementNature.Catalogue, _ ask: () async throws -> Table
    ) async throws -> Table {
        let (known, age) = state.withLock { state in
            (about == .figures ? state.figures[question] : state.definitions.answer(to: question), state.age)
        }
        if let known { return known }
        let answer = try await ask()
        state.withLock { state in
            // What was asked while something changed may be an answer of before.
            guard state.age == age else { return }
            if about == .figures {
                state.figures[question] = answer
            } else {
                state.definitions.add(answer, to: question)
            }
        }
        return answer
    }

    /// The same for the kit's own question about definitions.
    func lines(_ ask: () async throws -> [String]) async throws -> [String] {
        let (known, age) = state.withLock { ($0.definitions.lines, $0.age) }
        if let known { return known }
        let lines = try await ask()
        state.withLock { if $0.age == age { $0.definitions.add(lines) } }
        return lines
    }

    /// Forgets everything: to be called before definitions may change, and after it.
    func forget() { state.withLock { $0 = State(age: $0.age + 1) } }

    /// The same where rows change and no definition does.
    func forgetFigures() { state.withLock { $0 = State(definitions: $0.definitions, age: $0.age + 1) } }

    /// Goes on with what other databases have answered that are defined alike.
    func adopt(_ definitions: DefinitionAnswers) {
        state.withLock { $0 = State(definitions: definitions, age: $0.age + 1) }
    }
}

/// What was answered about definitions: of one database, or of all of a server that are defined alike.
final class DefinitionAnswers: Sendable {
    private struct State {
        var answers: [CatalogueMemo.Question: Table] = [:]
        var lines: [String]?
    }

    private let state = Lock(State())

    func answer(to question: CatalogueMemo.Question) -> Table? { state.withLock { $0.answers[question] } }
    /// What the kit itself was answered; see ``SQLText/catalogue(_:)``.
    var lines: [String]? { state.withLock { $0.lines } }

    func add(_ answer: Table, to question: CatalogueMemo.Question) { state.withLock { $0.answers[question] = answer } }
    func add(_ lines: [String]) { state.withLock { $0.lines = lines } }
}
