import Foundation
import Spawn
import Tributary

/// What git knows of the change under review.
struct Git {
    let package: URL

    /// Runs git; nil when it refuses.
    func run(_ arguments: String...) -> String? {
        // What git says beside the answer is for its own user.
        let arguments = ["git", "-C", package.path] + arguments
        guard let outcome = try? ToolProcess.run(arguments, keepsErrors: false), outcome.status == 0 else { return nil }
        return outcome.text.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// The commit that a change is compared with: `revision`, or where this branch left the main one.
    ///
    /// - Throws: `SourceError` of kind `notFound` for a revision that git does not know.
    func base(_ revision: String?) throws -> String? {
        if let revision {
            if let commit = run("rev-parse", "--verify", "--quiet", "\(revision)^{commit}") { return commit }
            throw SourceError(
                .notFound, "Looking for the revision '\(revision)': git does not know it.",
                advice: "Fetch it first, or name a commit, a branch or a tag of this repository.")
        }
        return ["origin/main", "main"].lazy.compactMap { run("merge-base", "HEAD", $0) }.first
    }

    /// The files that differ from a commit, those of the working tree included.
    func changes(since base: String) -> [String] {
        let tracked = run("diff", "--name-only", base)?.split(separator: "\n").map(String.init) ?? []
        let new = run("ls-files", "--others", "--exclude-standard")?.split(separator: "\n").map(String.init) ?? []
        return (tracked + new).sorted()
    }
}
