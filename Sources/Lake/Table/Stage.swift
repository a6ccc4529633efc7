extension LakeTable {
    func deleteLog(ofStage stage: String) async throws {}

    /// Throws a stage away.
    public func discardStage(_ name: String) async throws {}

    /// Rewrites small files of each partition into few large ones. Rows and properties stay as they are.
    public func compact(options: LakeOptions = LakeOptions()) async throws -> CompactionReport { CompactionReport() }

    /// Deletes files that no version younger than `retention` needs.
    public func vacuum(
        olderThan retention: Duration = .seconds(7 * 86_400), dryRun: Bool = false, options: LakeOptions = LakeOptions()
    ) async throws -> VacuumReport { VacuumReport() }
}
