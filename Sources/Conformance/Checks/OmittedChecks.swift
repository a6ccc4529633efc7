/// A proof of the contract that is no check of its own, and what stands in for it.
public struct OmittedCheck: Sendable {
    /// The name that is kept for it.
    public let name: String
    public let group: CheckGroup
    /// Why it is not built, and what proves the same, or what is left unproved.
    public let reason: String
}

extension CheckCatalogue {
    /// What is not built as a check, with the reason. Names are kept: should one be built, it is under this name.
    public static let omitted = [
        OmittedCheck(
            name: "read-partitions-cover-exactly", group: .reading,
            reason: "No source can offer it: a read is one stream of items with one position, and is not divided into "
                + "parts that run side by side. It would have nothing to look at."),
        OmittedCheck(
            name: "fixture-drift", group: .fixtures,
            reason:
                "Needs credentials and the real upstream: it belongs to the recorder, which compares a new recording "
                + "with the old one."),
        OmittedCheck(
            name: "capabilities-truthful", group: .documentation,
            reason: "Each claim of a source has a check of its own: order watermark-sort-mode-truthful, increments "
                + "discovery-incremental-fields-usable and watermark-filter-on-every-page, resuming resume-at-every-step, "
                + "tables without credentials discovery-static-needs-no-io, repeated keys key-duplicate-flag-truthful."),
        OmittedCheck(
            name: "template-compiles-and-reports", group: .documentation,
            reason:
                "Compiles packages: the test ScaffoldTests and the script scripts/authors write sources of every kind, "
                + "build them and run the kit over them."),
        OmittedCheck(
            name: "report-message-complete", group: .documentation,
            reason:
                "About the kit and no source: the test SelfTestTests demands every part of the message of each seeded "
                + "fault, and that no secret of the config is in it."),
        OmittedCheck(
            name: "check-can-fail", group: .documentation,
            reason: "About the kit and no source: a check cannot be made without a seeded fault, and "
                + "`tributary check --self-test` and SelfTestTests prove that it catches it and passes the clean twin."),
        OmittedCheck(
            name: "check-not-vacuous", group: .documentation,
            reason: "About the kit and no source: the runner turns a pass that looked at nothing into 'not exercised', "
                + "and SelfTestTests demands that each check looks at something of a clean twin."),
        OmittedCheck(
            name: "perf-throughput-floor", group: .performance,
            reason:
                "Rows per second on a shared machine say nothing that can be trusted to a fifth; Benchmarks measures "
                + "them on a quiet one. Work that grows too fast is caught by perf-linear-time and "
                + "perf-requests-minimal."),
        OmittedCheck(
            name: "perf-suite-budget", group: .performance,
            reason:
                "About a whole run, which no case of it sees: `tributary check --timings` tells the time of each check, "
                + "and `--budget` fails a run that takes longer."),
    ]
}
