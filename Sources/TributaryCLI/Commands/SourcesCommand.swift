import ArgumentParser
import Columns
import Tributary

/// `tributary sources`: the catalogue.
struct SourcesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sources", abstract: "List the sources that can be connected.")

    @OptionGroup var output: OutputOptions

    private struct Entry: Encodable {
        var type: String
        var label: String
        var category: String
        var status: String
        var docs: String
        var fields: [String]
        var syncTypes: [String]
    }

    func run() throws {
        let entries = Sources.registry.sources.map { source in
            Entry(
                type: source.description.type, label: source.description.label,
                category: source.description.category.rawValue, status: source.description.status.rawValue,
                docs: source.description.docs, fields: source.form.fields.map(Self.name),
                syncTypes: source.syncTypes.map(\.rawValue))
        }
        if output.json { return try JSONOutput.print(entries) }
        var table = TextTable([
            ("TYPE", .left), ("LABEL", .left), ("CATEGORY", .left), ("SYNC TYPES", .left), ("FIELDS", .left),
        ])
        for entry in entries {
            table.add([
                entry.type.lowercased(), entry.label, entry.category, entry.syncTypes.joined(separator: ", "),
                entry.fields.joined(separator: " "),
            ])
        }
        Console.result(table.text)
        Console.note("\nA field with a star is required. The whole form: tributary form TYPE")
    }

    private static func name(_ field: FormField) -> String { field.name + (field.required == true ? "*" : "") }
}
