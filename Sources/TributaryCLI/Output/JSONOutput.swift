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
        Console.result(String(decoding: try bytes(of: value), as: UTF8.self))
    }

    /// The JSON text of `value`.
    static func bytes(of value: some Encodable) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(value))
    }
}
