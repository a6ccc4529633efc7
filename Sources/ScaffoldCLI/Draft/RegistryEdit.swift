import ArgumentParser
import Foundation

/// Adds a line to the registry's one list, in alphabetical order.
struct RegistryEdit {
    let text: String

    /// The registry with `type` in its place.
    ///
    /// - Throws: `ValidationError` when the list is not where it is expected, or has the type.
    func adding(_ type: String) throws -> String {
        var lines = text.components(separatedBy: "\n").map { line in
            line.hasPrefix("        ") && line.hasSuffix("Source.self") ? line + "," : line
        }
        let entries = lines.indices.filter { lines[$0].trimmingCharacters(in: .whitespaces).hasSuffix("Source.self,") }
        guard let first = entries.first, let last = entries.last else {
            guard let list = lines.firstIndex(where: { $0.hasSuffix("SourceRegistry([") }) else {
                throw ValidationError("Editing Registry.swift: its list of sources was not found.")
            }
            // The formatter wants no comma behind an only element.
            lines.insert("        \(type).self", at: list + 1)
            return lines.joined(separator: "\n")
        }
        let line = lines[first].prefix { $0 == " " } + "\(type).self,"
        let names = entries.map { lines[$0].trimmingCharacters(in: .whitespaces) }
        guard !names.contains("\(type).self,") else {
            throw ValidationError("Editing Registry.swift: \(type) is registered already.")
        }
        let place = entries.first { lines[$0].trimmingCharacters(in: .whitespaces) > "\(type).self," } ?? last + 1
        lines.insert(String(line), at: place)
        return lines.joined(separator: "\n")
    }
}
