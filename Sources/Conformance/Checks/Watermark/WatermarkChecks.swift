/// Group F: increments lose nothing, double nothing, and end.
enum WatermarkChecks {
    static let all = [
        SplitChecks.all, OrderChecks.all, StoredValueChecks.all, BoundChecks.all, TimeChecks.all, HistoryChecks.all,
        QuietChecks.all, MutationChecks.all, SwitchChecks.all, RecordedWatermarkChecks.all,
    ].flatMap { $0 }
}
