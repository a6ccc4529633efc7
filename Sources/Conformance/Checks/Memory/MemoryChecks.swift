/// Group I: what is held is bounded, whatever comes.
enum MemoryChecks {
    static let all: [Check] = [
        BatchChecks.all,
        HoldingChecks.all,
        BodySizeChecks.all,
    ].flatMap { $0 }
}
