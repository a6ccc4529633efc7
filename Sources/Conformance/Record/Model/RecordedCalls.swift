import Cassettes
import Columns
import Tributary

/// What a recording asked for, by which lists of one path are told apart: by the text of a GraphQL query, by the kind of
/// object that a search names.
struct RecordedCalls {
    private struct Call {
        var id: String
        var schemas: [String]
        var path: String
        var parameters: [String: String]
        var body: [UInt8]
    }

    private let calls: [Call]

    init(_ scenario: Scenario) throws {
        var calls: [Call] = []
        for state in scenario.manifest.states where state.http != nil {
            for exchange in try scenario.exchanges(state: state.name) {
                guard let call = try? ModelCall(exchange) else { continue }
                calls.append(
                    Call(
                        id: "\(state.name) \(exchange.id)", schemas: exchange.exchange.schemas, path: call.path,
                        parameters: call.parameters, body: exchange.body))
            }
        }
        self.calls = calls
    }

    /// The parameter, and its value, that all requests of a list have and others of its path have not; nil where the path
    /// is the list's own.
    func condition(of list: ModelProposal.List) -> (name: String, value: String)? {
        let paths = Set(list.pages.map(\.path))
        let place = list.pages.first { !$0.rows.isEmpty }?.place ?? list.pages.first?.place ?? ""
        let own = Set(list.pages.map { "\($0.state) \($0.id)" })
        let others = calls.filter { call in
            guard paths.contains(call.path), !own.contains(call.id) else { return false }
            // The same query for another table, which asks for its parents by it.
            let (program, own) = (Self.program(call.parameters), Self.program(list.pages.first?.query ?? [:]))
            if program != nil, program == own { return false }
            // The table asks for its parents too; by another query, that is.
            if call.schemas.contains(list.table.schema.name) { return program != own }
            // A probe that asks for the list itself is the list's.
            return !call.schemas.isEmpty || RecordedPage.place(in: call.body, keys: list.key) != place
        }
        guard !others.isEmpty, let first = list.pages.first else { return nil }
        let fitting = first.parameters.filter { name, value in
            list.pages.allSatisfy { $0.parameters[name] == value } && others.allSatisfy { $0.parameters[name] != value }
        }
        let best = fitting.min { one, other in
            let (a, b) = (Self.rank(one.key), Self.rank(other.key))
            return a == b ? (one.value.count, one.key) < (other.value.count, other.key) : a < b
        }
        return best.map { ($0.key, $0.value) }
    }

    /// The text of a GraphQL query.
    private static func program(_ parameters: [String: String]) -> String? {
        parameters["query"].flatMap { GraphQLText.isProgram($0) ? $0 : nil }
    }

    private static func rank(_ name: String) -> Int { name == "operationName" ? 0 : name == "query" ? 2 : 1 }
}

extension RecordedPage {
    fileprivate static func place(in body: [UInt8], keys: [String]) -> String? {
        (try? JSONValue(parsing: body)).flatMap { place(in: $0, keys: keys) }
    }
}
