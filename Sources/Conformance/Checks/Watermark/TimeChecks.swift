import Cassettes
import Columns
import Foundation
import Pipeline
import Tributary

/// Time zones, clocks, and rows that come late.
enum TimeChecks {
    static let all = [timeZones, clockSkew, lateRows]

    private static let timeZones = Check(
        "watermark-timezone-invariant", group: .watermark, level: .meta,
        proves:
            "Neither the zone that the service prints in, nor the account's, nor a change of clocks loses or doubles a row.",
        method:
            "Three syncs over growing rows while the service prints its times with other offsets; the same while the "
            + "server reads bounds without an offset in the account's zone (-08:00, +05:30, +14:00), both unless its own "
            + "times have no offset either; the same with rows ten minutes apart around both changes of the clocks of 2025 "
            + "in Berlin and New York. A bound that a server cannot read is answered with 400.",
        likelyCause:
            "The bound is printed without an offset, or with a `+` that is not escaped; or times are taken apart in a "
            + "local zone. Send UTC with a Z.",
        catches: "filter-formatted-without-offset", "plus-sign-in-filter-becomes-space",
        "repeated-hour-ambiguous-cursor",
        "bound-in-the-body-without-offset"
    ) { input in
        try await Bench.judging(input) { bench in
            try bench.demandIncremental()
            try await bench.demandTime()
            // Who prints wall times reads wall times, of whatever zone: nobody could tell a bound of another.
            if !bench.printsWallTimes {
                for offset in [-480, 330, 840] {
                    let findings = try await bench.zoned(offset: offset)
                    if !findings.isEmpty { return findings }
                }
                let printed = try await bench.printedWithOffsets()
                if !printed.isEmpty { return printed }
            }
            for edge in ["2025-10-26T01:00:00Z", "2025-03-30T01:00:00Z", "2024-11-03T06:00:00Z"] {
                let findings = try await bench.aroundClockChange(edge)
                if !findings.isEmpty { return findings }
            }
            return []
        }
    }

    private static let clockSkew = Check(
        "watermark-clock-skew-immune", group: .watermark, level: .meta,
        proves: "The stored value comes from the rows, not from the clock of the machine: a wrong clock loses no row.",
        method:
            "Three syncs over growing rows with a clock a day behind, a day ahead, standing still, and jumping back an "
            + "hour; then one with the right clock. No stored value may lie beyond the rows, and the table must be "
            + "complete.",
        likelyCause:
            "The moment of the sync is stored, or sent as a bound, in place of the greatest value of the rows.",
        catches: "watermark-from-the-local-clock", "bound-from-the-local-clock"
    ) { input in
        try await Bench.judging(input) { bench in
            try bench.demandIncremental()
            let day = 86_400
            for (name, seconds) in [
                ("a day behind", [-day, -day, -day]), ("a day ahead", [day, day, day]), ("standing still", [0, 0, 0]),
                ("jumping back an hour", [7_200, 3_600, 0]),
            ] {
                let findings = try await bench.skewed(name, seconds)
                if !findings.isEmpty { return findings }
            }
            return []
        }
    }

    private static let lateRows = Check(
        "watermark-late-rows-within-lookback", group: .watermark, level: .simulated,
        proves:
            "A row that becomes visible late, but inside the lookback, is picked up; the stored value does not move back.",
        method:
            "With the lookback that the source declares, or an hour set by the user: a sync, then a row appears whose "
            + "cursor is 0.5 and 0.99 of the lookback below the stored value, sync. Where the API says how late rows may "
            + "become visible, that much, with the source's own lookback.",
        likelyCause:
            "No lookback is declared for a list whose rows become visible after their time; or the bound is taken from the stored value instead of the watermark that is handed in, from which the "
            + "lookback is taken off; or the comparison is done again against the stored value.",
        catches: "late-commit-below-watermark", "lookback-from-wrong-bound", "late-visible-older-file"
    ) { input in
        try await Bench.judging(input) { bench in
            try bench.demandIncremental()
            try await bench.demandTime()
            return try await bench.lateRows()
        }
    }
}

extension Bench {
    /// Three syncs over growing objects from an upstream that is made for each, then a comparison.
    func growing(
        _ all: [World.Object], at place: String, cause: String? = nil,
        _ upstream: (Int, [World.Object]) throws -> any Upstream
    ) async throws -> [Finding] {
        var files: MemoryLake.Files = [:]
        let states = input.use.states(3)
        for step in 1...states {
            let shown = Array(all.prefix(all.count * step / states))
            let here = "\(place), sync \(step) of \(states)"
            let run = try await successful(plan(), of: try upstream(step, shown), into: files, at: here)
            files = run.files
            let findings = finding(
                try await difference(shown, run), at: "\(here); bound sent: \(boundTexts(run))",
                expected: "all \(shown.count) rows", run, cause: cause)
            if !findings.isEmpty { return findings }
        }
        return []
    }

    /// An account whose server reads a time without an offset in a zone of its own.
    func zoned(offset minutes: Int) async throws -> [Finding] {
        let filters = boundFilters
        let zone = Self.offsetText(minutes)
        return try await growing(
            objects, at: "account in zone \(zone)",
            cause: "The bound says no offset, and the server takes it for its own zone's time."
        ) { step, shown in
            TappedUpstream(try upstream(shown, later: .seconds(3_600 * step)), "of an account in zone \(zone)") {
                { request, base in
                    try await base.send(
                        request.changingParameters { name, text in
                            let filter = filters.first { $0.parameter == name }
                            if filter?.saysZone == true { return text }
                            return filter?.changingBound(in: text) { Self.read($0, in: minutes) } ?? text
                        })
                }
            }
        }
    }

    /// Whether the recorded times of the cursor say no offset.
    var printsWallTimes: Bool {
        let texts = objects.compactMap { cursor($0).string }
        return !texts.isEmpty && texts.allSatisfy { Self.wallTime($0) != nil }
    }

    /// The moment of a time without an offset, taken as UTC; nil for what has one, and for what has no time of day.
    private static func wallTime(_ text: String) -> Int64? {
        let tail = text.split(whereSeparator: { $0 == "T" || $0 == " " }).dropFirst().first ?? ""
        let hasOffset = tail.contains("Z") || tail.contains("+") || tail.contains("-")
        return tail.isEmpty || hasOffset ? nil : TimestampParser.microseconds(text + "Z")
    }

    /// A wall time as the instant that it is in a zone; other texts as they are.
    static func read(_ text: String, in minutes: Int) -> String {
        guard let moment = wallTime(text) else { return text }
        return CursorValue.timestamp(moment - Int64(minutes) * 60_000_000).storedText
    }

    static func offsetText(_ minutes: Int) -> String {
        let size = abs(minutes)
        return (minutes < 0 ? "-" : "+") + String(format: "%02d:%02d", size / 60, size % 60)
    }

    /// A service that prints its times in another zone each day.
    func printedWithOffsets() async throws -> [Finding] {
        guard spelling.format == .iso8601, let name = collection.cursor else { return [] }
        let digits = objects.compactMap { cursor($0).string }.contains { $0.contains(".") } ? 6 : 0
        return try await growing(objects, at: "service that prints in another zone each time") { step, shown in
            let minutes = [0, 330, -480][step - 1]
            let printed = shown.map { object -> World.Object in
                guard let position = spelling.position(cursor(object)) else { return object }
                let wall = spelling.text(position + Int64(minutes) * 60_000_000, digits: digits)
                return moved(object, spelt: .string(wall.dropLast() + Self.offsetText(minutes)))
            }
            _ = name
            return try upstream(printed, later: .seconds(3_600 * step))
        }
    }

    /// Rows ten minutes apart on both sides of a change of clocks.
    func aroundClockChange(_ edge: String) async throws -> [Finding] {
        guard let middle = TimestampParser.microseconds(edge) else { return [] }
        let count = spelling.unit > 3_600_000_000 ? 3 : 15
        let step = max(600_000_000, spelling.unit)
        let rows = made(count) { middle + Int64($0 - count / 2) * step }
        return try await growing(
            rows, at: "rows around the change of clocks at \(edge)",
            cause: "Times are taken apart in a local zone, in which one hour comes twice and another never."
        ) { step, shown in
            var upstream = try upstream(shown)
            upstream.now = middle + Int64(step) * 86_400_000_000
            return upstream
        }
    }

    func skewed(_ name: String, _ seconds: [Int]) async throws -> [Finding] {
        var files: MemoryLake.Files = [:]
        // The service's own times are what they are: the newest row is new at the right time.
        let base = max(0, newest - (try upstream().now))
        for (step, skew) in seconds.enumerated() {
            let shown = Array(objects.prefix(objects.count * (step + 1) / 4))
            if shown.isEmpty { continue }
            let place = "clock \(name), sync \(step + 1)"
            let run = try await successful(
                plan(), of: upstream(shown, later: .seconds(skew) + .microseconds(base)), into: files, at: place)
            files = run.files
            let greatest = shown.compactMap { spelling.position(cursor($0)) }.max() ?? 0
            let mark = StoredState.newest(in: files)?.mark("last")
            tally.add(Counters(rows: shown.count))
            if spelling.isTime, let mark, let value = markPosition(mark), value > greatest {
                return [
                    Finding(
                        at: place,
                        expected: "a last value that a row has, at most \(cursor(shown[shown.count - 1]).text)",
                        actual: "\(run.summary?.watermarkAfter ?? mark) is stored.", history: run.log.lines())
                ]
            }
        }
        let place = "clock \(name), then right"
        let last = try await successful(
            plan(), of: upstream(later: .seconds(4 * 86_400) + .microseconds(base)), into: files, at: place)
        return finding(
            try await difference(objects, last), at: "\(place); bound sent: \(boundTexts(last))",
            expected: "all \(objects.count) rows", last)
    }

    func lateRows() async throws -> [Finding] {
        let declared = try await offered()?.defaultLookback
        let unit = Duration.microseconds(spelling.unit)
        let usual = declared.flatMap { $0 > .zero ? $0 : nil } ?? max(.seconds(3_600), unit * 2)
        let lookback = collection.visibleAfter ?? usual
        let top = newest
        for share in [50, 99] as [Int64] {
            let late = top - lookback.microseconds * share / 100
            let before = objects.filter { (spelling.position(cursor($0)) ?? 0) != late }
            let row = moved(copy(objects[0], number: 7), to: late)
            var plan = plan()
            let isLeftToUser = collection.visibleAfter == nil && (declared == nil || declared == .zero)
            plan.lookback = isLeftToUser ? lookback : nil
            let place = "row at \(cursor(row).text), visible \(Double(share) / 100) of \(lookback) late"
            let first = try await successful(plan, of: upstream(before), at: "first sync")
            let second = try await successful(
                plan, of: upstream(before + [row], later: .seconds(3_600)), into: first.files, at: place)
            var findings = finding(
                try await difference(before + [row], second),
                at: "\(place); stored \(first.summary?.watermarkAfter ?? "nothing"), bound sent: \(boundTexts(second))",
                expected: "the late row, found", second)
            if findings.isEmpty, second.summary?.watermarkAfter != first.summary?.watermarkAfter {
                findings = [
                    Finding(
                        at: place, expected: "last value \(first.summary?.watermarkAfter ?? "none"), as before",
                        actual: "\(second.summary?.watermarkAfter ?? "None") is stored.", history: second.log.lines())
                ]
            }
            if !findings.isEmpty { return findings }
        }
        return []
    }
}
