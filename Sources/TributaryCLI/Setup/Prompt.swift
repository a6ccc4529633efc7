import Foundation
import Tributary

/// Asks a person on the terminal.
enum Prompt {
    /// Asks for a line; nil at the end of input.
    static func line(_ question: String) -> String? {
        FileHandle.standardError.write(Data("\(question): ".utf8))
        return readLine()
    }

    /// Asks for a secret; what is typed is not shown.
    static func secret(_ question: String) -> String? {
        var settings = termios()
        guard tcgetattr(STDIN_FILENO, &settings) == 0 else { return line(question) }
        var silent = settings
        silent.c_lflag &= ~tcflag_t(ECHO)
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent)
        defer {
            tcsetattr(STDIN_FILENO, TCSAFLUSH, &settings)
            Console.note("")
        }
        return line(question)
    }
}
