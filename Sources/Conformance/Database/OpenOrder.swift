import Columns
import Foundation
import Tributary

/// The freedom that a statement leaves to the engine: rows may come in any order that its ORDER BY allows.
struct OpenOrder {
    /// What stands behind ORDER BY at the end of the statement; nil when nothing does.
    private let clause: String?
    private let seed: UInt64
    private let isFree: Bool

    init(_ statement: SQLStatement, seed: UInt64) {
        let text = statement.text
        self.seed = seed
        // Catalogue queries and counts are the layer's own business; only reads of rows are permuted.
        isFree = !text.contains("AS table_name") && !text.lowercased().contains("count(")
        let upper = text.uppercased()
        if let place = upper.range(of: "ORDER BY", options: .backwards),
            !upper[place.upperBound...].contains("FROM ")
        {
            let offset = upper.distance(from: upper.startIndex, to: place.upperBound)
            clause = String(text.dropFirst(offset))
        } else {
            clause = nil
        }
    }

    /// The rows in another order that the statement allows: those that are alike in the ordered columns change places.
    func applied(to table: Table) -> Table {
        guard isFree, table.rowCount > 1 else { return table }
        let ordered = clause.map { clause in
            table.schema.names.filter {
                clause.contains("\"\($0)\"") || clause.contains("`\($0)`") || words(clause).contains($0)
            }
        }
        var random = SplitMix(seed: seed)
        var result: [Int] = []
        var group: [Int] = []
        var last: [Value]?
        for index in 0..<table.rowCount {
            let values = (ordered ?? []).map { table.column($0)?[index] ?? .null }
            if let last, last != values {
                result += group.shuffled(using: &random)
                group = []
            }
            last = values
            group.append(index)
        }
        return table.take(result + group.shuffled(using: &random))
    }

    private func words(_ text: String) -> Set<String> {
        Set(text.split { !$0.isLetter && !$0.isNumber && $0 != "_" }.map(String.init))
    }
}

/// A small seeded generator (Steele, Lea and Flood, 2014).
struct SplitMix: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
