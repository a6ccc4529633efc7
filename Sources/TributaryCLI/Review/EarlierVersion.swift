import Conformance
import Foundation
import Spawn
import Tributary

/// The base of a change at work: built once for all the sources of a review.
enum EarlierVersion {
    case built(BaseVersion)
    /// Why there is none, in words for the report.
    case missing(String)

    /// What the kit said of a source in the base, by `scenario / table / check`.
    ///
    /// - Throws: `BaseVersion.Unavailable`.
    func verdicts(of source: String, profile: Profile, with variables: [String: String]) throws -> [String: String] {
        guard case .built(let base) = self else { return [:] }
        struct Report: Decodable {
            var cases: [Case]
            struct Case: Decodable {
                var scenario: String
                var table: String
                var check: String
                var verdict: String
            }
        }
        let file = FileManager.default.temporaryDirectory.appending(path: "review-\(UUID().uuidString).json")
        defer { try? FileManager.default.removeItem(at: file) }
        let arguments = [
            "check", source.lowercased(), "--profile", profile.rawValue, "--format", "json", "--output", file.path,
        ]
        let outcome = try base.run(arguments, with: variables)
        guard let data = FileManager.default.contents(atPath: file.path),
            let report = try? JSONDecoder().decode(Report.self, from: data)
        else {
            throw BaseVersion.Unavailable(
                description: "the kit of \(base.commit.prefix(12)) did not come to its end: \(outcome.excerpt)")
        }
        return Dictionary(
            report.cases.map { ("\($0.scenario) / \($0.table) / \($0.check)", $0.verdict) }
        ) { first, _ in first }
    }
}
