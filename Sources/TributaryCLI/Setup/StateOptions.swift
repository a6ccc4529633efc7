import ArgumentParser
import Foundation
import Pipeline
import Tributary

/// Where connections, secrets and the history of runs are kept.
struct StateOptions: ParsableArguments {
    @Option(
        name: .customLong("state"), help: "The folder of connections, key and run history ($TRIBUTARY_STATE).",
        completion: .directory)
    var folder: String?

    /// The folder: as given, from the environment, or in the user's own place for state.
    var path: String {
        if let folder = folder ?? Console.environment("TRIBUTARY_STATE") { return folder }
        let base = Console.environment("XDG_STATE_HOME") ?? NSHomeDirectory() + "/.local/state"
        return base + "/tributary"
    }

    func store() throws -> StateStore { try StateStore(folder: path) }
}

/// The lake's folder.
struct LakeOption: ParsableArguments {
    @Option(name: .long, help: "The lake's folder ($TRIBUTARY_LAKE).", completion: .directory)
    var lake: String?

    func path() throws -> String {
        guard let path = lake ?? Console.environment("TRIBUTARY_LAKE"), !path.isEmpty else {
            throw ValidationError("Say where the lake is: --lake FOLDER, or TRIBUTARY_LAKE in the environment.")
        }
        return path
    }
}

/// Names that the shell completes.
enum Completions {
    /// The connections of the default state folder.
    static let connections = CompletionKind.custom { _, _, _ in
        let state = (try? StateOptions.parse([]))?.path ?? ""
        guard FileManager.default.fileExists(atPath: state) else { return [] }
        return ((try? StateStore(folder: state).connections()) ?? []).map(\.name)
    }

    static let sources = CompletionKind.custom { _, _, _ in Sources.registry.types.map { $0.lowercased() } }
}
