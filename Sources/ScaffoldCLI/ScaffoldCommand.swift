import ArgumentParser
import Foundation

/// `scaffold`: writes the first version of what an author would otherwise copy.
@main
struct ScaffoldCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "scaffold", abstract: "Write the first version of a source, or of a package of sources.",
        subcommands: [NewSourceCommand.self, NewPackageCommand.self])

    static func main() {
        do {
            var command = try parseAsRoot()
            try command.run()
        } catch let error as ValidationError {
            // The command line was read, and each part of it is possible: what lacks is told, and not how it is written.
            FileHandle.standardError.write(Data("Error: \(error.message)\n".utf8))
            Foundation.exit(ExitCode.validationFailure.rawValue)
        } catch {
            exit(withError: error)
        }
    }
}
