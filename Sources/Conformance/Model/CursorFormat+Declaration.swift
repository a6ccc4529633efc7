import Columns

extension ModelDeclaration.CursorFormat {
    /// How a value looks to be spelt.
    init(spelling value: JSONValue) {
        // Epochs may have a fraction.
        if let number = value.double {
            self = number > 100_000_000_000 ? .epochMilliseconds : number > 100_000_000 ? .epochSeconds : .integer
        } else {
            self = value.string?.count == 10 ? .date : .iso8601
        }
    }

    /// What a source declares of a cursor or a bound that is spelt so.
    var declaration: String {
        switch self {
        case .epochSeconds: "format: .epochSeconds"
        case .epochMilliseconds: "format: .epochMilliseconds"
        case .iso8601: "format: .iso8601"
        case .date: "format: .date"
        case .integer: "format: .plain"
        }
    }

    /// Whether values are numbers.
    var isNumber: Bool { [.epochSeconds, .epochMilliseconds, .integer].contains(self) }
}
