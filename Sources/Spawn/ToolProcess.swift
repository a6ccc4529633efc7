import Foundation

/// Runs another program to its end.
public enum ToolProcess {
    /// How it ended, and what it said.
    public struct Outcome: Sendable {
        /// As of ``ChildStart/run()``.
        public var status: Int32
        /// Standard output and error, in the order in which they came.
        public var text: String

        /// The end of what it said, for messages: its errors where it names some, else its last lines.
        public var excerpt: String {
            let lines = text.split(separator: "\n").map(String.init)
            let errors = lines.filter { $0.contains("error:") || $0.hasPrefix("Error:") || $0.hasPrefix("fatal:") }
            return (errors.isEmpty ? lines.suffix(8) : errors.prefix(8)).joined(separator: "\n  ")
        }
    }

    /// Runs a program, which is looked for in the search path, without a standard input.
    ///
    /// - Parameters:
    ///   - variables: the whole environment.
    ///   - place: the working directory; nil keeps this process's.
    ///   - keepsErrors: whether the text has the standard error too.
    ///   - follow: gets each line as it comes.
    /// - Throws: ``ChildStart/Refusal`` when it cannot be started. A program that is not there is a status of 127.
    public static func run(
        _ arguments: [String], environment variables: [String: String] = ProcessInfo.processInfo.environment,
        at place: URL? = nil, keepsErrors: Bool = true, follow: (String) -> Void = { _ in }
    ) throws(ChildStart.Refusal) -> Outcome {
        let output = try ChildPipe()
        defer { close(output.reading) }
        let start = ChildStart(
            path: "/usr/bin/env", arguments: arguments, environment: variables, folder: place?.path,
            output: output.writing, errors: keepsErrors ? output.writing : nil)
        let process: pid_t
        do {
            defer { close(output.writing) }
            process = try start.start()
        }
        let text = lines(of: output, follow)
        return Outcome(status: ChildStart.end(of: process), text: text)
    }

    /// Everything that comes until the other side closes, told line by line on the way.
    private static func lines(of output: ChildPipe, _ follow: (String) -> Void) -> String {
        var (text, line): ([UInt8], [UInt8]) = ([], [])
        output.readToEnd { part in
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
