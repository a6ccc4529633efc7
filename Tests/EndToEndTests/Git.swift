import Foundation
import Spawn
import Testing

/// git in a repository of a test's own, as a made-up author.
enum Git {
    static func run(_ arguments: [String], in repository: URL) throws {
        let author = ["-c", "user.name=Test", "-c", "user.email=test@example.com"]
        let outcome = try ToolProcess.run(["git", "-C", repository.path] + author + arguments)
        try #require(outcome.status == 0, "\(outcome.text)")
    }
}
