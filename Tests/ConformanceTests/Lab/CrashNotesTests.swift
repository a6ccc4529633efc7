import Cassettes
import Foundation
import SourceCatalog
import Spawn
import Testing
import Tributary

@testable import Conformance

@Suite struct CrashNotesTests {
    @Test("a trap ends the program with the names of the running cases, and with the status of what could not run")
    func trap() throws {
        let scenario = try Material.scenario("stripe/billing")
        let input = CheckCase(
            source: try SourceRegistry.builtIn.source("stripe"), scenario: scenario,
            schema: scenario.manifest.schemas.first, seed: 3, profile: .quick, stack: Material.stack)
        let table = try #require(input.schema?.name)
        let file = FileManager.default.temporaryDirectory.appending(path: "trap-\(UUID().uuidString).json")
        defer { try? FileManager.default.removeItem(at: file) }
        try Data(ChildCase.job("trap", of: input, argument: .null, limit: 60).serialized()).write(to: file)
        let executable = try #require(Material.children?.executable)
        // What the library would show of the stack takes minutes in a debug build.
        let variables = ProcessInfo.processInfo.environment.merging(["SWIFT_BACKTRACE": "enable=no"]) { $1 }
        let outcome = try ToolProcess.run([executable, "check-case", file.path], environment: variables)
        let text = outcome.text
        #expect(outcome.status == 1)
        #expect(text.contains("stripe/billing / \(table) / source-that-traps"), "\(text)")
        let command = "tributary check stripe --scenario billing --table \(table) --check source-that-traps"
        #expect(text.contains("\(command) --profile quick --seed 3 --width 1\n"), "\(text)")
    }
}
