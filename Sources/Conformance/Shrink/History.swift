import Tributary

/// A smaller upstream history than a check makes by itself: which rows the upstream has, how they are paged, in how many
/// states they appear, and at how many moments a run is cut or struck.
///
/// Its text is what a command repeats a shrunken failure with: `rows=0,3/page=1/states=1/moments=4`.
public struct History: Sendable, Hashable, Codable {
    /// The rows of the sample that are kept, by their places from 0; nil keeps all.
    public var rows: [Int]?
    /// Rows of a page, where a check does not ask for a number of its own; nil leaves it as it is.
    public var page: Int?
    /// The states of the upstream at most, one after the other; nil leaves them.
    public var states: Int?
    /// The moments of a run at most at which something happens, in order; nil leaves them.
    public var moments: Int?

    /// The whole history.
    public init() {}

    /// Whether nothing is left out.
    public var isWhole: Bool { self == History() }

    /// Reads the text of a history; nil for any other text.
    public init?(_ text: String) {
        for part in text.split(separator: "/") {
            let sides = part.split(separator: "=").map(String.init)
            guard sides.count == 2 else { return nil }
            let numbers = sides[1].split(separator: ",").compactMap { Int($0) }
            guard numbers.count == sides[1].split(separator: ",", omittingEmptySubsequences: false).count,
                let first = numbers.first, numbers.allSatisfy({ $0 >= 0 })
            else { return nil }
            switch (sides[0], numbers.count, first) {
            case ("rows", _, _): rows = numbers
            case ("page", 1, 1...): page = first
            case ("states", 1, 1...): states = first
            case ("moments", 1, 1...): moments = first
            default: return nil
            }
        }
    }

    /// The text that ``init(_:)`` reads.
    public var text: String {
        let parts = [
            rows.map { "rows=" + $0.map(String.init).joined(separator: ",") }, page.map { "page=\($0)" },
            states.map { "states=\($0)" }, moments.map { "moments=\($0)" },
        ]
        return parts.compactMap(\.self).joined(separator: "/")
    }
}

/// Applies a history to what a check makes, and notes what of it the check looked at.
final class HistoryUse: Sendable {
    /// What a check has made of the upstream.
    struct Note: Sendable {
        /// The rows of the whole sample; nil where the check has no sample.
        var sample: Int?
        /// The keys of the rows that were kept.
        var keys: [String] = []
        var usesPages = false
        /// The states and moments that there were, before any were left out.
        var states = 0
        var moments = 0
    }

    let history: History
    private let note = Lock(Note())

    init(_ history: History) { self.history = history }

    var seen: Note { note.withLock { $0 } }

    /// The rows that are kept of a sample; at least one. A second table has the same places left out.
    func kept<Row>(_ sample: [Row], key: (Row) -> String) -> [Row] {
        let places = history.rows?.filter(sample.indices.contains)
        let kept =
            places.map { places in places.isEmpty ? Array(sample.prefix(1)) : places.map { sample[$0] } } ?? sample
        let keys = kept.map(key)
        note.withLock { note in
            if note.sample == nil { (note.sample, note.keys) = (sample.count, keys) }
        }
        return kept
    }

    /// The rows of a page where the check does not mind.
    func page(_ natural: Int) -> Int {
        note.withLock { $0.usesPages = true }
        return history.page ?? natural
    }

    /// So many states, or fewer.
    func states(_ natural: Int) -> Int {
        note.withLock { $0.states = max($0.states, natural) }
        return min(natural, history.states ?? natural)
    }

    /// The first of these moments.
    func moments<Moment>(_ all: [Moment]) -> [Moment] {
        note.withLock { $0.moments = max($0.moments, all.count) }
        return history.moments.map { Array(all.prefix($0)) } ?? all
    }
}
