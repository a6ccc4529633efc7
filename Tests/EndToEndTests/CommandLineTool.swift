import Foundation
import Spawn
import TestSupport

/// Runs the built `tributary` as a user does: a process with arguments, streams and an exit code.
struct CommandLineTool {
    /// What came of one call.
    struct Result {
        var status: Int32
        var output: String
        var errors: String

        /// The standard output as JSON.
        func json() throws -> Any { try JSONSerialization.jsonObject(with: Data(output.utf8)) }
    }

    /// The folder of the built products, which holds the test bundle too.
    static let products: URL = {
        let bundle = Bundle.allBundles.first { $0.bundlePath.hasSuffix(".xctest") }?.bundleURL
        return bundle?.deletingLastPathComponent() ?? Bundle.main.bundleURL
    }()

    /// The package's root.
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    var name = "tributary"
    /// The state folder and the lake of this test.
    let folder: URL
    var environment: [String: String] = [:]

    /// Runs the tool to its end. Its standard input is empty, so it never asks.
    func run(_ arguments: [String], at place: URL = root) throws -> Result {
        var variables = ProcessInfo.processInfo.environment
        variables["TRIBUTARY_STATE"] = folder.appending(path: "state").path
        variables["TRIBUTARY_LAKE"] = folder.appending(path: "lake").path
        let files = ["out", "err"].map { folder.appending(path: "\(UUID().uuidString).\($0)") }
        for file in files { _ = FileManager.default.createFile(atPath: file.path, contents: nil) }
        let channels = try files.map { try FileHandle(forWritingTo: $0) }
        // The child gets their descriptors, which go with them.
        defer { for channel in channels { try? channel.close() } }
        let status = try ChildStart(
            path: Self.products.appending(path: name).path, arguments: arguments,
            environment: variables.merging(environment) { $1 }, folder: place.path,
            output: channels[0].fileDescriptor, errors: channels[1].fileDescriptor
        ).run()
        return Result(
            status: status, output: try String(contentsOf: files[0], encoding: .utf8),
            errors: try String(contentsOf: files[1], encoding: .utf8))
    }

    func run(_ arguments: String...) throws -> Result { try run(arguments) }
}
