import Cassettes
import Tributary

/// The verdict of one case.
public struct CheckResult: Sendable {
    public let item: CheckRunner.Case
    public let verdict: Verdict
    public let duration: Duration
    public let seed: UInt64
    /// The folder of the fixtures where it is not the default one.
    public let fixtures: String?
    /// What the history of a failure has been reduced to; its findings are those of the smaller history.
    public let shrunk: ShrunkHistory?
    /// The check whose failure on the same table most likely explains this one.
    public internal(set) var precedent: String?
    /// The failing case of the scenario that passes in a process of its own: the source keeps something between reads.
    public internal(set) var passesAlone: String?

    public init(
        item: CheckRunner.Case, verdict: Verdict, duration: Duration, seed: UInt64, fixtures: String? = nil,
        shrunk: ShrunkHistory? = nil
    ) {
        self.shrunk = shrunk
        self.item = item
        self.verdict = verdict
        self.duration = duration
        self.seed = seed
        self.fixtures = fixtures
    }

    /// Whether the case counts as failed.
    public func isFailure(strict: Bool) -> Bool {
        switch verdict {
        case .failed, .couldNotRun: true
        case .notExercised: strict
        case .passed, .waived, .known, .notApplicable: false
        }
    }

    /// Whether the check itself broke, so that nothing is known of the source.
    public var couldNotRun: Bool { if case .couldNotRun = verdict { true } else { false } }

    /// What was found, also where it is accepted.
    public var findings: [Finding] {
        switch verdict {
        case .failed(let findings), .waived(_, let findings), .known(_, let findings): findings
        case .passed, .notApplicable, .notExercised, .couldNotRun: []
        }
    }

    /// The command that runs just this case again, to be pasted into a shell.
    public var command: String {
        let input = item.input
        var words = ["tributary", "check", input.source.description.type.lowercased()]
        words += ["--scenario", input.scenario.name]
        if let schema = input.schema { words += ["--table", schema.name] }
        words += ["--check", item.check.name, "--profile", input.profile.rawValue, "--seed", String(seed)]
        if let fixtures { words += ["--fixtures", fixtures] }
        let history = shrunk?.history ?? input.history
        if !history.isWhole { words += ["--history", history.text] }
        if case .notExercised = verdict { words.append("--strict") }
        return words.map(ShellQuoting.quoted).joined(separator: " ")
    }
}

/// Words for a POSIX shell.
enum ShellQuoting {
    /// The word as it is where a shell takes it as it is, else between single quotes.
    static func quoted(_ word: String) -> String {
        let isPlain = word.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."),
                UInt8(ascii: "/"), UInt8(ascii: "="), UInt8(ascii: ":"), UInt8(ascii: ","):
                true
            default: false
            }
        }
        if isPlain && !word.isEmpty { return word }
        return "'" + word.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
    }
}
