import ArgumentParser
import Columns
import Tributary

/// `tributary form TYPE`: what a front end needs to draw a source's form.
struct FormCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "form", abstract: "Print a source's form as JSON, or as JSON Schema.",
        discussion: "Without --schema or --fields, prints an object with both: {\"form\": …, \"schema\": …}.")

    @Argument(help: "The source's type, such as stripe.", completion: Completions.sources)
    var type: String

    @Flag(help: "Only the JSON Schema (draft 2020-12) of the config.")
    var schema = false

    @Flag(help: "Only the form.")
    var fields = false

    // JSON is what this command prints anyway; the switch is accepted so that scripts may give it everywhere.
    @OptionGroup var output: OutputOptions

    func run() throws {
        let source = try Sources.source(type)
        let form = try JSONValue(parsing: JSONOutput.bytes(of: source.form))
        let result: JSONValue =
            switch (fields, schema) {
            case (true, false): form
            case (false, true): source.jsonSchema
            default: .object(JSONObject([("form", form), ("schema", source.jsonSchema)]))
            }
        Console.result(String(decoding: result.serialized(indentation: 2), as: UTF8.self))
    }
}
