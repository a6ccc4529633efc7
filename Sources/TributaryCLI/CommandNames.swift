import ArgumentParser
import Tributary

/// The names of commands on a command line.
enum CommandNames {
    /// Says which command was meant where one is misspelt; the parser itself only says that a word is not expected.
    ///
    /// - Throws: `ValidationError`.
    static func check(_ arguments: some Sequence<String>) throws {
        var place = [TributaryCommand.configuration]
        for word in arguments {
            let known = place[place.count - 1].subcommands.map { $0.configuration }
            if known.isEmpty || word.hasPrefix("-") { return }
            if word == "help", place.count == 1 { continue }
            guard let next = known.first(where: { $0.commandName == word }) else {
                let names = known.filter { $0.shouldDisplay }.compactMap { $0.commandName }
                let path = place.compactMap { $0.commandName } + [word]
                throw ValidationError(
                    "There is no command '\(path.joined(separator: " "))'. "
                        + (NearestName.advice(for: word, among: names) ?? ""))
            }
            place.append(next)
        }
    }
}
