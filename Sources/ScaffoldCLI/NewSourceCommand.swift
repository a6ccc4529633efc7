import ArgumentParser
import Foundation

/// `scaffold new-source NAME`: a REST source that compiles, registered.
struct NewSourceCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "new-source", abstract: "Write a REST source from Templates/ and register it.",
        discussion: "Overwrites nothing; when a step is not possible, nothing is left behind.")

    @Argument(help: "The source's name, such as acme or 'Acme CRM'; it becomes the type, which is never renamed.")
    var name: String

    @Option(help: "The name that users see; by default NAME.")
    var label: String?

    @Option(name: .customLong("base-url"), help: "Where the API answers, such as https://api.acme.example/v1.")
    var baseURL = "https://api.example.com/v1"

    @Option(help: "The vendor's documentation; https.")
    var docs = "https://example.com/docs"

    @Option(help: "The package's folder.", completion: .directory)
    var package = "."

    @Flag(help: "Only say what would be written.")
    var dryRun = false

    func run() throws {
        let type = try SourceTypeName(name)
        let url = URL(string: baseURL)
        guard let url, ["http", "https"].contains(url.scheme), url.host != nil else {
            throw ValidationError(
                "Reading --base-url '\(baseURL)': an address such as https://api.acme.example/v1 is needed.")
        }
        let marks = [
            "__Type__": type.text, "__label__": label ?? name,
            "__base_url__": baseURL.hasSuffix("/") ? String(baseURL.dropLast()) : baseURL, "__docs__": docs,
        ]
        let draft = try SourceDraft(type: type, marks: marks, package: URL(filePath: package))
        if dryRun {
            for file in draft.files { print("would write  \(file.path)") }
            print("would edit   \(SourceDraft.registryPath)")
            return
        }
        try draft.write()
        for file in draft.files { print("wrote   \(file.path)") }
        print("edited  \(SourceDraft.registryPath)")
        print("\nNext: put the tables of the API into \(draft.files[0].path), then: swift build")
    }
}

/// The type of a new source: letters and digits, beginning with a capital, as Swift and the registry want it.
struct SourceTypeName {
    let text: String

    /// Makes a type of what a person typed: `acme crm` becomes `AcmeCrm`.
    init(_ name: String) throws {
        let words = name.split { !($0.isASCII && ($0.isLetter || $0.isNumber)) }
        text = words.map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
        guard let first = text.first, first.isLetter, text.count <= 40 else {
            throw ValidationError(
                "Reading the name '\(name)': at most 40 letters and digits, a letter first, are needed.")
        }
    }
}
