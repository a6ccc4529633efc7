import Columns
import Tributary

/// Follows the cursor field through one read and says which watermark a commit may carry.
///
/// The rules (design 4, posthog 4.8), and why they lose nothing:
///
/// - Within an ascending read, rows that share the greatest value seen may still be under way. A commit so carries the
///   value *before* it, unless the group is known to be complete; the next run then asks for what comes after.
/// - Within a first descending walk the same holds for the least value, which becomes *earliest*; *last* is set when the
///   walk is complete. A later walk (above *last*) leaves the watermark alone until it is complete: it is begun anew.
/// - A read without a trusted order claims nothing until it is complete.
/// - A row that should have come before an earlier commit proves that the source's order cannot be trusted. From then on
///   the watermark stands where the run found it, until the run is complete.
struct WatermarkTracker: Sendable {
    let mode: SortMode
    /// The bounds that the read was given, before the lookback.
    let start: Watermark
    /// What the newest commit says; ahead of `start` where the read goes on from a resume token.
    let committed: Watermark
    /// The greatest value that is committed of a read that was not complete.
    let committedTop: CursorValue?
    private(set) var extremes = CursorExtremes()
    /// Whether rows have come in the declared order, as far as commits depend on it.
    private(set) var isOrdered: Bool
    /// The value up to which (descending: down to which) a commit has said that all rows are there.
    private var claimed: CursorValue?

    init(
        mode: SortMode, isSorted: Bool = true, start: Watermark, committed: Watermark? = nil, top: CursorValue? = nil
    ) {
        self.mode = mode
        isOrdered = isSorted
        self.start = start
        self.committed = committed ?? start
        committedTop = top
        switch mode {
        case .ascending: claimed = self.committed.last == start.last ? nil : self.committed.last
        case .descending: claimed = self.committed.earliest == start.earliest ? nil : self.committed.earliest
        }
    }

    /// Takes in rows that the next commit will hold. False: their values are of another kind than those before.
    mutating func observe(_ batch: CursorExtremes) -> Bool {
        if let claimed, breaksOrder(batch, claimed) { isOrdered = false }
        return extremes.merge(batch)
    }

    private func breaksOrder(_ batch: CursorExtremes, _ claimed: CursorValue) -> Bool {
        switch mode {
        case .ascending: batch.least.map { claimed.isLess(than: $0) != true } ?? false
        case .descending: batch.greatest.map { $0.isLess(than: claimed) != true } ?? false
        }
    }

    /// The greatest value among the rows of this read that are, or are about to be, committed.
    var top: CursorValue? { greatest(committedTop, extremes.greatest) }

    /// The watermark for a commit in mid-run.
    ///
    /// - Parameter isGroupComplete: whether no more rows with the value of the last row can come.
    mutating func interim(isGroupComplete: Bool) -> Watermark {
        guard isOrdered else { return start }
        switch mode {
        case .ascending:
            guard let safe = isGroupComplete ? extremes.greatest : extremes.secondGreatest else { return committed }
            claimed = safe
            return Watermark(last: greatest(committed.last, safe), earliest: committed.earliest)
        case .descending:
            guard start.last == nil else { return start }
            guard let safe = isGroupComplete ? extremes.least : extremes.secondLeast else { return committed }
            claimed = safe
            return Watermark(earliest: committed.earliest.flatMap { CursorValue.minimum($0, safe) } ?? safe)
        }
    }

    /// The watermark once the read has come to its end.
    func final() -> Watermark { Watermark(last: greatest(start.last, top)) }

    /// The greater of two values; of two kinds the later one, for the field has changed its kind.
    private func greatest(_ old: CursorValue?, _ new: CursorValue?) -> CursorValue? {
        guard let old, let new else { return new ?? old }
        return CursorValue.maximum(old, new) ?? new
    }
}
