/// A value of a cursor field, typed, so that two of them are compared as what they are and never as text.
public enum CursorValue: Hashable, Sendable {
    case integer(Int64)
    case decimal(Decimal128)
    /// Days since 1970-01-01.
    case date(Int32)
    /// Microseconds since 1970-01-01T00:00:00Z.
    case timestamp(Int64)
    /// A MongoDB object id: 24 lower-case hexadecimal digits, which sort by time.
    case objectID(String)
}

/// The kind of a cursor field, as the user sees it.
public enum CursorType: String, Hashable, Sendable, Codable, CaseIterable {
    case integer
    case numeric
    case datetime
    case date
    case timestamp
    case objectID = "objectid"
}

/// The order in which a source emits rows, by the cursor field.
public enum SortMode: String, Hashable, Sendable, Codable {
    case ascending
    case descending
}

/// How a table is kept in step with its upstream.
public enum SyncType: String, Hashable, Sendable, Codable, CaseIterable {
    case fullRefresh = "full-refresh"
    case incremental
    case append
}
