import CSpawn
import Foundation

/// How a child process begins, and its start.
///
/// The child gets no descriptor but the three that are named here, and its end is the kernel's word: Foundation's `Process`
/// hears of it through a run loop, and was seen to wait for ever for one that had ended.
public struct ChildStart: Sendable {
    /// The executable's path; the search path is not looked through.
    public var path: String
    /// What follows the program's name.
    public var arguments: [String]
    /// All of the child's variables; nothing of ours is added.
    public var environment: [String: String]
    /// The working directory; nil is ours.
    public var folder: String?
    /// The descriptor of its standard input; nil is /dev/null, as for the other two.
    public var input: Int32?
    /// The descriptor of its standard output.
    public var output: Int32?
    /// The descriptor of its standard error.
    public var errors: Int32?
    /// What the kernel sends the child when the *thread* that started it ends (Linux), so that this thread has to wait for
    /// the child; nil lets the child go on.
    public var deathSignal: Int32?

    public init(
        path: String, arguments: [String], environment: [String: String], folder: String? = nil, input: Int32? = nil,
        output: Int32? = nil, errors: Int32? = nil, deathSignal: Int32? = SIGKILL
    ) {
        self.path = path
        self.arguments = arguments
        self.environment = environment
        self.folder = folder
        self.input = input
        self.output = output
        self.errors = errors
        self.deathSignal = deathSignal
    }

    /// The system's error number that tells why a child could not be started.
    public struct Refusal: Error, CustomStringConvertible {
        public let code: Int32
        public init(code: Int32) { self.code = code }
        public var description: String { String(cString: strerror(code)) }
    }

    /// Starts the child; gives its process id, which stays the child's until somebody waits for it.
    public func start() throws(Refusal) -> pid_t {
        var arguments = ([path] + arguments).map { strdup($0) } + [nil]
        var environment = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        let folder = folder.map { strdup($0) }
        defer {
            for text in arguments + environment { free(text) }
            if let folder { free(folder) }
        }
        var process: pid_t = 0
        let code = path.withCString { path in
            arguments.withUnsafeMutableBufferPointer { arguments in
                environment.withUnsafeMutableBufferPointer { environment in
                    var child = tributary_child(
                        path: path, arguments: arguments.baseAddress, environment: environment.baseAddress,
                        folder: folder ?? nil, input: input ?? -1, output: output ?? -1, errors: errors ?? -1,
                        death_signal: deathSignal ?? 0)
                    return tributary_spawn(&child, &process)
                }
            }
        }
        if code != 0 { throw Refusal(code: code) }
        return process
    }

    /// Starts the child and waits for its end on this thread; gives what ``end(of:)`` gives.
    @discardableResult
    public func run() throws(Refusal) -> Int32 { Self.end(of: try start()) }

    /// Waits for a child's end: its exit status, or the signal that ended it, negative.
    @discardableResult
    public static func end(of process: pid_t) -> Int32 {
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0 && errno == EINTR {}
        return outcome(status)
    }

    /// What `waitpid` gives, as ``end(of:)`` does.
    public static func outcome(_ status: Int32) -> Int32 {
        status & 0x7f == 0 ? (status >> 8) & 0xff : -(status & 0x7f)
    }
}
