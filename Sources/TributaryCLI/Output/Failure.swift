import ArgumentParser
import Foundation
import Lake
import Tributary

/// Ends the program after an error: what went wrong and what to do on standard error, and the exit code.
enum Failure {
    static func exit(with error: any Error, as command: (some ParsableCommand).Type) -> Never {
        switch error {
        case is SourceError, is LakeError, is CancellationError:
            report(error)
            Foundation.exit(ExitStatus(for: error).rawValue)
        case let error as ValidationError:
            // Thrown by a command at work, whose own usage nobody knows here; the message says what is needed.
            Console.note("Error: \(error.message)")
            Foundation.exit(ExitStatus.usage.rawValue)
        case let error as ExitCode:
            Foundation.exit(error.rawValue)
        default:
            command.exit(withError: error)
        }
    }

    /// Says what went wrong, in as many lines as it takes.
    static func report(_ error: any Error) {
        for line in lines(of: error) { Console.note(line) }
    }

    static func lines(of error: any Error) -> [String] {
        guard let error = error as? SourceError else {
            return error is CancellationError ? ["Stopped."] : ["Error: \(error)"]
        }
        var lines = ["Error: \(error.message)"]
        if let problems = (error.underlying as? ConfigError)?.problems, problems.count > 1 {
            lines = ["Error: The config has \(problems.count) problems:"] + problems.map { "  - \($0)" }
        }
        if !error.trail.isEmpty { lines.append("  in \(error.trail.joined(separator: ", in "))") }
        if let advice = error.advice { lines.append("  \(advice)") }
        return lines
    }
}
