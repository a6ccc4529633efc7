import Cassettes
import Columns
import Tributary

/// What runs must end like when a failure lasts.
extension Storm {
    /// The run ends well with the right table, or with a typed error, in bounded time and attempts.
    func mustEnd(within limit: Duration, sendings most: Int) async throws -> [Finding] {
        let typed = mustBeTyped()
        if !typed.isEmpty { return typed }
        if run.error == nil { return try await mustHaveCalmTable() }
        if run.clock.waited > limit {
            return [
                finding(
                    expected: "an end within \(limit)",
                    actual: "It took \(run.clock.waited) of the fake clock. \(ending)",
                    witness: ["\(sendings.count.counted("sending", "sendings")) of the request"],
                    cause: sendings.count > 1
                        ? nil : "One sending waits too long: the source gives its requests a timeout of its own.")
            ]
        }
        if sendings.count > most {
            return [
                finding(
                    expected: "at most \(most) sendings of the request",
                    actual: "The upstream saw \(sendings.count). \(ending)")
            ]
        }
        let final = mustAskForRetry()
        return final.isEmpty ? try await mustRecover() : final
    }

    /// An error of a failure that passes asks to be tried again.
    func mustAskForRetry() -> [Finding] {
        guard let error = run.error as? SourceError, case .stop = error.recovery else { return mustBeTyped() }
        let known = weather.lab.source.nonRetryableErrors.first(matching: fault.what).map {
            "NonRetryableError(\"\($0.part)\") is in the words of a failure that passes: name a longer part."
        }
        return [
            finding(
                expected: "an error that asks to be retried later: the upstream may be well again tomorrow",
                actual: "The error says that nothing can mend it: \(error)",
                cause: known ?? "A failure of the upstream is reported as one that somebody has to mend first.")
        ]
    }

    /// The run ends with a typed error that asks for no retry, and the refused request was not sent again.
    func mustBeFinal(sendings most: Int) async throws -> [Finding] {
        if run.error == nil {
            return try await mustHaveCalmTable(cause: "The refusal is taken for a page without rows.")
        }
        let typed = mustBeTyped()
        if !typed.isEmpty { return typed }
        if sendings.count > most {
            return [
                finding(
                    expected: "the refused request is sent \(most == 1 ? "once" : "\(most) times at most")",
                    actual: "The upstream saw \(sendings.count) sendings of it. \(ending)")
            ]
        }
        if let error = run.error as? SourceError, case .retry = error.recovery {
            return [
                finding(
                    expected: "an error that stops, for somebody has to change something first",
                    actual: "The error asks to be retried: \(error)")
            ]
        }
        return try await mustRecover()
    }
}

/// A pause that an upstream asks for by Retry-After, and what may be made of it.
struct Pause {
    let fault: WireFault
    /// The wait that is asked for; nil when the value makes no sense.
    let asked: Duration?
    private static let notHandedOn =
        "The error that the source makes of the refusal leaves Retry-After out: read it off the answer, "
        + "`response.headers.retryAfter(now: context.clock.now)`, and hand it on as the recovery's pause."
    /// Longer pauses need not be waited for.
    static let patience = Duration.seconds(120)

    static func all(after now: Int64) -> [Pause] {
        let values: [(String, Duration?)] = [
            ("0", .zero), ("5", .seconds(5)), ("120", .seconds(120)), (HTTPDate.text(now + 30_000_000), .seconds(30)),
            (HTTPDate.text(now - 3_600_000_000), .zero), ("86400", .seconds(86_400)), ("-5", nil), ("soon", nil),
            ("99999999999999999999", nil),
        ]
        return values.enumerated().map { index, value in
            // A used-up quota is told by 429; 503 may say when to come back as well (RFC 9110, 10.2.3).
            Pause(fault: .comeBack(value.0, status: index == 2 || index == 8 ? 503 : 429), asked: value.1)
        }
    }

    /// Whether an increment is tried with it too.
    var isTelling: Bool { asked == .seconds(86_400) || asked == .seconds(5) }

    func judge(_ storm: Storm) async throws -> [Finding] {
        if storm.run.clock.waited > .seconds(3_600) {
            return [
                storm.finding(
                    expected: "a long pause ends the run, which can go on later",
                    actual: "The run slept for \(storm.run.clock.waited) of the fake clock.")
            ]
        }
        guard let asked else { return try await storm.mustSurvive() }
        let tooEarly = storm.tooEarly(by: asked)
        if !tooEarly.isEmpty { return tooEarly }
        if asked <= Self.patience { return try await storm.mustSurvive() }
        if storm.run.error == nil { return try await storm.mustHaveCalmTable() }
        let typed = storm.mustBeTyped()
        if !typed.isEmpty { return typed }
        guard let error = storm.run.error as? SourceError, case .retry(let pause) = error.recovery else {
            return [
                storm.finding(
                    expected: "an error that may be retried, so that a run after the pause goes on",
                    actual: "The error stops for good, and each run will end here. \(storm.ending)")
            ]
        }
        // A transport that breaks off has no answer to look at.
        if pause == nil, storm.journal.entries.last?.answeredAt != nil {
            return [
                storm.finding(
                    expected: "an error that says when to come back: .retry(after: \(asked))",
                    actual:
                        "Its recovery is .retry(after: nil): the next attempt comes when the upstream will refuse again. "
                        + storm.ending, cause: Self.notHandedOn)
            ]
        }
        return try await storm.mustRecover()
    }
}

/// A window of requests that an upstream says is used up.
struct Window {
    let fault: WireFault
    let length: Duration?

    static let all: [Window] = [
        Window("X-RateLimit-", .seconds(30), isMoment: true), Window("RateLimit-", .seconds(30), isMoment: false),
        Window("X-RateLimit-", .seconds(86_400), isMoment: true),
        // A server whose clock is an hour behind says that the window ended long ago.
        Window("X-RateLimit-", .seconds(-3_600), isMoment: true),
    ]

    init(_ prefix: String, _ length: Duration, isMoment: Bool) {
        self.length = length > .zero && length <= Pause.patience ? length : nil
        fault = WireFault(
            "an answer with \(prefix)Remaining: 0 and a reset in \(length)",
            strike: { exchange in
                var answer = try await exchange.answer()
                let seconds = length.components.seconds
                let reset = isMoment ? exchange.clock.now / 1_000_000 + seconds : seconds
                answer.headers[prefix + "Remaining"] = "0"
                answer.headers[prefix + "Reset"] = String(reset)
                return answer
            })
    }

    func judge(_ storm: Storm) async throws -> [Finding] {
        if storm.run.clock.waited > .seconds(3_600) {
            return [
                storm.finding(
                    expected: "no run sleeps for hours",
                    actual: "It slept for \(storm.run.clock.waited) of the fake clock.")
            ]
        }
        if let length {
            let early = storm.tooEarly(by: length)
            if !early.isEmpty { return early }
        }
        return try await storm.mustSurvive()
    }
}

extension Storm {
    /// A request that was sent before the upstream's pause was over.
    func tooEarly(by asked: Duration) -> [Finding] {
        let entries = journal.entries
        guard let index = fault.index, entries.indices.contains(index), let from = entries[index].answeredAt,
            entries.indices.contains(index + 1)
        else { return [] }
        let next = entries[index + 1]
        // Retry-After has whole seconds.
        guard next.sentAt < from + asked.microseconds - 1_000_000 else { return [] }
        let waited = Duration.microseconds(next.sentAt - from)
        return [
            finding(
                expected: "no request within \(asked) after the answer", actual: "The next one came after \(waited).",
                witness: ["\(LoggedRequest(index: index + 1, request: next.request))"])
        ]
    }
}

/// Dates as HTTP has them (RFC 9110, section 5.6.7).
enum HTTPDate {
    static func text(_ microseconds: Int64) -> String {
        let seconds = microseconds / 1_000_000
        let days = Int(seconds / 86_400)
        let date = CivilDate(daysSinceEpoch: days)
        let time = Int(seconds % 86_400)
        let weekday = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"][days % 7]
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        let clock = [time / 3_600, time / 60 % 60, time % 60].map(pair).joined(separator: ":")
        return "\(weekday), \(pair(date.day)) \(months[date.month - 1]) \(date.year) \(clock) GMT"
    }

    private static func pair(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
