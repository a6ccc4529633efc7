import ArgumentParser

/// `scaffold`: writes the first version of what an author would otherwise copy.
@main
struct ScaffoldCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "scaffold", abstract: "Write the first version of a source, or of a package of sources.",
        subcommands: [NewSourceCommand.self, NewPackageCommand.self])
}
