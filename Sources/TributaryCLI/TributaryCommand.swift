import ArgumentParser
import Foundation
import Pipeline
import Transports
import Tributary

/// The command line over a list of sources: the program `tributary` over those that are built in, and the program of any
/// package that has sources of its own.
public enum TributaryTool {
    /// Runs the command that the arguments ask for, and ends the process with its exit code.
    public static func main(_ registry: SourceRegistry) async {
        // A closed pipe (`tributary runs | head`) ends the command quietly, as it does for other tools.
        signal(SIGPIPE, SIG_DFL)
        HeapSettings.keepBatchBuffers()
        SQLiteLibrary.countNoMemory()
        Sources.use(registry)
        do {
            try CommandNames.check(CommandLine.arguments.dropFirst())
            var command = try TributaryCommand.parseAsRoot()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch {
            Failure.exit(with: error, as: TributaryCommand.self)
        }
    }
}

/// `tributary`: connects sources, syncs their tables into a lake, and shows what happened.
struct TributaryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tributary",
        abstract: "Sync tables of an upstream into a Delta Lake, without losing a row.",
        discussion: """
            Start with 'tributary demo', or connect an upstream of your own:

              tributary sources                         what there is
              tributary connect postgres --name shop    make a connection
              tributary schemas shop                    its tables
              tributary sync shop orders --lake lake    bring one into the lake

            Tab completion: tributary --generate-completion-script bash > /etc/bash_completion.d/tributary
            Exit codes: tributary exit-codes
            """,
        subcommands: [
            SourcesCommand.self, FormCommand.self, ConnectCommand.self, ConnectionsCommand.self, AccountsCommand.self,
            SchemasCommand.self,
            SyncCommand.self, RunsCommand.self, CompactCommand.self, VacuumCommand.self, DemoCommand.self,
            RecordCommand.self, RerecordCommand.self, CheckCommand.self, CheckCaseCommand.self, FixturesCommand.self,
            ReleaseCommand.self,
            PreviewCommand.self, ReviewCommand.self, DocsCommand.self,
            ExitCodesCommand.self,
        ])
}

/// `tributary exit-codes`: what a script can tell from a command's end.
struct ExitCodesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "exit-codes", abstract: "Explain the exit codes of all commands.")

    @OptionGroup var output: OutputOptions

    func run() throws {
        if output.json {
            struct Entry: Encodable {
                var code: Int32
                var meaning: String
            }
            try JSONOutput.print(ExitStatus.allCases.map { Entry(code: $0.rawValue, meaning: $0.meaning) })
            return
        }
        var table = TextTable([("CODE", .right), ("MEANING", .left)])
        for status in ExitStatus.allCases { table.add([String(status.rawValue), status.meaning]) }
        Console.result(table.text)
    }
}
