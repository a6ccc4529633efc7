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
/// - A row that should have come before an earlier commit proves that the source's order cannot be trusted. From then on
///   the watermark stands where the run found it, until the run is complete.
struct WatermarkTracker: Sendable {
    let mode: SortMode
    /// What was stored when the read began.
    let start: Watermark
    /// The greatest value of the interrupted walk that this read finishes.
    let startTop: CursorValue?
    private(set) var extremes = CursorExtremes()
    /// Whether rows have come in the declared order, as far as commits depend on it.
    private(set) var isOrdered = true
    private var claimed: CursorValue?

    init(mode: SortMode, start: Watermark, top: CursorValue? = nil) {
        self.mode = mode
        self.start = start
        startTop = top
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

    /// The watermark for a commit in mid-run, and the greatest value of the unfinished walk.
    ///
    /// - Parameter isGroupComplete: whether no more rows with the value of the last row can come.
    mutating func interim(isGroupComplete: Bool) -> (watermark: Watermark, top: CursorValue?) {
        switch mode {
        case .ascending: (ascending(isGroupComplete), nil)
        case .descending: (descending(isGroupComplete), greatest(startTop, extremes.greatest))
        }
    }

    /// The watermark once the read has come to its end.
    func final() -> Watermark {
        Watermark(last: greatest(start.last, greatest(startTop, extremes.greatest)))
    }

    private mutating func ascending(_ isGroupComplete: Bool) -> Watermark {
        guard isOrdered else { return start }
        guard let safe = isGroupComplete ? extremes.greatest : extremes.secondGreatest else { return start }
        claimed = safe
        return Watermark(last: greatest(start.last, safe), earliest: start.earliest)
    }

    private mutating func descending(_ isGroupComplete: Bool) -> Watermark {
        guard start.last == nil, isOrdered else { return start }
        guard let safe = isGroupComplete ? extremes.least : extremes.secondLeast else { return start }
        claimed = safe
        return Watermark(last: nil, earliest: start.earliest.flatMap { CursorValue.minimum($0, safe) } ?? safe)
    }

    /// The greater of two values; of two kinds the later one, for the field has changed its kind.
    private func greatest(_ old: CursorValue?, _ new: CursorValue?) -> CursorValue? {
        guard let old, let new else { return new ?? old }
        return CursorValue.maximum(old, new) ?? new
    }
}
