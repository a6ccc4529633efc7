import Columns
import Foundation

/// Looks for what a fixture must not hold: keys, tokens, personal data, traces of the machine that recorded.
///
/// Texts are looked at as they stand and as they decode (percent escapes, base 64, hexadecimal, gzip, JSON within text).
/// The same scanner stands before every write of a recording, behind `tributary fixtures scan`, and in the conformance
/// check over the committed tree.
///
/// ```swift
/// let report = try LeakScanner().scan(folder: URL(filePath: "Fixtures"), today: "2026-12-31")
/// ```
public struct LeakScanner: Sendable {
    /// Values that must not occur in whatever spelling: what a recording has replaced.
    let originals: PatternSet
    /// Names of this machine and its user.
    let places: [String]

    /// A scanner.
    ///
    /// - Parameters:
    ///   - originals: values of the recorded account that must be gone.
    ///   - places: names that tell where a recording was made, such as the user's; short and common ones are ignored.
    public init(originals: [String] = [], places: [String] = LeakScanner.machine) {
        self.originals = PatternSet(originals.map { ($0, "") })
        self.places = places
    }

    /// The names of this machine and its user, but for those that many machines have.
    public static let machine: [String] = {
        let common: Set = ["root", "user", "admin", "runner", "ubuntu", "debian", "localhost", "build", "buildkitd"]
        return [NSUserName(), ProcessInfo.processInfo.hostName].filter { $0.count >= 5 && !common.contains($0) }
    }()

    /// Scans every file of a folder, with the allow-list of that folder.
    ///
    /// - Parameters:
    ///   - folder: such as `Fixtures`, or one scenario.
    ///   - root: the fixtures' folder that the allow-list is in; nil means `folder`.
    ///   - today: the day by which entries of the allow-list run out, such as `2026-12-31`.
    /// - Throws: `SourceError` of kind `invalidFixture` when the folder or the allow-list cannot be read.
    public func scan(folder: URL, root: URL? = nil, today: String) throws -> LeakReport {
        let root = (root ?? folder).resolvingSymlinksInPath()
        let allow = try LeakAllowList(folder: root)
        var report = LeakReport()
        var clean: Set<LeakWalk.NamedText> = []
        for file in try Self.files(in: folder) {
            guard let data = FileManager.default.contents(atPath: file.path) else { continue }
            report.files += 1
            report.bytes += data.count
            var walk = LeakWalk(
                scanner: self, file: Self.relative(file, to: root), bytes: [UInt8](data), clean: clean)
            clean = []
            walk.run()
            clean = walk.clean
            report.findings += walk.findings
        }
        return report.judged(by: allow, today: today)
    }

    /// Scans one file.
    ///
    /// - Parameter file: its name relative to the fixtures' folder; the ending says how it is read.
    public func scan(_ bytes: [UInt8], file: String) -> [LeakFinding] {
        var walk = LeakWalk(scanner: self, file: file, bytes: bytes)
        walk.run()
        return walk.findings
    }

    /// What is wrong with one text that has a name, such as a value about to be shown.
    public func scan(text: String, name: String = "") -> [LeakFinding] {
        var walk = LeakWalk(scanner: self, file: "", bytes: [])
        walk.judge(text, name: name, place: name, offset: nil)
        return walk.findings
    }

    private static func files(in folder: URL) throws -> [URL] {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: folder.path, isDirectory: &isFolder) else {
            throw SourceErrors.noFolder(folder)
        }
        if !isFolder.boolValue { return [folder] }
        let skipped: Set = ["tools", "__pycache__"]
        guard let walker = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: [.isRegularFileKey])
        else { return [] }
        var files: [URL] = []
        for case let url as URL in walker {
            if skipped.contains(url.lastPathComponent) {
                walker.skipDescendants()
            } else if (try? url.resourceValues(forKeys: [.isRegularFileKey]).isRegularFile) == true,
                url.lastPathComponent != "scan-allow.json"
            {
                files.append(url.resolvingSymlinksInPath())
            }
        }
        return files.sorted { $0.path < $1.path }
    }

    private static func relative(_ file: URL, to root: URL) -> String {
        let prefix = root.path.hasSuffix("/") ? root.path : root.path + "/"
        return file.path.hasPrefix(prefix) ? String(file.path.dropFirst(prefix.count)) : file.lastPathComponent
    }
}
