/// The bugs that were seen in public connectors, by their kind: each is a seeded fault under the same name, or is told
/// apart here with the reason why no recording can show it.
public enum BugCatalogue {
    /// A bug that the kit cannot catch as things are.
    public struct Limit: Sendable, Hashable, Codable {
        public let bug: String
        public let reason: String
        /// What the kit or the contract would need.
        public let needs: String
    }

    /// What cannot be caught by replay, or only in a form that the contract has.
    public static let limits = [
        Limit(
            bug: "key-change-event-split",
            reason: "Caught on deletions that rows report: a read hands over no events of a change log.",
            needs: "change data capture in the contract"),
        Limit(
            bug: "sync-mode-switch-leaves-gap",
            reason: "Caught from increments to appends: there is no stream of changes to switch to from a snapshot.",
            needs: "change data capture in the contract"),
        Limit(
            bug: "quiet-source-never-advances",
            reason: "Caught on positions behind pages without rows: no upstream here tells how far its log has come.",
            needs: "positions of a log in the contract"),
    ]

    /// The bugs by their kind, in the order of the catalogue.
    public static let kinds: [(kind: String, bugs: [String])] = [
        (
            "pagination",
            [
                "short-page-means-end-when-limit-clamped",
                "repeated-next-token-loops",
                "token-cycle-longer-than-one",
                "next-link-present-after-last-page",
                "empty-page-taken-as-end-despite-has-more",
                "terminal-page-null-list-crashes",
                "result-window-cap-truncates",
                "reanchor-on-timestamp-stuck-on-ties",
                "nested-list-first-page-only",
                "page-number-missing-in-sync-mode",
                "page-cap-reported-as-complete",
                "early-stop-on-first-older-row",
                "null-batch-closes-bounded-read",
            ]
        ),
        (
            "watermark-value",
            [
                "day-granular-cursor-strict",
                "watermark-beyond-sync-start",
                "creation-time-cursor-on-mutable-rows",
                "future-dated-row-poisons-watermark",
                "null-cursor-rows-never-read",
                "mixed-type-watermark-accepts-older",
                "epoch-number-on-datetime-field",
                "late-commit-below-watermark",
                "quiet-source-never-advances",
                "lookback-from-wrong-bound",
                "cursor-fraction-truncated",
                "cursor-rounded-up-hides-rows",
            ]
        ),
        (
            "checkpoint-and-resume",
            [
                "watermark-stamped-on-failure",
                "watermark-computed-before-write",
                "position-ahead-of-emitted-page",
                "checkpoint-kept-after-completion",
                "ascending-checkpoint-on-unordered-rows",
                "descending-restart-stores-resume-point",
                "staged-watermark-displaced-by-retry",
                "resume-id-without-window-bound",
                "interrupted-run-skips-other-streams",
                "failed-slice-skipped-run-completes",
                "parallel-slices-single-maximum",
                "sync-mode-switch-leaves-gap",
            ]
        ),
        (
            "time-and-timezone",
            [
                "filter-formatted-without-offset",
                "database-session-zone-shifts-values",
                "repeated-hour-ambiguous-cursor",
                "plus-sign-in-filter-becomes-space",
                "slice-step-skips-a-unit",
                "year-outside-carrier-range",
            ]
        ),
        (
            "primary-key",
            [
                "key-is-an-actor-not-the-row",
                "empty-key-list-disables-dedup",
                "deselected-key-column",
                "key-name-not-normalised",
                "key-from-volatile-export-id",
                "row-variants-carry-different-id-fields",
                "keyless-table-reappends",
            ]
        ),
        (
            "partitioning",
            [
                "missing-partition-value-falls-into-default",
                "served-partition-value-drifts",
                "partition-in-local-time",
                "one-bucket-per-row",
                "uuid-key-has-no-layout",
                "stale-layout-override-after-mode-change",
            ]
        ),
        (
            "schema-and-types",
            [
                "integer-locked-then-fraction",
                "integer-width-narrowed",
                "integers-above-2-53-rounded",
                "nullable-integer-becomes-float",
                "oversized-number-stops-table",
                "nan-and-infinite-floats",
                "json-type-downgraded-by-empty-batch",
            ]
        ),
        (
            "text-and-naming",
            [
                "column-names-collide-after-normalising",
                "nul-character-in-text",
                "charset-differs-between-read-paths",
                "same-table-name-in-two-schemas",
            ]
        ),
        (
            "http-behaviour",
            [
                "retry-after-ignored",
                "quota-window-longer-than-retry-budget",
                "success-status-with-error-body",
                "server-errors-retried-without-end",
                "truncated-body-accepted",
                "job-finished-without-usable-output",
                "column-groups-stitched-from-two-reads",
            ]
        ),
        (
            "auth-and-secrets",
            [
                "token-captured-once",
                "token-expires-inside-backoff",
                "secret-in-error-message-url",
                "credentials-inside-rows",
            ]
        ),
        (
            "network-safety",
            [
                "next-link-to-foreign-host",
                "host-checked-only-at-creation",
                "id-changes-request-path",
                "identifier-not-quoted",
            ]
        ),
        (
            "memory-and-resources",
            [
                "stored-size-instead-of-expanded-size",
                "whole-list-in-one-item",
                "fetch-all-rows",
                "dedup-state-grows-with-ties",
                "connection-not-closed-on-error",
            ]
        ),
        (
            "database-reading",
            [
                "no-order-by-with-running-watermark",
                "parallel-split-drops-minimum-group",
                "version-counter-wraps",
                "bound-and-read-in-two-snapshots",
                "row-policy-hides-rows",
            ]
        ),
        (
            "change-and-delete",
            [
                "archived-rows-left-out",
                "resumed-full-refresh-keeps-old-rows",
                "failed-refresh-empties-table",
                "key-change-event-split",
            ]
        ),
        (
            "files",
            [
                "late-visible-older-file",
                "escaped-section-dropped",
            ]
        ),
        (
            "fan-out",
            [
                "deleted-parent-aborts-children",
                "children-gated-on-parent-change",
            ]
        ),
    ]

    /// All bugs.
    public static let bugs = kinds.flatMap(\.bugs)

    /// Those that no fault has been seeded for.
    public static var unseeded: [String] {
        let seeded = Set(SeededFault.all.filter { $0.origin == .field }.map(\.name))
        return bugs.filter { !seeded.contains($0) }
    }
}
