import Columns
import Tributary

/// What the catalogue of one of the kit's databases has answered, for as long as nothing is defined anew.
///
/// A sync asks the catalogue for the columns, indexes and foreign keys of its table before it reads a row, and a source has
/// thousands of syncs of tables that are all defined alike: for rows as few as the kit's those questions are most of what
/// an engine does. The engine answers each of them once for each role; see ``StatementNature/asksForDefinitions`` for what
/// counts as such.
final class DefinitionMemo: Sendable {
    private struct Question: Hashable {
        var role: String
        var statement: SQLStatement
    }

    private struct State {
        var answers: [Question: Table] = [:]
        /// Grows whenever the definitions may have changed.
        var age = 0
    }

    private let state = Lock(State())

    /// What was answered before, or is answered now.
    func answer(
        _ statement: SQLStatement, to role: String, _ ask: () async throws -> Table
    ) async throws -> Table {
        let question = Question(role: role, statement: statement)
        let (known, age) = state.withLock { ($0.answers[question], $0.age) }
        if let known { return known }
        let answer = try await ask()
        state.withLock { state in
            // What was asked while definitions changed may be an answer of before.
            if state.age == age { state.answers[question] = answer }
        }
        return answer
    }

    /// Forgets everything: to be called before definitions may change, and after it.
    func forget() { state.withLock { $0 = State(age: $0.age + 1) } }
}
