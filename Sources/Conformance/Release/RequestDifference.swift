import Foundation

/// One difference of two lists of requests; order counts.
struct RequestDifference {
    /// The same for every table and run that differs so: reports tell it once.
    let text: String
    let lines: [String]

    /// Hosts that were not asked before stand for themselves: what is sent there is a question of its own.
    static func all(from old: [String], to new: [String]) -> [RequestDifference] {
        if old == new { return [] }
        let known = Set(old.compactMap(host))
        var differences: [RequestDifference] = []
        for host in Set(new.compactMap(host)).subtracting(known).sorted() {
            let lines = new.filter { Self.host($0) == host }.prefix(1).map { "now: \($0)" }
            differences.append(
                RequestDifference(text: "The host \(host) is asked, which was not asked before.", lines: lines))
        }
        let rest = new.filter { host($0).map(known.contains) ?? true }
        return differences + (rest == old ? [] : [others(old, rest)])
    }

    private static func others(_ old: [String], _ new: [String]) -> RequestDifference {
        let (was, now) = (counts(old), counts(new))
        let gone = old.filter { was[$0, default: 0] > now[$0, default: 0] }
        let added = new.filter { now[$0, default: 0] > was[$0, default: 0] }
        if gone.isEmpty && added.isEmpty {
            return RequestDifference(text: "The same requests are made in another order.", lines: [])
        }
        let lines =
            ["\(old.count) before, \(new.count) now"] + gone.prefix(2).map { "no more: \($0)" }
            + added.prefix(2).map { "now: \($0)" }
        return RequestDifference(text: "Other requests are made.", lines: lines)
    }

    /// Nil for a statement that is sent to a database.
    private static func host(_ request: String) -> String? {
        request.firstMatch(of: /^[A-Z]+ https?:\/\/([^\/?#]+)/).map { String($0.1) }
    }

    private static func counts(_ lines: [String]) -> [String: Int] {
        Dictionary(lines.map { ($0, 1) }, uniquingKeysWith: +)
    }
}
