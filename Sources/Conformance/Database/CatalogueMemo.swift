import Columns
import Tributary

/// What the catalogue of one of the kit's databases has answered, for as long as that stays so.
///
/// A sync asks the catalogue for the columns, indexes, foreign keys and figures of its table before it reads a row, and a
/// source has thousands of syncs of tables that are all defined alike: for rows as few as the kit's those questions are most
/// of what an engine does. The engine answers each of them once for each role, until somebody changes what it is about; see
/// ``StatementNature/Catalogue``.
final class CatalogueMemo: Sendable {
    private struct Question: Hashable {
        var role: String
        var statement: SQLStatement
    }

    private struct State {
        var answers: [Question: (table: Table, about: StatementNature.Catalogue)] = [:]
        /// Grows whenever anything may have changed.
        var age = 0
    }

    private let state = Lock(State())

    /// What was answered before, or is answered now.
    func answer(
        _ statement: SQLStatement, about: StatementNature.Catalogue, to role: String, _ ask: () async throws -> Table
    ) async throws -> Table {
        let question = Question(role: role, statement: statement)
        let (known, age) = state.withLock { ($0.answers[question], $0.age) }
        if let known { return known.table }
        let answer = try await ask()
        state.withLock { state in
            // What was asked while something changed may be an answer of before.
            if state.age == age { state.answers[question] = (answer, about) }
        }
        return answer
    }

    /// Forgets everything: to be called before definitions may change, and after it.
    func forget() { state.withLock { $0 = State(age: $0.age + 1) } }

    /// The same where rows change and no definition does.
    func forgetFigures() {
        state.withLock { state in
            state = State(answers: state.answers.filter { $0.value.about == .definitions }, age: state.age + 1)
        }
    }
}
