/// Group I: what is held is bounded, whatever comes.
enum MemoryChecks {
    static let all: [Check] = []
}
