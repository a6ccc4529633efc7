import Foundation

/// Symbolic links, for hostile fixtures.
enum FileLink {
    static func make(at url: URL, to target: String) throws {
        try FileManager.default.createSymbolicLink(atPath: url.path, withDestinationPath: target)
    }
}
