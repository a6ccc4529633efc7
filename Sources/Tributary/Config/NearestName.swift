/// Finds the name that somebody meant who misspelt one.
package enum NearestName {
    /// The nearest of the names, if it is near enough to be meant: about one slip in three letters.
    package static func find(_ name: String, among names: [String]) -> String? {
        let wanted = Array(WireName.normalised(name))
        let limit = max(1, (wanted.count + 1) / 3)
        let scored = names.map { (name: $0, distance: distance(wanted, Array(WireName.normalised($0)))) }
        guard let best = scored.min(by: { $0.distance < $1.distance }), best.distance <= limit else { return nil }
        return best.name
    }

    /// What to tell the reader: the nearest name, else the few that the text is a part of, else all of them, else nothing.
    package static func advice(for name: String, among names: [String]) -> String? {
        if let nearest = find(name, among: names) { return "Did you mean '\(nearest)'?" }
        let wanted = WireName.normalised(name)
        let longer = wanted.count < 3 ? [] : names.filter { WireName.normalised($0).contains(wanted) }
        if (1...5).contains(longer.count) {
            return "Did you mean \(longer.map { "'\($0)'" }.joined(separator: " or "))?"
        }
        let more = names.count > 40 ? ", and \(names.count - 40) more" : ""
        return names.isEmpty ? nil : "There are: \(names.prefix(40).joined(separator: ", "))\(more)."
    }

    /// The number of letters to insert, delete, replace or swap with their neighbour (optimal string alignment).
    static func distance(_ lhs: [Character], _ rhs: [Character]) -> Int {
        var before: [Int] = []
        var previous = Array(0...rhs.count)
        for row in 0..<lhs.count {
            var current = [row + 1]
            for column in 0..<rhs.count {
                let replaced = previous[column] + (lhs[row] == rhs[column] ? 0 : 1)
                var best = min(replaced, previous[column + 1] + 1, current[column] + 1)
                if row > 0, column > 0, lhs[row] == rhs[column - 1], lhs[row - 1] == rhs[column] {
                    best = min(best, before[column - 1] + 1)
                }
                current.append(best)
            }
            (before, previous) = (previous, current)
        }
        return previous[rhs.count]
    }
}

/// Names of fields on the wire: snake case.
package enum WireName {
    /// `accountID` and `account-id` are `account_id`; `requireTLS` is `require_tls`.
    package static func normalised(_ name: String) -> String {
        // Most names are written so, and each config that is read asks for those of all its fields.
        if name.utf8.allSatisfy({ $0 &- 0x61 < 26 || $0 &- 0x30 < 10 || $0 == UInt8(ascii: "_") }) { return name }
        let characters = Array(name)
        var out = ""
        for (index, character) in characters.enumerated() {
            if character == "-" || character == " " {
                out.append("_")
                continue
            }
            if character.isUppercase, index > 0, characters[index - 1] != "_", characters[index - 1] != "-" {
                let startsWord = !characters[index - 1].isUppercase
                let endsAcronym = index + 1 < characters.count && characters[index + 1].isLowercase
                if startsWord || endsAcronym { out.append("_") }
            }
            out += character.lowercased()
        }
        return out
    }
}
