import Testing

@testable import Cassettes

@Suite struct FrozenClockTests {
    @Test("stands still until somebody waits")
    func standsStill() async throws {
        let clock = FrozenClock(5)
        #expect(clock.now == 5)
        try await clock.sleep(for: .milliseconds(2))
        #expect(clock.now == 2_005)
        try await clock.sleep(for: .seconds(-9))
        #expect(clock.now == 2_005)
    }

    @Test("does not wait in a cancelled task")
    func cancelled() async {
        let clock = FrozenClock(0)
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            try await clock.sleep(for: .seconds(1))
        }
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(clock.now == 0)
    }
}
