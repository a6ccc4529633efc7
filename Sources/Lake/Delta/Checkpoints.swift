struct CheckpointReader {
    let log: DeltaLog
    func read(_ c: LogListing.Checkpoint) async throws -> TableState {
        throw LakeError(.unsupported, "", path: "", problem: "", advice: "")
    }
}
struct CheckpointWriter {
    let log: DeltaLog
    let now: Int64
    func write(_ s: TableState) async throws {}
}
