/// Group G: a run that is cut anywhere is finished by the next one.
enum ResumeChecks {
    static let all = [
        CutChecks.all, ProcessChecks.all, PositionChecks.all, SaveChecks.all, StateFormChecks.all,
        GoldenStateChecks.all, SameListChecks.all, RecordedCutChecks.all,
    ].flatMap { $0 }
}
