import Foundation
import Spawn
import Tributary

/// A client program of this machine, `psql` or `mariadb`, that stays logged in to one database and runs scripts there.
///
/// Logging in takes longer than most scripts do. A script that fails ends the program; the next one starts it again.
final class ClientSession: Sendable {
    /// How one client program is talked to.
    struct Dialect: Sendable {
        var name: String
        var arguments: [String]
        var environment: [String: String]
        /// The command that runs a file.
        var include: @Sendable (_ path: String) -> String
        /// The command that prints a line.
        var echo: @Sendable (_ line: String) -> String
    }

    /// What the program said before it gave up.
    struct Failure: Error { var problem: String }

    private let dialect: Dialect
    private let program = Lock<Running?>(nil)

    init(_ dialect: Dialect) { self.dialect = dialect }

    /// Runs a script and gives what it prints.
    ///
    /// - Throws: ``Failure``; `SourceError` of kind `notFound` where the program is not installed.
    func run(_ script: String) async throws -> String {
        try await withCheckedThrowingContinuation { continuation in
            // A thread of its own: waiting for a server must not hold up those that Swift's tasks share.
            Thread.detachNewThread {
                // Writing to a program that has died shall be an error here, and not the end of this one.
                var signals = sigset_t()
                sigemptyset(&signals)
                sigaddset(&signals, SIGPIPE)
                pthread_sigmask(SIG_BLOCK, &signals, nil)
                continuation.resume(with: Result { try self.runNow(script) })
            }
        }
    }

    /// Logs out.
    func close() {
        program.withLock { program in
            program?.end()
            program = nil
        }
    }

    private func runNow(_ script: String) throws -> String {
        try program.withLock { program in
            let running = try program ?? Running(dialect)
            program = nil
            let output = try running.run(script, dialect)
            program = running
            return output
        }
    }

    /// The program while it runs.
    private struct Running {
        private let process: pid_t
        private let input: FileHandle
        private let output: FileHandle
        private let folder: URL
        private var script: URL { folder.appending(path: "in.sql") }
        private var errors: URL { folder.appending(path: "errors") }

        init(_ dialect: Dialect) throws {
            guard let path = Self.find(dialect.name) else {
                throw SourceError(
                    .notFound, "Looking for the program \(dialect.name): it is not there.", advice: "Install it.")
            }
            folder = FileManager.default.temporaryDirectory.appending(path: "tributary-kit-\(UUID().uuidString)")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            do {
                let errors = folder.appending(path: "errors")
                try Data().write(to: errors)
                let log = try FileHandle(forWritingTo: errors)
                defer { try? log.close() }
                let toProgram = try ChildPipe()
                input = FileHandle(fileDescriptor: toProgram.writing, closeOnDealloc: true)
                defer { Foundation.close(toProgram.reading) }
                let fromProgram = try ChildPipe()
                output = FileHandle(fileDescriptor: fromProgram.reading, closeOnDealloc: true)
                defer { Foundation.close(fromProgram.writing) }
                // No death signal: it ends by itself when nobody holds the other end of its input any more.
                process = try ChildStart(
                    path: path, arguments: dialect.arguments,
                    environment: ProcessInfo.processInfo.environment.merging(dialect.environment) { $1 },
                    input: toProgram.reading, output: fromProgram.writing, errors: log.fileDescriptor, deathSignal: nil
                ).start()
            } catch {
                try? FileManager.default.removeItem(at: folder)
                throw SourceError(.notFound, "Starting \(path): \(error).")
            }
        }

        private static func find(_ name: String) -> String? {
            (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map { "\($0)/\(name)" }
                .first { FileManager.default.isExecutableFile(atPath: $0) }
        }

        /// The script goes through a file: through the pipe, a long one and its output could wait for each other.
        func run(_ text: String, _ dialect: Dialect) throws -> String {
            let end = "end-\(UUID().uuidString)"
            let told = said.count
            do {
                try Data(text.utf8).write(to: script)
                try input.write(
                    contentsOf: Data("\(dialect.include(script.path))\n\(dialect.echo(end))\n".utf8))
            } catch {
                throw failure(after: told)
            }
            var printed = Data()
            while !printed.ends(withLine: end) {
                let more = output.availableData
                if more.isEmpty { throw failure(after: told) }
                printed.append(more)
            }
            // `mariadb` goes on after a file that failed.
            if said.dropFirst(told).firstRange(of: Data("ERROR ".utf8)) != nil { throw failure(after: told) }
            return String(decoding: printed.dropLast(end.utf8.count + 1), as: UTF8.self)
        }

        /// What the program has said of errors since it was started.
        private var said: Data { (try? Data(contentsOf: errors)) ?? Data() }

        /// Ends the program, which may be waiting for more, and tells what it has said of a script.
        private func failure(after told: Int) -> Failure {
            logOut()
            let problem = String(decoding: said.dropFirst(told), as: UTF8.self)
            removeFiles()
            return Failure(
                problem: problem.replacing("psql:\(script.path):", with: "line ")
                    .replacing(" in file: '\(script.path)'", with: "")
                    .trimmingCharacters(in: .whitespacesAndNewlines))
        }

        func end() {
            logOut()
            removeFiles()
        }

        private func logOut() {
            try? input.close()
            ChildStart.end(of: process)
        }

        private func removeFiles() { try? FileManager.default.removeItem(at: folder) }
    }
}

extension Data {
    fileprivate func ends(withLine line: String) -> Bool {
        let wanted = Data("\(line)\n".utf8)
        return count >= wanted.count && suffix(wanted.count) == wanted
    }
}
