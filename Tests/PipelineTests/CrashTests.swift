import Foundation
import SyncModel
import TestSupport
import Testing
import Tributary

/// A run that ends anywhere, and is then run again, gives the table of an undisturbed run.
@Suite("Crash") struct CrashTests {
    @Test("at any step of a first sync, played by throwing", arguments: SyncScenario.all)
    func firstDay(_ scenario: SyncScenario) async throws { try await crash(scenario, day: 1) }

    @Test("at any step of a later sync, played by throwing", arguments: SyncScenario.all)
    func secondDay(_ scenario: SyncScenario) async throws { try await crash(scenario, day: 2) }

    private func crash(_ scenario: SyncScenario, day: Int) async throws {
        let start = try TemporaryFolder()
        if day == 2 { try await scenario.run(start.path, day: 1) }
        let undisturbed = try start.copy()
        let counter = CrashPoint()
        try await scenario.run(undisturbed.path, day: day, crash: counter)
        let expected = try await SyncScenario.rows(in: undisturbed.path)
        #expect(Set(expected.map { $0.split(separator: "|")[1] }).count == (day == 1 ? 13 : 20))
        for step in stride(from: 1, through: counter.steps, by: Self.stepSize) {
            let folder = try start.copy()
            await #expect(throws: (any Error).self) {
                try await scenario.run(folder.path, day: day, crash: CrashPoint(.throwing, at: step))
            }
            try await scenario.run(folder.path, day: day)
            let rows = try await SyncScenario.rows(in: folder.path)
            try #require(rows == expected, "\(scenario.name), day \(day), step \(step)")
        }
    }

    /// Every step with `TRIBUTARY_EXHAUSTIVE=1`; else each third, which takes a minute instead of three.
    private static let stepSize = Requirement.isExhaustive ? 1 : 3
}

extension SyncScenario: CustomTestStringConvertible {
    public var testDescription: String { name }
}

/// A folder that is gone with the value.
final class TemporaryFolder {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "/tributary-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    /// The same files in another folder.
    func copy() throws -> TemporaryFolder {
        let copy = try TemporaryFolder()
        for name in try FileManager.default.contentsOfDirectory(atPath: path) {
            try FileManager.default.copyItem(atPath: "\(path)/\(name)", toPath: "\(copy.path)/\(name)")
        }
        return copy
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}
