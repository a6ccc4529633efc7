import Cassettes
import Columns
import Tributary

/// Masks a fixture's secrets in whatever a report shows. They are made up, but what masks them must be seen to work.
struct SecretMask {
    private let secrets: [String]

    init(_ input: CheckCase) {
        var found: [String] = []
        Self.collect(input.scenario.manifest.document["config"] ?? .null, .object(input.config), &found)
        secrets = found.filter { $0.utf8.count >= 6 }.sorted { $0.count > $1.count }
    }

    /// Goes through the manifest and the config side by side: where the manifest has a fake, the config has its text.
    private static func collect(_ declared: JSONValue, _ actual: JSONValue, _ found: inout [String]) {
        if declared["fake"]?.string != nil {
            if let text = actual.string { found.append(text) }
            return
        }
        for member in declared.object?.members ?? [] {
            collect(member.value, actual[member.name] ?? .null, &found)
        }
        for (index, element) in (declared.array ?? []).enumerated() {
            collect(element, actual[index] ?? .null, &found)
        }
    }

    func masked(_ verdict: Verdict) -> Verdict {
        if secrets.isEmpty { return verdict }
        switch verdict {
        case .failed(let findings): return .failed(findings.map(masked))
        case .couldNotRun(let text): return .couldNotRun(masked(text))
        default: return verdict
        }
    }

    private func masked(_ finding: Finding) -> Finding {
        Finding(
            at: masked(finding.place), expected: masked(finding.expected), actual: masked(finding.actual),
            witness: finding.witness.map(masked), history: finding.history.map(masked),
            cause: finding.cause.map(masked), file: finding.file, line: finding.line)
    }

    private func masked(_ text: String) -> String {
        secrets.reduce(text) { text, secret in
            text.contains(secret) ? text.replacing(secret, with: Secret.mask) : text
        }
    }
}
