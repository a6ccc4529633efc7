import ArgumentParser
import Foundation

/// The files of a new source, made in memory, written together or not at all.
struct SourceDraft {
    static let goldenPath = "Tests/SourceCatalogTests/Golden/identifiers.txt"

    /// A file to be written, relative to the package.
    struct File {
        var path: String
        var text: String
        /// What the file was before; nil for a new one.
        var before: String?

        var isEdit: Bool { before != nil }
    }

    let files: [File]
    private let package: URL

    /// Fills the templates.
    ///
    /// - Throws: `ValidationError` when the folder is not this package, or something of this name is there.
    ///
    /// - Parameters:
    ///   - package: the folder of the package that gets the source: this one, or one of sources alone.
    ///   - home: Tributary's own folder, with the templates.
    init(_ plan: SourcePlan, package: URL, home: URL) throws {
        self.package = package
        let templates = TemplateFolder(package: home)
        let catalogue = try Self.catalogue(of: package)
        if plan.kind == .sql, catalogue != Self.ownCatalogue {
            throw ValidationError(
                "Making a source of kind sql in \(package.path): the dialects are Tributary's own. Write it there.")
        }
        let marks = SourceCode.marks(plan)
        var files = [
            File(
                path: "\(catalogue)/\(plan.type.text)/\(plan.type.text)Source.swift",
                text: try SourceCode(plan: plan, templates: templates).text()),
            File(
                path: "\(catalogue)/Icons/\(plan.id).svg",
                text: try templates.filled("Templates/common/icon.svg", marks)),
            File(
                path: "Documentation/sources/\(plan.id).md",
                text: try templates.filled("Templates/common/page.md", marks)),
            File(
                path: "Fixtures/\(plan.id)/redaction.json",
                text: try templates.filled("Templates/common/redaction.json", marks)),
        ]
        files += try ExampleScenario(plan).files().map { File(path: "Fixtures/\(plan.id)/\($0.path)", text: $0.text) }
        for file in files where FileManager.default.fileExists(atPath: package.appending(path: file.path).path) {
            throw ValidationError(
                "Making the source \(plan.type.text): \(file.path) is there already; choose another name.")
        }
        let registry = try TemplateFolder(package: package).text("\(catalogue)/Registry.swift")
        let edited = try RegistryEdit(text: registry).adding("\(plan.type.text)Source")
        files.append(File(path: "\(catalogue)/Registry.swift", text: edited, before: registry))
        if let golden = try? TemplateFolder(package: package).text(Self.goldenPath) {
            let names = FormNames(plan).all
            files.append(
                File(path: Self.goldenPath, text: golden + names.joined(separator: "\n") + "\n", before: golden))
        }
        self.files = files
    }

    private static let ownCatalogue = "Sources/SourceCatalog"

    /// The folder with the registry: this package's, or the only one of another.
    private static func catalogue(of package: URL) throws -> String {
        let files = FileManager.default
        func hasRegistry(_ folder: String) -> Bool {
            files.fileExists(atPath: package.appending(path: "\(folder)/Registry.swift").path)
        }
        if hasRegistry(ownCatalogue) { return ownCatalogue }
        let names = (try? files.contentsOfDirectory(atPath: package.appending(path: "Sources").path)) ?? []
        guard let name = names.sorted().first(where: { hasRegistry("Sources/\($0)") }) else {
            throw ValidationError(
                "Looking in \(package.path): there is no Sources/…/Registry.swift. Run this in Tributary's own folder, or "
                    + "give --package the folder of a package that 'scaffold new-package' made.")
        }
        return "Sources/\(name)"
    }

    /// Writes everything; on an error takes back what was written.
    func write() throws {
        var written: [File] = []
        do {
            for file in files {
                let url = package.appending(path: file.path)
                try FileManager.default.createDirectory(
                    at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
                written.append(file)
                try file.text.write(to: url, atomically: true, encoding: .utf8)
            }
        } catch {
            for file in written { takeBack(file) }
            throw ValidationError("Writing the source: \(error.localizedDescription) Nothing was left behind.")
        }
    }

    private func takeBack(_ file: File) {
        let url = package.appending(path: file.path)
        if let before = file.before {
            try? before.write(to: url, atomically: true, encoding: .utf8)
            return
        }
        try? FileManager.default.removeItem(at: url)
        // Folders that hold nothing now were made for it.
        var folder = url.deletingLastPathComponent()
        while folder.path != package.path,
            (try? FileManager.default.contentsOfDirectory(atPath: folder.path))?.isEmpty == true
        {
            try? FileManager.default.removeItem(at: folder)
            folder.deleteLastPathComponent()
        }
    }
}

/// The names that a source's form stores, as the golden list of identifiers has them.
struct FormNames {
    /// The type, then its fields behind it.
    let all: [String]
    /// The fields alone.
    let fields: [String]

    init(_ plan: SourcePlan) {
        let type = plan.type.text
        let credentials: [String] =
            switch (plan.kind, plan.auth) {
            case (.sql, _):
                ["host", "port", "database", "user", "password"]
                    + ([
                        "", ".host", ".port", ".auth", ".auth=password", ".auth=password.username",
                        ".auth=password.password", ".auth=keypair", ".auth=keypair.username",
                        ".auth=keypair.private_key", ".auth=keypair.passphrase", ".host_key", ".require_tls",
                    ].map { "ssh_tunnel" + $0 })
            case (_, .apiKey): ["api_key"]
            case (_, .bearer): ["access_token"]
            case (_, .basic): ["user", "password"]
            case (_, .oauth): ["account"]
            case (_, .none): []
            }
        fields = plan.kind == .sql ? credentials : plan.baseURL.parts.map(\.wireName) + credentials
        all = [type] + fields.map { "\(type).\($0)" }
    }
}
