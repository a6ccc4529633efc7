import ArgumentParser
import Pipeline
import Tributary

/// `tributary connections`: the stored connections.
struct ConnectionsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "connections", abstract: "List the connections, or forget one.")

    @Option(
        help: "Forget this connection and its settings; its tables in the lake stay.",
        completion: Completions.connections)
    var forget: String?

    @OptionGroup var state: StateOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let store = try state.store()
        if let forget { try store.deleteConnection(forget) }
        let connections = try store.connections()
        if output.json { return try JSONOutput.print(connections) }
        guard !connections.isEmpty else {
            Console.note("There is no connection yet; make one with: tributary connect TYPE")
            return
        }
        var table = TextTable([("NAME", .left), ("SOURCE", .left), ("MADE", .left)])
        for connection in connections {
            table.add([connection.name, connection.sourceType, Moment.text(connection.createdAt)])
        }
        Console.result(table.text)
    }
}
