import Foundation

/// Runs another program to its end.
enum ToolProcess {
    /// How it ended, and what it said.
    struct Outcome {
        var status: Int32
        /// Standard output and error, in the order in which they came.
        var text: String

        /// The end of what it said, for messages: its errors where it names some, else its last lines.
        var excerpt: String {
            let lines = text.split(separator: "\n").map(String.init)
            let errors = lines.filter { $0.contains("error:") || $0.hasPrefix("Error:") || $0.hasPrefix("fatal:") }
            return (errors.isEmpty ? lines.suffix(8) : errors.prefix(8)).joined(separator: "\n  ")
        }
    }

    /// Runs a program of the search path, without a standard input.
    ///
    /// - Parameters:
    ///   - variables: the whole environment.
    ///   - place: the working directory; nil keeps this process's.
    ///   - keepsErrors: whether the text has the standard error too.
    ///   - follow: gets each line as it comes.
    /// - Throws: an error of Foundation when it cannot be started.
    static func run(
        _ arguments: [String], environment variables: [String: String] = ProcessInfo.processInfo.environment,
        at place: URL? = nil, keepsErrors: Bool = true, follow: (String) -> Void = { _ in }
    ) throws -> Outcome {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = arguments
        process.environment = variables
        if let place { process.currentDirectoryURL = place }
        process.standardInput = FileHandle.nullDevice
        let output = Pipe()
        process.standardOutput = output
        process.standardError = keepsErrors ? output : FileHandle.nullDevice
        try process.run()
        let text = lines(of: output.fileHandleForReading, follow)
        process.waitUntilExit()
        return Outcome(status: process.terminationStatus, text: text)
    }

    /// Everything that comes until the other side closes, told line by line on the way.
    private static func lines(of handle: FileHandle, _ follow: (String) -> Void) -> String {
        var (text, line) = (Data(), Data())
        while case let part = handle.availableData, !part.isEmpty {
            text += part
            line += part
            var start = line.startIndex
            while let end = line[start...].firstIndex(of: UInt8(ascii: "\n")) {
                follow(String(decoding: line[start..<end], as: UTF8.self))
                start = end + 1
            }
            line.removeSubrange(..<start)
        }
        return String(decoding: text, as: UTF8.self)
    }
}
