import Foundation
import Tributary

/// Reduces the upstream history of a failing case to the smallest that still fails in the same way: with the same check
/// and a finding of the same kind.
///
/// One dimension at a time, over and over until none gives: rows by halves and then singly, with shorter pages where that
/// lets more rows go; then fewer pages; then fewer states; then the earliest moment. Nothing is drawn by chance: the same
/// case gives the same history, unless its time runs out.
struct Shrinker {
    private let item: CheckRunner.Case
    private let mask: SecretMask
    private let kinds: Set<String>
    private let deadline: ContinuousClock.Instant
    private let known: HistoryUse.Note
    private var best: History
    private var findings: [Finding]
    private var keys: [String]
    private var attempts = 0
    private var isOutOfTime = false

    /// - Parameters:
    ///   - findings: what the case failed with.
    ///   - seen: what its check looked at.
    ///   - limit: real time.
    init?(_ item: CheckRunner.Case, _ findings: [Finding], _ seen: HistoryUse.Note, limit: Duration) {
        guard let sample = seen.sample, sample > 0, limit > .zero else { return nil }
        self.item = item
        self.findings = findings
        mask = SecretMask(item.input)
        kinds = Set(findings.flatMap(\.kinds))
        known = seen
        keys = seen.keys
        deadline = .now + limit
        best = item.input.history
        best.rows = best.rows?.filter { $0 < sample } ?? Array(0..<sample)
    }

    /// The findings of the smallest history, and the history; nil where nothing could be left out.
    mutating func run() async -> (findings: [Finding], shrunk: ShrunkHistory)? {
        var before: History
        repeat {
            before = best
            await reduceRows()
            await reducePages()
            await reduceStates()
            await reduceMoments()
        } while best != before && !isOutOfTime
        let sample = known.sample ?? 0
        if best.rows?.count == sample { best.rows = nil }
        guard best != item.input.history else { return nil }
        let shrunk = ShrunkHistory(
            history: best, rowsBefore: sample, rowsAfter: best.rows?.count ?? sample, keys: keys, attempts: attempts,
            isMinimal: !isOutOfTime)
        return (findings, shrunk)
    }

    private var rows: [Int] { best.rows ?? [] }

    private mutating func reduceRows() async {
        await dropRows()
        guard known.usesPages, rows.count > 1 else { return }
        // A failure that needs the end of a page needs fewer rows where pages are shorter.
        for page in [1, 2] where page < best.page ?? 3 {
            let (old, oldFindings, oldKeys) = (best, findings, keys)
            guard await accepts({ $0.page = page }) else { continue }
            await dropRows()
            if rows.count < old.rows?.count ?? 0 { return }
            (best, findings, keys) = (old, oldFindings, oldKeys)
        }
    }

    /// Leaves rows out by halves, quarters, and so on down to single ones.
    private mutating func dropRows() async {
        var size = max(1, rows.count / 2)
        while !isOutOfTime {
            var start = 0
            var hasDropped = false
            while start < rows.count, rows.count > 1 {
                let end = min(start + size, rows.count)
                let rest = Array(rows[..<start] + rows[end...])
                if !rest.isEmpty, await accepts({ $0.rows = rest }) {
                    hasDropped = true
                } else {
                    start = end
                }
            }
            if size == 1, !hasDropped { return }
            size = max(1, size / 2)
        }
    }

    private mutating func reducePages() async {
        guard known.usesPages, best.page == nil, rows.count > 3 else { return }
        for page in ((4...rows.count).reversed()) {
            if await accepts({ $0.page = page }) { return }
        }
    }

    private mutating func reduceStates() async {
        let most = best.states ?? known.states
        guard most > 1 else { return }
        for count in 1..<most {
            if await accepts({ $0.states = count }) { return }
        }
    }

    private mutating func reduceMoments() async {
        let most = best.moments ?? known.moments
        guard most > 1 else { return }
        for count in 1..<most {
            if await accepts({ $0.moments = count }) { return }
        }
    }

    /// Whether the case fails in the same way with a smaller history, which is then the best.
    private mutating func accepts(_ change: (inout History) -> Void) async -> Bool {
        let left = ContinuousClock.now.duration(to: deadline)
        guard left > .zero else {
            isOutOfTime = true
            return false
        }
        var smaller = best
        change(&smaller)
        if smaller == best { return false }
        attempts += 1
        let input = item.input.with(smaller)
        let check = item.check
        let verdict = await TimeCeiling.run(for: left) {
            try? await check.verdict(on: input)
        } otherwise: {
            nil
        }
        guard case .failed(let found)? = verdict.map(mask.masked), !found.isEmpty,
            kinds.isSuperset(of: found.flatMap(\.kinds))
        else { return false }
        (best, findings, keys) = (smaller, found, input.use.seen.keys)
        return true
    }
}

extension Finding {
    /// What sorts of finding it is, whatever rows and numbers are in it.
    var kinds: [String] {
        let end = actual.firstIndex(of: ":") ?? actual.endIndex
        let words = actual[..<end].split(separator: " ").map { word in
            word.contains(where: \.isNumber) ? "#" : String(word)
        }
        let text = words.joined(separator: " ")
        // A table may differ in several ways at once, and a smaller one in fewer of them.
        let table = "The table has "
        guard text.hasPrefix(table) else { return [text] }
        return text.dropFirst(table.count).split(separator: ",").map { part in
            table + part.trimmingCharacters(in: CharacterSet(charactersIn: " ."))
        }
    }
}
