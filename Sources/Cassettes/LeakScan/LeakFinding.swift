import Columns
import Crypto
import Foundation

/// Something in a fixture that must not be published, or looks like it.
public struct LeakFinding: Sendable, Hashable, CustomStringConvertible {
    /// What a finding breaks.
    public enum Rule: String, Sendable, Hashable, CaseIterable, Codable {
        /// A value of the recorded account is still there, in whatever spelling.
        case original
        /// The form of a known kind of key or token.
        case knownShape = "known-shape"
        /// The name says that it is a credential, and the value is no declared fake.
        case credentialName = "credential-name"
        /// Too random for a text.
        case entropy
        /// An address, number or name of a person.
        case personal
        /// A path, user, host or private address of the machine that recorded.
        case place
        /// A fake that looks like a genuine key, at which other people's scanners would stop.
        case ownFake = "own-fake"
    }

    /// Relative to the scanned folder.
    public var file: String
    /// The JSON path, header or line, such as `log.entries[3].response.headers.x-user` or `line 12`.
    public var place: String
    /// From 1; nil for bytes that are no text.
    public var line: Int?
    public var rule: Rule
    /// What it looks like, such as `a Stripe key`.
    public var what: String
    /// The beginning and the end of the value, the rest masked.
    public var excerpt: String
    /// Tells this value from others without telling it: what an allow-list names.
    public var fingerprint: String

    init(file: String, place: String, line: Int?, rule: Rule, what: String, value: String) {
        self.file = file
        self.place = place
        self.line = line
        self.rule = rule
        self.what = what
        excerpt = Self.masked(value)
        fingerprint = Self.fingerprint(of: value, rule: rule)
    }

    /// Few characters of a value: enough to find it in the file, too few to use it.
    static func masked(_ value: String) -> String {
        let characters = Array(value)
        let shown = min(4, characters.count / 4)
        guard shown > 0 else { return "•••" }
        return String(characters.prefix(shown)) + "•••" + String(characters.suffix(min(2, shown)))
            + " (\(characters.count) characters)"
    }

    static func fingerprint(of value: String, rule: Rule) -> String {
        let digest = SHA256.hash(data: Data("\(rule.rawValue):\(value)".utf8))
        return Hexadecimal.text(digest.prefix(8))
    }

    public var description: String {
        let position = line.map { ":\($0)" } ?? ""
        return "\(file)\(position), \(place): \(what) [\(rule.rawValue)] \(excerpt), fingerprint \(fingerprint)"
    }
}

/// Findings that a person has looked at: `Fixtures/scan-allow.json`.
///
/// An entry allows one value in one file, with a reason and a date; nothing allows a whole file or a whole rule.
/// Entries that allow nothing any more are reported, so that the list does not grow old.
public struct LeakAllowList: Sendable {
    /// One reviewed finding.
    public struct Entry: Sendable, Hashable {
        public var fingerprint: String
        /// Relative to the fixtures' folder.
        public var file: String
        /// The exact place; nil for every place in the file where the value stands.
        public var place: String?
        public var reason: String
        /// The last day on which it counts, such as `2027-06-30`; nil for ever.
        public var until: String?
    }

    public var entries: [Entry]

    /// A list that allows nothing, or these.
    public init(_ entries: [Entry] = []) { self.entries = entries }

    /// Reads the list of a fixtures' folder; one that is not there allows nothing.
    ///
    /// - Throws: `SourceError` of kind `invalidFixture` for a file that is malformed, or an entry without a reason.
    public init(folder: URL) throws {
        let file = folder.appendingPathComponent("scan-allow.json")
        guard FileManager.default.fileExists(atPath: file.path) else {
            self.init()
            return
        }
        let root = try FixtureValue.read(file, named: "scan-allow.json")
        self.init(try root.member("allow").array().map(Self.entry))
    }

    private static func entry(_ value: FixtureValue) throws -> Entry {
        try value.allowOnly(["fingerprint", "file", "place", "reason", "until"])
        let reason = try value.member("reason").string()
        guard !reason.isEmpty else { throw value.fail("the reason is empty") }
        return Entry(
            fingerprint: try value.member("fingerprint").string(), file: try value.member("file").string(),
            place: try value.optional("place")?.string(), reason: reason, until: try value.optional("until")?.string())
    }

    /// Whether a finding is allowed on a day such as `2026-12-31`.
    public func allows(_ finding: LeakFinding, today: String) -> Entry? {
        entries.first { entry in
            entry.fingerprint == finding.fingerprint && entry.file == finding.file
                && (entry.place == nil || entry.place == finding.place) && (entry.until.map { $0 >= today } ?? true)
        }
    }
}

/// What a scan of a folder found.
public struct LeakReport: Sendable {
    /// What must not be published.
    public var findings: [LeakFinding] = []
    /// What was found and is allowed.
    public var allowed: [LeakFinding] = []
    /// Entries of the allow-list that allow nothing any more.
    public var unneeded: [LeakAllowList.Entry] = []
    public var files = 0
    public var bytes = 0

    public init() {}

    /// The same findings as an allow-list judges them on a day.
    public func judged(by allow: LeakAllowList, today: String) -> LeakReport {
        var report = LeakReport()
        (report.files, report.bytes) = (files, bytes)
        var used: Set<LeakAllowList.Entry> = []
        for finding in findings + allowed {
            if let entry = allow.allows(finding, today: today) {
                used.insert(entry)
                report.allowed.append(finding)
            } else {
                report.findings.append(finding)
            }
        }
        report.unneeded = allow.entries.filter { !used.contains($0) }
        return report
    }
}
