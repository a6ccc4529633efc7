#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

extension LakeTable {
    /// Deletes files that no version younger than `retention` needs: replaced ones, and what crashed writers left.
    ///
    /// Commits and checkpoints that are older than 30 days go as well where a newer checkpoint of that age stands for them.
    ///
    /// Files of stages count as live. A file that is younger than the retention is never deleted, since a writer may be
    /// about to commit it: keep the retention longer than a sync takes.
    ///
    /// - Parameters:
    ///   - retention: How long replaced files are kept for readers of older versions (default 7 days, as other engines).
    ///   - dryRun: Only tells what would be deleted.
    public func vacuum(
        olderThan retention: Duration = .seconds(7 * 86_400), dryRun: Bool = false, options: LakeOptions = LakeOptions()
    ) async throws -> VacuumReport {
        let log = try log(stage: nil)
        let cutoff = options.clock() - retention.components.seconds * 1_000_000
        let main = try await log.load()
        var kept = main.map { Self.needed($0, after: cutoff) } ?? []
        for stage in try await stageFolders() {
            // The folder's name is escaped already; read by its path, not by its name.
            let staged = DeltaLog(storage: storage, folder: "\(stagesFolder)/\(stage)/_delta_log", table: folder)
            if let state = try await staged.load() { kept.formUnion(Self.needed(state, after: cutoff)) }
        }
        var report = VacuumReport()
        report.isDryRun = dryRun
        for file in try await storage.list(folder) where file.modified < cutoff {
            guard isGarbage(file.path, kept: kept, hasLog: main != nil) else { continue }
            if !dryRun { try await storage.delete(file.path) }
            report.files.append(file.path)
            report.bytes += file.size
        }
        for file in try await outdatedLog(log, now: options.clock()) {
            if !dryRun { try await storage.delete(file.path) }
            report.files.append(file.path)
            report.bytes += file.size
        }
        return report
    }

    /// What `delta.logRetentionDuration` is where nobody sets it, in microseconds.
    private static var logRetention: Int64 { 30 * 86_400_000_000 }

    /// Files of versions before the newest checkpoint that is past the log's retention, oldest last: what a crash leaves
    /// then is a log whose checkpoints all have what they need.
    private func outdatedLog(_ log: DeltaLog, now: Int64) async throws -> [StoredFile] {
        let listing = LogListing(try await storage.list(log.folder), folder: log.folder)
        let cutoff = now - Self.logRetention
        guard
            let base = listing.checkpoints.last(where: { $0.parts.allSatisfy { $0.modified < cutoff } })?.version
        else { return [] }
        return listing.files.filter { $0.version < base }.map(\.file).sorted { $0.path < $1.path }
    }

    /// The paths that the newest version, and those after `cutoff` (microseconds since 1970), name.
    private static func needed(_ state: TableState, after cutoff: Int64) -> Set<String> {
        var paths = Set(state.files.keys)
        for (path, removal) in state.tombstones where (removal.deletionTimestamp ?? 0) >= cutoff / 1_000 {
            paths.insert(path)
        }
        return paths
    }

    private func isGarbage(_ path: String, kept: Set<String>, hasLog: Bool) -> Bool {
        let relative = String(path.dropFirst(folder.count + 1))
        let name = relative.split(separator: "/").last ?? ""
        if name.hasPrefix("."), name.hasSuffix(".tmp") { return true }
        // Logs, and folders that other engines keep beside the data (`_change_data`, `_delta_index`).
        let isHidden = relative.split(separator: "/").contains {
            $0.hasPrefix("_") && !$0.hasPrefix("\(LakePath.partitionColumn)=")
        }
        guard hasLog, !isHidden, name.hasSuffix(".parquet") else { return false }
        return !kept.contains(relative)
    }
}

/// Identities of tables, commits and files.
enum UUIDText {
    /// A new random one, in lower case.
    static func make() -> String { UUID().uuidString.lowercased() }
}
