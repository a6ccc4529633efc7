import Cassettes
import Foundation
import Tributary

/// Stands before every write of a scenario: what must not be published does not reach the disk.
struct LeakGate {
    /// The folder of all fixtures, which has the list of what is allowed.
    let fixtures: URL
    let source: String
    /// Such as `2026-12-31`.
    let today: String

    /// - Throws: `SourceError` of kind `invalidFixture` that names each place and what to do.
    func check(_ files: ScenarioFiles, name: String, originals: [String]) throws {
        let allowed = try LeakAllowList(folder: fixtures)
        let findings = files.findings(LeakScanner(originals: originals), name: name).filter {
            allowed.allows($0, today: today) == nil
        }
        if findings.isEmpty { return }
        let lines = findings.prefix(12).map { "\n  \($0)" }.joined()
        let more = findings.count > 12 ? "\n  … and \(findings.count - 12) more" : ""
        throw SourceError(
            .invalidFixture,
            "Scanning the recording of \(name): \(findings.count.counted("value")) must not be published, so nothing was written."
                + lines + more,
            advice: "For each, add a rule to \(fixtures.lastPathComponent)/\(source)/redaction.json, such as "
                + "{\"rules\": [{\"json\": \"customer.note\", \"action\": \"pseudonym\"}]} (actions: fake, pseudonym, "
                + "drop), or allow its fingerprint in scan-allow.json with a reason, and record again.")
    }
}
