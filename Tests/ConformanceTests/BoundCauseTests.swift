import Testing

@testable import Conformance

/// What a wrong bound looks like beside the stored value.
struct BoundCauseTests {
    private static let (stored, now): (Int64, Int64) = (1_767_946_377_000_000, 1_775_000_000_000_000)

    @Test(
        "unit, clock, time zone and rounding are told apart",
        arguments: [
            (stored * 1_000, "a thousand times as great"), (stored / 1_000, "a thousandth of it"),
            (now - 3_600_000_000, "made of the clock"), (stored + 19_800_000_000, "5.5 hours behind"),
            (stored - 7_200_000_000, "2 hours before"), (stored + 1_000, "does not come again"),
            (stored + 23_000_000, "rounded up"),
        ])
    func told(_ bound: Int64, _ words: String) {
        let cause = Bench.oddity(of: bound, beside: Self.stored, now: Self.now)
        #expect(cause?.contains(words) == true, "\(cause ?? "nothing")")
    }

    @Test("the stored value itself, and one from further back, are no oddity", arguments: [0, -86_400_000_001, -5])
    func right(_ distance: Int64) {
        #expect(Bench.oddity(of: Self.stored + distance, beside: Self.stored, now: Self.now) == nil)
    }
}
