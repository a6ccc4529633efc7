import Columns
import Tributary

/// What is taken where the user has not chosen (posthog 2.6).
public enum DefaultSettings {
    private static let preferredCursors = [
        "updated_at", "updatedat", "modified_at", "modifiedat", "last_modified", "updated", "modified", "created_at",
        "createdat", "created",
    ]

    /// Incremental where it is offered and has a candidate, else append, else full refresh.
    public static func syncType(for schema: SourceSchema) -> SyncType {
        guard !schema.incrementalFields.isEmpty else { return .fullRefresh }
        if schema.supportsIncremental { return .incremental }
        return schema.supportsAppend ? .append : .fullRefresh
    }

    /// The candidate whose name comes first in the list of usual names, in any case; else the first candidate.
    public static func cursorField(for schema: SourceSchema) -> IncrementalField? {
        for name in preferredCursors {
            if let field = schema.incrementalFields.first(where: { $0.name.lowercased() == name }) { return field }
        }
        return schema.incrementalFields.first
    }
}
