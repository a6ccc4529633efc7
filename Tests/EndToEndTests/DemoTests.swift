import Foundation
import TestSupport
import Testing

/// The main job as the README runs it.
@Suite(.timeLimit(.minutes(5))) struct DemoTests {
    @Test("the demo lands both states, checks them and says how to look at the lake")
    func landsBothStates() throws {
        let folder = try TemporaryFolder()
        let tool = CommandLineTool(folder: folder.url)
        let lake = folder.url.appending(path: "demo").path
        let result = try tool.run("demo", "--lake", lake)
        #expect(result.status == 0, "\(result.errors)")
        #expect(result.errors.components(separatedBy: "Checked: 14 tables").count == 3)
        #expect(result.errors.contains("Look at it with DuckDB"))
        #expect(result.output.contains("peak memory"))
        // A second demo starts over instead of asking the recording for what it never answered.
        #expect(try tool.run("demo", "--lake", lake).status == 0)
    }

    @Test("the demo clears nothing that it did not make")
    func clearsNothingForeign() throws {
        let folder = try TemporaryFolder()
        let foreign = folder.url.appending(path: "demo/stripe/precious")
        try FileManager.default.createDirectory(at: foreign, withIntermediateDirectories: true)
        let result = try CommandLineTool(folder: folder.url).run(
            "demo", "--lake", folder.url.appending(path: "demo").path)
        #expect(result.status == 6)
        #expect(result.errors.contains("it was not made by the demo"))
        #expect(FileManager.default.fileExists(atPath: foreign.path))
    }

    @Test(
        "delta-rs reads what the demo landed, row for row as its JSON report says",
        .enabled(if: PythonOracle.isExpected, "\(PythonOracle.hint)"))
    func othersReadIt() async throws {
        let folder = try TemporaryFolder()
        let lake = folder.url.appending(path: "demo").path
        let result = try CommandLineTool(folder: folder.url).run("demo", "--json", "--lake", lake)
        #expect(result.status == 0, "\(result.errors)")
        let outcomes = try #require(try result.json() as? [[String: Any]])
        var expected: [String: Int] = [:]
        for outcome in outcomes {
            let rows = (outcome["summary"] as? [String: Any])?["tableRows"] as? Int
            if let table = outcome["table"] as? String, let rows, rows > 0 { expected[table] = rows }
        }
        let script = """
            from deltalake import DeltaTable
            result = {name: DeltaTable(data["lake"] + "/stripe/" + name).to_pyarrow_table().num_rows for name in data["tables"]}
            """
        struct Input: Encodable {
            var lake: String
            var tables: [String]
        }
        let found: [String: Int] = try await PythonOracle.run(
            script, Input(lake: lake, tables: expected.keys.sorted()))
        #expect(found == expected)
        #expect(expected["charges"] == 250)
    }
}
