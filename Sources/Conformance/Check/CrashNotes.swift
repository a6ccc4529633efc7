import CCrash

/// Which cases were running, for when a trap in a source ends the whole process and no report comes.
public enum CrashNotes {
    /// From now on a trap, a bad access to memory or an abort tells the running cases on standard error, and the process
    /// exits with a status.
    public static func tell(exitingWith status: Int32) {
        tributary_crash_tell(
            """

            The program was ended by a trap, such as of an index or a conversion out of bounds, a bad access to memory or \
            an abort: there is no report. A source's code can do this. These cases were running; the one that does it \
            again is the one:

            """, status)
    }

    /// Keeps the name of a case, and the command that runs it alone, while it is judged.
    static func keeping<Result>(
        _ item: CheckRunner.Case, _ options: CheckRunner.Options, _ body: () async -> Result
    ) async -> Result {
        let note = tributary_crash_begin("  \(item.id)\n    \(command(item, options))\n")
        defer { tributary_crash_end(note) }
        return await body()
    }

    private static func command(_ item: CheckRunner.Case, _ options: CheckRunner.Options) -> String {
        if case .specimen = item.input.origin {
            return "tributary check --self-test --check \(item.check.name) --width 1"
        }
        let result = CheckResult(
            item: item, verdict: .couldNotRun(""), duration: .zero, seed: options.seed, fixtures: options.fixtures)
        return result.command + " --width 1"
    }
}
