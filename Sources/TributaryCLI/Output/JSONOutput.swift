import ArgumentParser
import Foundation

/// The switch that every command with a result has.
struct OutputOptions: ParsableArguments {
    @Flag(help: "Print the result as JSON on standard output, and nothing else there.")
    var json = false
}

/// Prints results as JSON.
enum JSONOutput {
    /// Prints `value` with sorted keys, so that two runs can be compared.
    static func print(_ value: some Encodable) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        Console.result(String(decoding: try encoder.encode(value), as: UTF8.self))
    }
}
