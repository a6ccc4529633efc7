import ArgumentParser
import Columns
import Pipeline

/// `tributary runs`: the history.
struct RunsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "runs", abstract: "Show the history of syncs, newest first.")

    @Argument(help: "Only the runs of this connection.", completion: Completions.connections)
    var connection: String?

    @Option(help: "Only the runs of this table.")
    var table: String?

    @Option(help: "At most so many runs.")
    var limit = 20

    @OptionGroup var state: StateOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let runs = try state.store().runs(connection: connection, schema: table, limit: limit)
        if output.json { return try JSONOutput.print(runs) }
        guard !runs.isEmpty else {
            Console.note("No run is recorded here yet; start one with: tributary sync NAME --lake FOLDER")
            return
        }
        var text = TextTable([
            ("STARTED", .left), ("TABLE", .left), ("MODE", .left), ("STATUS", .left), ("ROWS", .right),
            ("TIME", .right), ("WATERMARK", .left),
        ])
        for run in runs {
            text.add([
                Moment.text(run.startedAt), "\(run.connection)/\(run.schema)", run.syncType, run.status.rawValue,
                run.rowsRead.grouped, duration(run), run.watermarkAfter ?? "",
            ])
            if let error = run.error { text.add(["", "  \(error)", "", "", "", "", ""]) }
        }
        Console.result(text.text)
    }

    private func duration(_ run: RunRecord) -> String {
        guard let end = run.endedAt else { return "" }
        return Figures.duration(Double(end - run.startedAt) / 1_000_000)
    }
}
