import Columns
import Foundation
import SourceCatalog
import TestSupport
import Testing
import Tributary

@Suite struct RegistryTests {
    private static let catalogue = FixtureFolder.root.deletingLastPathComponent()
        .appendingPathComponent("Sources/SourceCatalog")
    private static let golden = URL(filePath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("Golden/identifiers.txt")

    @Test("each type is there once, in alphabetical order")
    func order() throws {
        try SourceRegistry.builtIn.validate()
        let types = SourceRegistry.builtIn.types
        #expect(types == types.sorted { $0.lowercased() < $1.lowercased() })
    }

    @Test("each source file is registered")
    func everyFolder() throws {
        let registered = Set(SourceRegistry.builtIn.sources.compactMap { $0.swiftType.split(separator: ".").last })
        let files = FileManager.default.enumerator(at: Self.catalogue, includingPropertiesForKeys: nil)
        let sources = (files?.allObjects ?? []).compactMap { $0 as? URL }
            .filter { $0.lastPathComponent.hasSuffix("Source.swift") }
            .map { $0.deletingPathExtension().lastPathComponent }
        #expect(sources.count >= 2)
        for source in sources { #expect(registered.contains(Substring(source)), "\(source) is not in Registry.swift") }
    }

    /// Types, field names and choices are stored in connections: a rename would orphan them. An addition goes into the
    /// golden file (`TRIBUTARY_WRITE_GOLDEN=1` writes it); nothing ever leaves it.
    @Test("no type, field or choice was renamed")
    func identifiers() throws {
        let current = SourceRegistry.builtIn.sources.flatMap { source in
            [source.description.type] + names(source.form.fields, below: source.description.type)
        }
        if ProcessInfo.processInfo.environment["TRIBUTARY_WRITE_GOLDEN"] != nil {
            try Data((current.joined(separator: "\n") + "\n").utf8).write(to: Self.golden)
        }
        let stored = try String(contentsOf: Self.golden, encoding: .utf8).split(separator: "\n").map(String.init)
        for name in stored { #expect(current.contains(name), "\(name) is gone: stored connections hold it") }
        for name in current { #expect(stored.contains(name), "add \(name) to Golden/identifiers.txt") }
    }

    private func names(_ fields: [FormField], below path: String) -> [String] {
        fields.flatMap { field -> [String] in
            let place = "\(path).\(field.name)"
            let choices = (field.options ?? []).flatMap { option in
                ["\(place)=\(option.value)"] + names(option.fields ?? [], below: "\(place)=\(option.value)")
            }
            return [place] + choices + names(field.fields ?? [], below: place)
        }
    }

    @Test("each source has an icon, a documentation link and a sound form", arguments: SourceRegistry.builtIn.types)
    func presentation(_ type: String) throws {
        let source = try SourceRegistry.builtIn.source(type)
        let icon = Self.catalogue.appendingPathComponent(source.form.iconPath)
        let svg = try String(contentsOf: icon, encoding: .utf8)
        #expect(svg.contains("<svg") && !svg.contains("<script"))
        #expect(source.description.docs.hasPrefix("https://"))
        #expect(source.declarationProblems == [])
        #expect(!source.form.fields.isEmpty)
        _ = try JSONEncoder().encode(source.form)
        #expect(source.jsonSchema["properties"] != nil)
    }
}
