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
