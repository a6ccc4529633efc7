import ArgumentParser
import Foundation
import Lake
import Pipeline
import Tributary

/// The tables that a maintenance command works on.
struct MaintenanceTarget: ParsableArguments {
    @Argument(help: "The connection's name, which is its folder in the lake.", completion: Completions.connections)
    var name: String

    @Argument(help: "Tables; by default all that are in the lake.")
    var tables: [String] = []

    @OptionGroup var lake: LakeOption

    /// The tables that are there.
    func open() async throws -> [LakeTable] {
        let storage = try LocalStorage(lake.path())
        let folders = try await LakeTable.folders(in: storage, under: LakePath.escapedName(name))
        guard !tables.isEmpty else {
            guard !folders.isEmpty else { throw missing("any table", advice: nil) }
            return folders.map { LakeTable(storage: storage, folder: $0) }
        }
        return try tables.map { table in
            let folder = SyncEngine.folder(connection: name, schema: table)
            let there = folders.map { $0.split(separator: "/").last.map(String.init) ?? $0 }
            guard folders.contains(folder) else {
                throw missing("the table '\(table)'", advice: NearestName.advice(for: table, among: there))
            }
            return LakeTable(storage: storage, folder: folder)
        }
    }

    private func missing(_ what: String, advice: String?) -> SourceError {
        SourceError(
            .notFound, "Looking for \(what) of '\(name)' in the lake: it is not there.",
            advice: advice ?? "Check --lake, and sync first.")
    }
}

/// `tributary compact`: fewer, larger files.
struct CompactCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compact", abstract: "Rewrite small files of tables into larger ones; rows stay as they are.",
        discussion: "Readers and syncs may go on meanwhile. The old files stay until a vacuum.")

    @OptionGroup var target: MaintenanceTarget
    @OptionGroup var output: OutputOptions

    private struct Entry: Encodable {
        var table: String
        var filesBefore: Int
        var filesAfter: Int
        var bytesWritten: Int
    }

    func run() async throws {
        var entries: [Entry] = []
        for table in try await target.open() {
            let report = try await table.compact()
            entries.append(
                Entry(
                    table: table.folder, filesBefore: report.filesRemoved, filesAfter: report.filesAdded,
                    bytesWritten: report.bytesAdded))
            guard !output.json else { continue }
            let done =
                report.filesRemoved == 0
                ? "nothing to do"
                : "\(report.filesRemoved.counted("file")) into \(report.filesAdded), \(Figures.bytes(report.bytesAdded)) written"
            Console.result("\(table.folder): \(done)")
        }
        if output.json { try JSONOutput.print(entries) }
    }
}

/// `tributary vacuum`: deletes what no version needs any more.
struct VacuumCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "vacuum", abstract: "Delete files that no recent version of a table needs.",
        discussion: "Readers of versions older than --keep-hours will miss their files.")

    @OptionGroup var target: MaintenanceTarget

    @Option(help: "Keep what a version of the last so many hours needs.")
    var keepHours = 24

    @Flag(help: "Only say what would be deleted.")
    var dryRun = false

    @OptionGroup var output: OutputOptions

    private struct Entry: Encodable {
        var table: String
        var files: Int
        var bytes: Int
        var dryRun: Bool
    }

    func run() async throws {
        var entries: [Entry] = []
        for table in try await target.open() {
            let report = try await table.vacuum(olderThan: .seconds(keepHours * 3600), dryRun: dryRun)
            entries.append(
                Entry(table: table.folder, files: report.files.count, bytes: report.bytes, dryRun: dryRun))
            guard !output.json else { continue }
            let verb = dryRun ? "would delete" : "deleted"
            Console.result(
                "\(table.folder): \(verb) \(report.files.count.counted("file")), \(Figures.bytes(report.bytes))")
        }
        if output.json { try JSONOutput.print(entries) }
    }
}
