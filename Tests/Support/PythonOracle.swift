import Foundation
import Spawn
import Tributary

/// Runs Python scripts that read and write what the code under test writes and reads, with other people's libraries.
///
/// The interpreter is `$TRIBUTARY_PYTHON`, or `.venv/bin/python` in the repository's root, with the packages of
/// `Tests/Support/requirements.txt`. Where it is missing, tests that need it are left out with a message, but fail in
/// continuous integration (`CI=true`):
///
///     @Suite(.enabled(if: PythonOracle.isExpected, "\(PythonOracle.hint)"))
public enum PythonOracle {
    /// The interpreter, or nil when there is none.
    public static let interpreter: String? = {
        let root = URL(fileURLWithPath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let named = ProcessInfo.processInfo.environment["TRIBUTARY_PYTHON"]
        let path = named ?? root.appendingPathComponent(".venv/bin/python").path
        return FileManager.default.isExecutableFile(atPath: path) ? path : nil
    }()

    /// Whether tests that need Python are to run: it is there, or it has to be.
    public static let isExpected = Requirement.met(interpreter != nil)

    /// How to get what is missing.
    public static var hint: String {
        """
        Python is missing: python3 -m venv .venv && .venv/bin/pip install -r Tests/Support/requirements.txt, \
        or set TRIBUTARY_PYTHON
        """
    }

    public struct Failure: Error, CustomStringConvertible {
        public let description: String
    }

    /// Runs `script` with `input` as JSON on its standard input; gives the JSON on its standard output.
    ///
    /// In the script `data` is the input, and what it assigns to `result` is the output. A script that raises an
    /// exception is a ``Failure`` with Python's message.
    public static func run<Input: Encodable, Output: Decodable>(
        _ script: String, _ input: Input, as type: Output.Type = Output.self
    ) async throws -> Output {
        guard let interpreter else { throw Failure(description: "\(hint)") }
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("oracle-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let names = ["script.py", "input.json", "output.json", "errors.txt"]
        let files = names.map { folder.appendingPathComponent($0) }
        // delta-rs sometimes aborts while the interpreter ends, long after its answer: so the script ends without that.
        let frame = """
            import json, os, sys
            data = json.load(sys.stdin)
            \(script)
            json.dump(result, sys.stdout)
            sys.stdout.flush()
            os._exit(0)

            """
        try Data(frame.utf8).write(to: files[0])
        try JSONEncoder().encode(input).write(to: files[1])
        for file in files[2...] { _ = FileManager.default.createFile(atPath: file.path, contents: nil) }
        await gate.enter()
        defer { gate.leave() }
        let status = try await launch(interpreter, files)
        guard status == 0 else {
            let errors = (try? String(contentsOf: files[3], encoding: .utf8)) ?? ""
            throw Failure(description: "Running a Python script: status \(status).\n\(errors.suffix(4000))")
        }
        return try JSONDecoder().decode(type, from: Data(contentsOf: files[2]))
    }

    /// Python with its libraries takes a core and hundreds of megabytes: tests that run at once take turns.
    private static let gate = Gate(places: 2)

    private static func launch(_ interpreter: String, _ files: [URL]) async throws -> Int32 {
        let input = try FileHandle(forReadingFrom: files[1])
        let output = try FileHandle(forWritingTo: files[2])
        let errors = try FileHandle(forWritingTo: files[3])
        let start = ChildStart(
            path: interpreter, arguments: [files[0].path], environment: ProcessInfo.processInfo.environment,
            input: input.fileDescriptor, output: output.fileDescriptor, errors: errors.fileDescriptor)
        // The child gets their descriptors, which go with them.
        defer { for channel in [input, output, errors] { try? channel.close() } }
        return try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread { continuation.resume(with: Result { try start.run() }) }
        }
    }
}

/// Lets a few tasks in at a time; the others wait in order.
private final class Gate: Sendable {
    private struct State {
        var places: Int
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let state: Lock<State>

    init(places: Int) { state = Lock(State(places: places)) }

    func enter() async {
        await withCheckedContinuation { continuation in
            let isFree = state.withLock { state in
                if state.places == 0 {
                    state.waiting.append(continuation)
                    return false
                }
                state.places -= 1
                return true
            }
            if isFree { continuation.resume() }
        }
    }

    func leave() {
        let next = state.withLock { state in
            if state.waiting.isEmpty {
                state.places += 1
                return nil as CheckedContinuation<Void, Never>?
            }
            return state.waiting.removeFirst()
        }
        next?.resume()
    }
}
