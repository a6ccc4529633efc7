import Foundation
import TestSupport
import Testing

@Suite(.enabled(if: PythonOracle.isExpected, "\(PythonOracle.hint)")) struct FixtureGeneratorTests {
    @Test(
        "the documented fixtures are what their generator gives",
        arguments: ["stripe", "github", "sqlite", "postgres", "mysql"])
    func unchanged(_ source: String) async throws {
        let script = """
            sys.dont_write_bytecode = True
            sys.path.insert(0, data["tools"])
            scenarios = __import__(data["source"] + "_fixture").scenarios()
            result = [path for scenario in scenarios for path in scenario.differences()]
            """
        let tools = FixtureFolder.root.appendingPathComponent("tools").path
        let differences: [String] = try await PythonOracle.run(script, ["tools": tools, "source": source])
        #expect(differences == [], "run python3 Fixtures/tools/generate.py, and review what changes")
    }
}
