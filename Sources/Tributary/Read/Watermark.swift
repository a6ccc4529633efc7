import Columns

/// The extremes of the cursor field among the rows that are committed.
public struct Watermark: Hashable, Sendable {
    /// Everything up to here has been read (ascending), or had been when the last complete walk ended (descending).
    public var last: CursorValue?
    /// For a descending walk that was interrupted: everything down to here has been read.
    public var earliest: CursorValue?

    /// No values mean that nothing has been committed.
    public init(last: CursorValue? = nil, earliest: CursorValue? = nil) {
        self.last = last
        self.earliest = earliest
    }
}
