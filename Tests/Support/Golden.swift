import Foundation
import Testing

/// Compares a text with a golden file beside the tests.
///
/// With `TRIBUTARY_REWRITE_GOLDEN=1` in the environment the file is written instead; look at the diff before committing.
public func expectGolden(
    _ text: String, _ name: String, beside file: String = #filePath, sourceLocation: SourceLocation = #_sourceLocation
) throws {
    var folder = URL(filePath: file).deletingLastPathComponent()
    while !FileManager.default.fileExists(atPath: folder.appending(path: "Golden").path), folder.path != "/" {
        folder.deleteLastPathComponent()
    }
    let golden = folder.appending(path: "Golden/\(name)")
    if ProcessInfo.processInfo.environment["TRIBUTARY_REWRITE_GOLDEN"] == "1" {
        return try text.write(to: golden, atomically: true, encoding: .utf8)
    }
    let expected = try String(contentsOf: golden, encoding: .utf8)
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    let wanted = expected.split(separator: "\n", omittingEmptySubsequences: false)
    let first =
        zip(lines, wanted).enumerated().first { $0.element.0 != $0.element.1 }?.offset ?? min(lines.count, wanted.count)
    #expect(
        text == expected, "differs from \(golden.lastPathComponent) in line \(first + 1)",
        sourceLocation: sourceLocation)
}
