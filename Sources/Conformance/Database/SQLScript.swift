import Columns
import Tributary

/// A script as the bytes that it is: texts are compared and hashed by what they look like, which takes many times as long
/// where letters beyond ASCII are among them, and scripts are looked up for each run.
struct SQLScript: Hashable, Sendable {
    let text: String

    init(_ text: String) { self.text = text }

    static func == (left: Self, right: Self) -> Bool { left.text.utf8.elementsEqual(right.text.utf8) }

    func hash(into hasher: inout Hasher) {
        var text = text
        text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    }

    /// Whether a change of a row changes nothing else in what this makes: no trigger, and no foreign key that acts upon
    /// other tables.
    var rowsStandAlone: Bool {
        Self.standAlone.withLock { known in
            if let answer = known[self] { return answer }
            if known.count >= 256 { known = [:] }
            let upper = text.uppercased()
            let acting = ["TRIGGER", "CASCADE", "SET NULL", "SET DEFAULT", "RULE"]
            let answer = !acting.contains { upper.containsBytes(of: $0) }
            known[self] = answer
            return answer
        }
    }

    /// ``rowsStandAlone`` of scripts that were looked at before: each is long, and asked about for each database.
    private static let standAlone = Lock<[SQLScript: Bool]>([:])
}
