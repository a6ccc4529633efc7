import ArgumentParser
import Foundation

/// `scaffold new-package NAME`: a package of sources outside this repository.
struct NewPackageCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "new-package", abstract: "Make a package of sources of your own, with its own CI file.",
        discussion: """
            The package has a program with all commands of tributary over its own sources, and a test that runs every check
            on each of them. It must not be there yet.

              swift run scaffold new-package ../acme-sources
              swift run scaffold new-source acme --package ../acme-sources
            """)

    @Argument(help: "The folder to be made; its last part is the package's name.", completion: .directory)
    var folder: String

    @Option(
        help: "Where Tributary is: a folder, or the URL of its repository; by default this folder.",
        completion: .directory)
    var tributary = "."

    @Option(help: "Tributary's own folder, for its templates.", completion: .directory)
    var package = "."

    func run() throws {
        let draft = try PackageDraft(
            at: URL(filePath: folder), tributary: tributary, templates: TemplateFolder(package: URL(filePath: package)))
        try draft.write()
        print("made \(folder): \(draft.names.joined(separator: ", "))")
        print("\nNext: swift run scaffold new-source NAME --package \(folder)")
    }
}
