import Columns

/// The log of one table, or of one stage of it: versions as files in a folder.
struct DeltaLog: Sendable {
    let storage: any LakeStorage
    /// The folder of the log, relative to the storage's root: it ends in `_delta_log`.
    let folder: String
    /// The folder that the paths of data files are relative to.
    let table: String

    /// The table at its newest version, or nil where there is none.
    func load() async throws -> TableState? {
        let listing = LogListing(try await storage.list(folder), folder: folder)
        guard let newest = listing.newestVersion else { return nil }
        var state = try await start(listing)
        if state.version < newest {
            for version in (state.version + 1)...newest {
                guard listing.commits.contains(version) else { throw gap(version, newest: newest) }
                try state.apply(try await readCommit(version), version: version, path: commitPath(version))
            }
        }
        guard state.metadata != nil else { throw incomplete(newest) }
        return try await countingRows(state)
    }

    /// Brings `state` up to the newest version; the same state where nothing is new.
    func refresh(_ state: TableState?) async throws -> TableState? {
        guard var state else { return try await load() }
        while let actions = try await readNext(state.version + 1) {
            try state.apply(actions, version: state.version + 1, path: commitPath(state.version + 1))
        }
        return try await countingRows(state)
    }

    /// Commits `actions` as `version`. False: another writer was first.
    ///
    /// Where the storage answers with an error, or that the name is taken, the commit may still be ours: an answer can be
    /// lost on its way, and the request be repeated below us. Its identity tells.
    func commit(_ actions: [DeltaAction], version: Int64) async throws -> Bool {
        let bytes = CommitCoding.encode(actions)
        do {
            if try await storage.putIfAbsent(commitPath(version), bytes) { return true }
        } catch {
            guard await isOurs(actions, version) else { throw error }
            return true
        }
        return await isOurs(actions, version)
    }

    private func isOurs(_ actions: [DeltaAction], _ version: Int64) async -> Bool {
        guard let identity = actions.lazy.compactMap({ $0.commitInfo?.txnId }).first,
            let committed = try? await readCommit(version)
        else { return false }
        return committed.contains { $0.commitInfo?.txnId == identity }
    }

    func commitPath(_ version: Int64) -> String { "\(folder)/\(LogListing.name(version)).json" }

    func readCommit(_ version: Int64) async throws -> [DeltaAction] {
        let path = commitPath(version)
        return try CommitCoding.decode(try await storage.read(path, range: nil), path: displayed(path))
    }

    private func readNext(_ version: Int64) async throws -> [DeltaAction]? {
        guard try await storage.size(of: commitPath(version)) != nil else { return nil }
        return try await readCommit(version)
    }

    /// The newest checkpoint that can be read, or nothing.
    private func start(_ listing: LogListing) async throws -> TableState {
        var trouble: (any Error)?
        for checkpoint in listing.checkpoints.reversed() {
            do {
                return try await CheckpointReader(log: self).read(checkpoint)
            } catch let error as LakeError where error.kind == .corrupt {
                // An older checkpoint and the commits behind it tell the same story.
                trouble = trouble ?? error
            }
        }
        if let trouble, !listing.commits.contains(0) { throw trouble }
        return TableState()
    }

    /// Fills in the row counts that a foreign writer left out.
    private func countingRows(_ state: TableState) async throws -> TableState {
        var state = state
        for (path, file) in state.files where file.rowCount < 0 {
            let reader = try await DataFileReader.open(storage, table: table, file: file)
            state.files[path]?.rowCount = reader.rowCount
        }
        return state
    }

    /// A path as messages show it.
    func displayed(_ path: String) -> String { "\(storage.location)/\(path)" }

    private func gap(_ version: Int64, newest: Int64) -> LakeError {
        LakeError(
            .corrupt, "Reading the log of a table", path: displayed(commitPath(version)),
            problem: "this commit is missing, while version \(newest) is there",
            advice: "Restore the file from a backup, or reset the table and sync it again.")
    }

    private func incomplete(_ version: Int64) -> LakeError {
        LakeError(
            .corrupt, "Reading the log of a table", path: displayed(folder),
            problem: "up to version \(version) no commit says which columns the table has",
            advice: "Restore the log from a backup, or reset the table and sync it again.")
    }
}

/// What lies in the folder of a log.
struct LogListing: Sendable {
    /// One complete checkpoint: the version, and its parts in order.
    struct Checkpoint: Sendable {
        var version: Int64
        var parts: [StoredFile]
    }

    private(set) var commits: Set<Int64> = []
    /// In order of their versions.
    private(set) var checkpoints: [Checkpoint] = []
    /// All files of a version's commit and checkpoints, for cleaning up.
    private(set) var files: [(version: Int64, file: StoredFile)] = []

    init(_ listed: [StoredFile], folder: String) {
        var multipart: [String: [StoredFile]] = [:]
        for file in listed {
            let name = file.path.dropFirst(folder.count + 1)
            let parts = name.split(separator: ".")
            guard let first = parts.first, first.count == 20, let version = Int64(first) else { continue }
            files.append((version, file))
            switch parts.dropFirst().joined(separator: ".") {
            case "json": commits.insert(version)
            case "checkpoint.parquet": checkpoints.append(Checkpoint(version: version, parts: [file]))
            default:
                // 00000000000000000010.checkpoint.0000000001.0000000002.parquet
                guard parts.count == 5, parts[1] == "checkpoint", parts[4] == "parquet" else { continue }
                multipart["\(first).\(parts[3])", default: []].append(file)
            }
        }
        for (name, parts) in multipart {
            let numbers = name.split(separator: ".").compactMap { Int64($0) }
            guard numbers.count == 2, parts.count == numbers[1] else { continue }
            checkpoints.append(Checkpoint(version: numbers[0], parts: parts.sorted { $0.path < $1.path }))
        }
        checkpoints.sort { $0.version < $1.version }
    }

    var newestVersion: Int64? {
        [commits.max(), checkpoints.last?.version].compactMap { $0 }.max()
    }

    /// The twenty digits that a version's files start with.
    static func name(_ version: Int64) -> String {
        let digits = String(version)
        return String(repeating: "0", count: max(0, 20 - digits.count)) + digits
    }
}
