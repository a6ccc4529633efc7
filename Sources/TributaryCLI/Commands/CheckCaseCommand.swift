import ArgumentParser
import Conformance
import SourceCatalog
import Tributary

/// `tributary check-case`: one part of a check in a process of its own, started by `tributary check` and by tests.
struct CheckCaseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check-case", abstract: "Run a part of a check that may end its process.", shouldDisplay: false)

    @Argument(help: "The file that describes the case.")
    var file: String

    func run() async {
        await ChildCase.run(
            file: file, registered: { try Sources.registry.source($0) }, stack: Kit.stack)
    }
}
