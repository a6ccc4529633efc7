import CTestCases
import Conformance
import Testing
import Tributary

/// A test with a name that is known only when the program runs.
struct NamedTest: Sendable {
    enum Body: Sendable {
        case cases([ConformanceCase])
        /// Sentences that fail the test; none lets it pass.
        case problems([String])
    }

    let name: String
    let place: SourceLocation
    let body: Body

    /// The test as the test library knows it.
    ///
    /// The functions with two underscores are what `@Test` expands to. They are public for exactly that, and they are
    /// the only way to a test whose name is no function's. No type is named: the tests stand in no suite.
    var test: Test {
        switch body {
        case .problems(let problems):
            let place = place
            return Test.__function(
                named: name, in: NamedTest.Type?.none, xcTestCompatibleSelector: nil, traits: [], sourceLocation: place
            ) {
                for problem in problems { Issue.record(Comment(rawValue: problem), sourceLocation: place) }
            }
        case .cases(let cases) where cases.count == 1:
            return Test.__function(
                named: name, in: NamedTest.Type?.none, xcTestCompatibleSelector: nil, traits: [], sourceLocation: place
            ) {
                for item in cases { try await item.run() }
            }
        case .cases(let cases):
            return Test.__function(
                named: name, in: NamedTest.Type?.none, xcTestCompatibleSelector: nil, traits: [],
                arguments: { cases }, sourceLocation: place,
                parameters: [("scenario", nil, ConformanceCase.self)]
            ) { item in
                try await item.run()
            }
        }
    }
}

/// All tests of the package, by the number of their slot.
final class TestBook: Sendable {
    static let shared = TestBook()

    private let plans = Lock<[TestPlan]>([])

    func add(_ plan: TestPlan) { plans.withLock { $0.append(plan) } }

    /// Made once, when the test library asks for the first slot.
    static let tests: [NamedTest] = {
        guard tributary_register_conformance() else { return [] }
        let tests = shared.plans.withLock { $0 }.flatMap { $0.tests() }
        return folded(tests, into: Int(tributary_test_slots()))
    }()

    /// Where there are more tests than slots, the last slot takes the rest as arguments of one test.
    private static func folded(_ tests: [NamedTest], into slots: Int) -> [NamedTest] {
        guard tests.count > slots, let last = tests.last else { return tests }
        let rest = tests[(slots - 1)...].flatMap { test -> [ConformanceCase] in
            if case .cases(let cases) = test.body { cases } else { [] }
        }
        return tests[..<(slots - 1)] + [NamedTest(name: "further cases", place: last.place, body: .cases(rest))]
    }
}

/// Makes the test of a slot; the C target's records call it.
///
/// - Parameters:
///   - out: uninitialised memory for what the test library stores there.
///   - type: the type that it expects.
/// - Returns: false where the slot is empty.
@c(tributary_test_case)
public func testCase(_ slot: UInt32, _ out: UnsafeMutableRawPointer, _ type: UnsafeRawPointer) -> Bool {
    let tests = TestBook.tests
    guard tests.indices.contains(Int(slot)) else { return false }
    let test = tests[Int(slot)]
    return Test.__store({ test.test }, into: out, asTypeAt: type)
}
