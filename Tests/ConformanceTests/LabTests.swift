import Cassettes
import Columns
import Lake
import SourceCatalog
import Testing
import Tributary

@testable import Conformance

@Suite struct LabTests {
    @Test("a lake in memory keeps what was put, lists by folder, and refuses to replace what is there")
    func lake() async throws {
        let lake = MemoryLake()
        #expect(try await lake.putIfAbsent("a/x", [1, 2, 3]))
        #expect(try await !lake.putIfAbsent("a/x", [9]))
        #expect(try await lake.read("a/x", range: 1..<3) == [2, 3])
        #expect(try await lake.list("a").map(\.path) == ["a/x"])
        #expect(try await lake.list("ab").isEmpty)
        let fork = MemoryLake(lake.contents)
        try await lake.delete("a/x")
        #expect(try await lake.size(of: "a/x") == nil)
        #expect(try await fork.size(of: "a/x") == 3)
        await #expect(throws: LakeError.self) { _ = try await lake.read("a/x", range: nil) }
    }

    @Test("after a cut no step is made any more, and what was written before it stays")
    func cut() async throws {
        let steps = StepCounter(cutBefore: 1)
        let lake = MemoryLake(steps: steps)
        #expect(try await lake.putIfAbsent("t/_delta_log/0", [1]))
        await #expect(throws: SimulatedCrash.self) { _ = try await lake.putIfAbsent("t/_delta_log/1", [1]) }
        await #expect(throws: SimulatedCrash.self) { try await lake.delete("t/_delta_log/0") }
        #expect(throws: SimulatedCrash.self) { try steps.pass(.request) }
        #expect(lake.contents.count == 1)
        #expect(steps.steps == [.commit])
    }

    @Test("the clock moves by waiting alone, and stops a run that waits without end")
    func clock() async throws {
        let clock = LabClock(1_000, limit: .seconds(10))
        try await clock.sleep(for: .seconds(4))
        #expect(clock.now == 4_001_000)
        #expect(clock.waits == [.seconds(4)])
        await #expect(throws: LabBudgetExceeded.self) { try await clock.sleep(for: .seconds(7)) }
        clock.advance(by: .seconds(-20))
        #expect(clock.now < 0)
    }

    @Test("a whole sync of a replayed scenario runs in the laboratory, cut at each of its steps in turn")
    func cutSync() async throws {
        let scenario = try Material.scenario("stripe/billing")
        let source = try SourceRegistry.builtIn.source("stripe").configure(.object(scenario.config))
        let lab = Lab(source: source, stack: Material.stack)
        let upstream = try ReplayUpstream(scenario: scenario, state: "t0")
        var plan = Lab.Plan("products", .incremental, cursorField: "created")
        let whole = try await lab.run(plan, of: upstream)
        #expect(whole.error == nil)
        let expected = try #require(await lab.table("products", in: whole.files))
        #expect(expected.rows.count == 5)
        #expect(whole.steps.contains(.request) && whole.steps.contains(.emit) && whole.steps.contains(.commit))
        for step in whole.steps.indices {
            plan.cutBefore = step
            let dead = try await lab.run(plan, of: upstream)
            #expect(dead.error != nil, "cut at step \(step)")
            plan.cutBefore = nil
            let resumed = try await lab.run(plan, of: upstream, into: dead.files)
            let table = try await lab.table("products", in: resumed.files)
            #expect(TableDiff(expected: expected, actual: table).isEmpty, "cut at step \(step)")
        }
    }
}

@Suite struct TableDiffTests {
    private static func image(_ rows: [[String: Value]]) -> TableImage { TableImage(rows: rows, keys: ["id"]) }

    @Test("a table equals itself")
    func equal() {
        let image = Self.image([["id": .int(1), "name": .string("a")]])
        let diff = TableDiff(expected: image, actual: image)
        #expect(diff.isEmpty && diff.summary == "no difference")
    }

    @Test("lost, surplus, doubled and stale rows are told apart, with their keys")
    func kinds() {
        let expected = Self.image([
            ["id": .int(1), "name": .string("a")], ["id": .int(2), "name": .string("b")], ["id": .int(3)],
        ])
        let actual = Self.image([
            ["id": .int(1), "name": .string("A")], ["id": .int(3)], ["id": .int(3)], ["id": .int(4)],
        ])
        let diff = TableDiff(expected: expected, actual: actual)
        #expect(diff.missing == [["2"]])
        #expect(diff.extra == [["4"]])
        #expect(diff.doubled == [["3"]])
        #expect(diff.changed.map(\.column) == ["name"])
        #expect(diff.witness.contains("1: name should be a, is A"))
        #expect(diff.summary.contains("1 row lost"))
    }

    @Test("a table that is not there has no rows")
    func absent() {
        let image = Self.image([["id": .int(1)]])
        #expect(TableDiff(expected: image, actual: nil).missing == [["1"]])
        #expect(TableDiff(expected: nil, actual: nil).isEmpty)
    }
}
