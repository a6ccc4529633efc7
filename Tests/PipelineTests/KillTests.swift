import Foundation
import Spawn
import SyncModel
import Testing

/// The same as ``CrashTests`` with a real `kill -9`: a child process runs the sync and kills itself at a step.
@Suite("Kill", .timeLimit(.minutes(5))) struct KillTests {
    /// Points of each scenario and day, spread evenly over its steps: 14 scenarios × 2 days × 5 = 140 kills.
    private static let points = 5

    @Test("a sync killed by SIGKILL and run again gives the table of an undisturbed one", arguments: SyncScenario.all)
    func kill(_ scenario: SyncScenario) async throws {
        for day in 1...2 {
            let start = try TemporaryFolder()
            if day == 2 { try await scenario.run(start.path, day: 1) }
            let undisturbed = try start.copy()
            let counter = CrashPoint()
            try await scenario.run(undisturbed.path, day: day, crash: counter)
            let expected = try await SyncScenario.rows(in: undisturbed.path)
            for point in 1...Self.points {
                let step = max(1, counter.steps * point / (Self.points + 1))
                let folder = try start.copy()
                try Self.killedRun(scenario, folder.path, day: day, step: step)
                try await scenario.run(folder.path, day: day)
                let rows = try await SyncScenario.rows(in: folder.path)
                try #require(rows == expected, "\(scenario.name), day \(day), step \(step)")
            }
        }
    }

    /// Runs the child, which must die by the signal: an early end would prove nothing.
    private static func killedRun(_ scenario: SyncScenario, _ folder: String, day: Int, step: Int) throws {
        let child = ChildStart(
            path: executable, arguments: [scenario.name, folder, String(day), String(step)],
            environment: ProcessInfo.processInfo.environment)
        try #require(try child.run() == -SIGKILL)
    }

    /// `CrashingSync` lies beside the test bundle.
    private static var executable: String {
        let bundle = URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath()
        return bundle.deletingLastPathComponent().appendingPathComponent("CrashingSync").path
    }
}
