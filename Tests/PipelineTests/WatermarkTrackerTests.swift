import Columns
import Testing
import Tributary

@testable import Pipeline

/// A tracker that can be moved inside an expectation.
private final class TrackerBox {
    private var tracker: WatermarkTracker

    init(mode: SortMode, start: Watermark, committed: Watermark? = nil, top: CursorValue? = nil) {
        tracker = WatermarkTracker(mode: mode, start: start, committed: committed, top: top)
    }

    var isOrdered: Bool { tracker.isOrdered }
    var top: CursorValue? { tracker.top }
    func observe(_ extremes: CursorExtremes) -> Bool { tracker.observe(extremes) }
    func interim(isGroupComplete: Bool) -> Watermark { tracker.interim(isGroupComplete: isGroupComplete) }
    func final() -> Watermark { tracker.final() }
}

@Suite("WatermarkTracker") struct WatermarkTrackerTests {
    private func extremes(_ values: [Int64]) -> CursorExtremes {
        var extremes = CursorExtremes()
        for value in values { _ = extremes.insert(.integer(value)) }
        return extremes
    }

    @Test("an ascending read claims only values before the newest one, for more rows may share that")
    func ascendingTies() {
        let tracker = TrackerBox(mode: .ascending, start: Watermark(last: .integer(5)))
        #expect(tracker.observe(extremes([6, 7, 8])))
        #expect(tracker.interim(isGroupComplete: false).last == .integer(7))
        #expect(tracker.interim(isGroupComplete: true).last == .integer(8))
        #expect(tracker.final().last == .integer(8))
    }

    @Test("a commit inside one group of equal values claims nothing")
    func oneGroup() {
        let tracker = TrackerBox(mode: .ascending, start: Watermark())
        #expect(tracker.observe(extremes([4, 4, 4])))
        #expect(tracker.interim(isGroupComplete: false) == Watermark())
        #expect(tracker.final().last == .integer(4))
    }

    @Test("the watermark never goes back, though a lookback reads older rows")
    func monotonic() {
        let tracker = TrackerBox(mode: .ascending, start: Watermark(last: .integer(100)))
        #expect(tracker.observe(extremes([90, 95])))
        #expect(tracker.interim(isGroupComplete: false).last == .integer(100))
        #expect(tracker.final().last == .integer(100))
    }

    @Test("a row that comes after a commit which has claimed its value stops the claims")
    func disorder() {
        let tracker = TrackerBox(mode: .ascending, start: Watermark(last: .integer(1)))
        #expect(tracker.observe(extremes([5, 6])))
        #expect(tracker.interim(isGroupComplete: false).last == .integer(5))
        #expect(tracker.observe(extremes([3, 9])))
        #expect(!tracker.isOrdered)
        #expect(tracker.interim(isGroupComplete: false).last == .integer(1))
        #expect(tracker.final().last == .integer(9))
    }

    @Test("a first descending walk moves earliest down, and sets last at its end")
    func descending() {
        let tracker = TrackerBox(mode: .descending, start: Watermark())
        #expect(tracker.observe(extremes([50, 40])))
        #expect(tracker.interim(isGroupComplete: false) == Watermark(earliest: .integer(50)))
        #expect(tracker.observe(extremes([40, 30])))
        #expect(tracker.interim(isGroupComplete: false) == Watermark(earliest: .integer(40)))
        #expect(tracker.top == .integer(50))
        #expect(tracker.final() == Watermark(last: .integer(50)))
    }

    @Test("a walk that finishes an interrupted one keeps the top of that one as last")
    func finishedWalk() {
        let stored = Watermark(earliest: .integer(40))
        let tracker = TrackerBox(mode: .descending, start: stored, top: .integer(50))
        #expect(tracker.observe(extremes([30, 20])))
        #expect(tracker.interim(isGroupComplete: false) == Watermark(earliest: .integer(30)))
        #expect(tracker.final() == Watermark(last: .integer(50)))
    }

    @Test("a later descending walk leaves the watermark alone until it is complete")
    func laterWalk() {
        let tracker = TrackerBox(mode: .descending, start: Watermark(last: .integer(50)))
        #expect(tracker.observe(extremes([70, 60])))
        #expect(tracker.interim(isGroupComplete: false) == Watermark(last: .integer(50)))
        #expect(tracker.final() == Watermark(last: .integer(70)))
    }

    @Test("a read that goes on from a token ends at the greatest value of both parts")
    func resumed() {
        let tracker = TrackerBox(
            mode: .ascending, start: Watermark(), committed: Watermark(last: .integer(7)), top: .integer(8))
        #expect(tracker.interim(isGroupComplete: false).last == .integer(7))
        #expect(tracker.final().last == .integer(8))
    }

    @Test("values of another kind are told apart")
    func kinds() {
        let tracker = TrackerBox(mode: .ascending, start: Watermark())
        #expect(tracker.observe(extremes([1])))
        var dates = CursorExtremes()
        _ = dates.insert(.timestamp(5))
        #expect(!tracker.observe(dates))
    }

    @Test(
        "extremes of a column are those of its values",
        arguments: [
            [], [3], [3, 3], [1, 2, 3], [3, 2, 1], [5, 1, 5, 1], [2, nil, 9, nil, 9, 4], [Int64.min, Int64.max, 0],
        ] as [[Int64?]])
    func columnExtremes(_ values: [Int64?]) throws {
        var builder = ColumnBuilder(.int64)
        for value in values { if let value { builder.append(int: value) } else { builder.appendNull() } }
        let scanned = try #require(CursorExtremes(builder.finish(), as: .integer))
        let sorted = Set(values.compactMap(\.self)).sorted()
        #expect(scanned.greatest == sorted.last.map { .integer($0) })
        #expect(scanned.least == sorted.first.map { .integer($0) })
        #expect(scanned.secondGreatest == sorted.dropLast().last.map { .integer($0) })
        #expect(scanned.secondLeast == sorted.dropFirst().first.map { .integer($0) })
    }

    @Test("a lookback is taken off times only")
    func lookback() {
        #expect(CursorValue.timestamp(10_000_000).minus(.seconds(3), of: .timestamp) == .timestamp(7_000_000))
        #expect(CursorValue.date(10).minus(.seconds(1), of: .date) == .date(9))
        #expect(CursorValue.date(10).minus(.seconds(86_401), of: .date) == .date(8))
        #expect(CursorValue.integer(10).minus(.seconds(3), of: .integer) == .integer(10))
        #expect(CursorValue.integer(1_700_000_000).minus(.seconds(3), of: .datetime) == .integer(1_699_999_997))
        #expect(
            CursorValue.integer(1_700_000_000_000).minus(.seconds(3), of: .datetime) == .integer(1_699_999_997_000))
        #expect(CursorValue.timestamp(.min).minus(.seconds(3), of: .timestamp) == .timestamp(.min))
    }

    @Test(
        "a number with a fraction that is declared as a time has a lookback and a present, as a whole one has",
        arguments: [
            ("1700000000.25", "1699999997.250000", "1800000000.500000"),
            ("1700000000.1234567", "1699999997.1234567", "1800000000.500000"),
            ("1700000000000.5", "1699999997000.500", "1800000000500.000"),
        ])
    func fractions(_ text: String, _ back: String, _ now: String) throws {
        let value = CursorValue.decimal(try #require(Decimal128(text)))
        #expect(value.minus(.seconds(3), of: .datetime).storedText == back)
        #expect(value.minus(.seconds(3), of: .numeric) == value)
        #expect(CursorValue.moment(1_800_000_000_500_000, like: value, of: .datetime)?.storedText == now)
        #expect(CursorValue.moment(1_800_000_000_500_000, like: value, of: .numeric) == nil)
    }

    @Test("ranges that touch are joined, others stay apart")
    func covered() {
        var ranges = CoveredRanges()
        ranges.add(low: .integer(1), high: .integer(3))
        ranges.add(low: .integer(8), high: .integer(9))
        #expect(ranges.spans.count == 2)
        #expect(ranges.contains(.integer(3)) && !ranges.contains(.integer(5)) && ranges.contains(.integer(8)))
        ranges.add(low: .integer(3), high: .integer(10))
        #expect(ranges.spans == [CoveredRanges.Span(low: .integer(1), high: .integer(10))])
    }
}
