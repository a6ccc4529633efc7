import Cassettes
import Columns
import Pipeline
import Tributary

/// Failures that pass, failures that last, and how long they are borne.
enum RetryChecks {
    static let all = [
        transientRetried, duplicateDelivery, retryAfter, retryBudget, noCompounding, permanentFinal, readTimeout,
        rateLimitHeaders,
    ]

    private static let transientRetried = Check(
        "http-transient-retried", group: .http, level: .fault,
        proves:
            "One passing failure at any request leaves the table as it would have been, and one that outlasts a run is "
            + "told as one that may be tried again, whatever its words.",
        method:
            "429, 500, 502, 503, 504, a reset and a refused connection and a time-out, once, at each request of a full "
            + "read and of an increment in turn, below production's retries and on a clock that does not wait. Then 429, "
            + "500, 503 and a proxy's 522 for good, with the words that vendors use for them.",
        likelyCause: "A passing failure is taken for the end of the list, is kept from the layer that retries, or is "
            + "declared final by a part of its words.",
        catches: "failed-slice-skipped-run-completes", "broken-connection-taken-for-the-end",
        "rate-limit-told-as-final", "proxy-failure-told-as-final"
    ) { input in
        try await StormBench.judging(input) { weather in
            let passing = try await weather.first(of: WireFault.passing, limit: 6) { fault, read in
                let storm = try await weather.storm(fault, read)
                // What must not be sent twice is not tried again by itself: the read is, later.
                if !read.mayRepeat(fault), storm.run.error != nil { return storm.mustAskForRetry() }
                return try await storm.mustSurvive()
            }
            if !passing.isEmpty { return passing }
            for read in weather.reads {
                for fault in WireFault.worded {
                    let storm = try await weather.storm(fault.from(read.journal.count - 1), read)
                    let findings =
                        storm.run.error == nil ? try await storm.mustHaveCalmTable() : storm.mustAskForRetry()
                    if !findings.isEmpty { return findings }
                }
            }
            return []
        }
    }

    private static let duplicateDelivery = Check(
        "http-duplicate-delivery-on-retry", group: .http, level: .fault,
        proves: "Rows that came before a connection broke are not doubled by the second attempt.",
        method:
            "A streamed body breaks off after its first, a middle and its last row, too far on for the transport to "
            + "fetch it again by itself. However often source and runtime try again, each row must be there once.",
        likelyCause: "What the first attempt had handed over is handed over again: go on from the position behind it.",
        catches: "rows-handed-over-again-after-a-failure"
    ) { input in
        try await StormBench.judging(input) { weather in
            let modelled = weather.reads.filter(\.isModelled)
            if modelled.isEmpty {
                throw Bench.Verdicted(
                    verdict: .notApplicable(
                        "A recording answers once: what comes behind a broken body only a model can say."))
            }
            for read in modelled {
                for index in Set([read.indices().first, read.indices().last].compactMap { $0 }).sorted() {
                    for rows in [1, 3, Int.max] {
                        let fault = WireFault.interrupted(afterRows: rows, padding: 4 << 20).at(index)
                        let storm = try await weather.storm(fault, read) { $0.options.maxAttempts = 3 }
                        let findings = try await storm.mustTellOrMatch()
                        if !findings.isEmpty { return findings }
                    }
                }
            }
            return []
        }
    }

    private static let retryAfter = Check(
        "http-retry-after-honoured-and-capped", group: .http, level: .fault,
        proves: "Retry-After is obeyed in both its forms; what is beyond the runtime's patience ends the run so that a "
            + "later one goes on; values that make no sense do no harm.",
        method:
            "429 and 503 with 0, 5, 120, a date, a past date, a day, a negative number and a text, once at the last "
            + "request of each read. Nothing may be sent before the stated moment; no run may sleep for an hour.",
        likelyCause: "The source waits by its own rule, or turns the refusal into an error that stops for good.",
        catches: "retry-after-ignored", "quota-window-longer-than-retry-budget", "pause-not-handed-on"
    ) { input in
        try await StormBench.judging(input) { weather in
            for read in weather.reads {
                let isFirst = read.name == weather.reads.first?.name
                for pause in Pause.all(after: read.calm.clock.now) where isFirst || pause.isTelling {
                    let storm = try await weather.storm(pause.fault.at(read.journal.count - 1), read)
                    let findings = try await pause.judge(storm)
                    if !findings.isEmpty { return findings }
                }
            }
            return []
        }
    }

    private static let retryBudget = Check(
        "http-retry-budget-bounded", group: .http, level: .fault,
        proves: "No failure that lasts is borne for ever: the run ends with a typed error that says that it may pass.",
        method:
            "From each request on, 429, 500, 504, a reset, a time-out and a silent server for good. The run must end "
            + "within half an hour of the fake clock and twenty sendings of one request, and ask to be retried later.",
        likelyCause: "A loop around the request asks again without a limit of attempts and time.",
        catches: "server-errors-retried-without-end", "outage-declared-final"
    ) { input in
        try await StormBench.judging(input) { weather in
            let faults = [.comeBack("10"), .refusal(500), .refusal(504), .reset, .timeOut, WireFault.stall]
            return try await weather.first(of: faults, limit: 2, isLasting: true) { fault, read in
                let storm = try await weather.storm(fault, read)
                return try await storm.mustEnd(within: .seconds(1_800), sendings: 20)
            }
        }
    }

    private static let noCompounding = Check(
        "http-no-retry-compounding", group: .http, level: .fault,
        proves:
            "A request that fails for good is sent as often as the runtime's retries say, and not a multiple of it.",
        method:
            "503 for good from each request on. The runtime's own number of sendings is measured with a bare request; "
            + "the source's request may not be sent more often.",
        likelyCause:
            "The source, or a rule of its client, retries what the transport has retried already; or the error that the source "
            + "makes of the answer does not say so, and the runtime starts the read again: set its `wasRetried` where the "
            + "answer's `attempts` are more than one.",
        catches: "retries-at-two-layers"
    ) { input in
        try await StormBench.judging(input) { weather in
            let configured = try await weather.configuredSendings()
            return try await weather.first(of: [.refusal(503)], limit: 3, isLasting: true) { fault, read in
                // It is sent once by each attempt of the runtime's, and no layer below tries it again.
                if !read.mayRepeat(fault) { return [] }
                let storm = try await weather.storm(fault, read) {
                    if fault.index == 0 { $0.options.maxAttempts = nil }
                }
                let seen = storm.sendings.count
                guard seen > configured else { return [] }
                let layers = seen % configured == 0 ? "\(configured) × \(seen / configured)" : "\(seen)"
                return [
                    storm.finding(
                        expected: "\(configured) sendings of the request, as the runtime is set up",
                        actual: "The upstream saw \(layers) sendings.")
                ]
            }
        }
    }

    private static let permanentFinal = Check(
        "http-permanent-errors-final", group: .http, level: .fault,
        proves: "An answer that no retry can mend ends the sync as a failure, at once, with an error that says so.",
        method: "400, 401, 403, 404, 410 and 422 from each request on. The sync must fail with an error that is not "
            + "retried; the refused request may be sent once, after 401 twice.",
        likelyCause: "An error's status is taken for an empty list, or is retried although nothing will change.",
        catches: "refusal-taken-for-the-end"
    ) { input in
        try await StormBench.judging(input) { weather in
            let faults = [400, 401, 403, 404, 410, 422].map { WireFault.refusal($0) }
            return try await weather.first(of: faults, limit: 3, isLasting: true) { fault, read in
                // A parent that is gone by the time its children are asked for may be passed over.
                let isGone = fault.what.hasSuffix("404") || fault.what.hasSuffix("410")
                if isGone, read.hasSeveralLists { return [] }
                let storm = try await weather.storm(fault, read)
                return try await storm.mustBeFinal(sendings: fault.what.hasSuffix("401") ? 2 : 1)
            }
        }
    }

    private static let readTimeout = Check(
        "http-read-timeout-everywhere", group: .http, level: .fault,
        proves: "No server can keep a run waiting by silence, or by a byte now and then.",
        method:
            "From each request on the server accepts and never answers, or sends a byte a minute. Each request must have "
            + "an idle time of at most a quarter of an hour, and the run must end within two hours of the fake clock.",
        likelyCause: "The request's idle time was raised beyond all measure.", catches: "requests-without-a-time-limit"
    ) { input in
        try await StormBench.judging(input) { weather in
            try await weather.first(of: [WireFault.stall, .drip], limit: 2, isLasting: true) { fault, read in
                let storm = try await weather.storm(fault, read)
                let slow = storm.journal.entries.first { $0.request.options.idleTimeout > .seconds(900) }
                if let slow {
                    return [
                        storm.finding(
                            expected: "an idle time of at most 900 s",
                            actual: "A request may be kept waiting for \(slow.request.options.idleTimeout).",
                            witness: ["\(LoggedRequest(index: 0, request: slow.request))"])
                    ]
                }
                return try await storm.mustEnd(within: .seconds(7_200), sendings: 20)
            }
        }
    }

    private static let rateLimitHeaders = Check(
        "http-rate-limit-headers-respected", group: .http, level: .simulated,
        proves: "When an answer says that no requests are left, the next one waits until the window is over.",
        method:
            "Good answers say that 0 requests remain and when the window ends: in 30 s, as a moment and as a count of "
            + "seconds; in a day; and by a clock that goes wrong. No request may come before, and no run may sleep for hours.",
        likelyCause: "The fields of the window are dropped or changed on their way to the runtime's rate limiter.",
        catches: "rate-limit-headers-dropped"
    ) { input in
        try await StormBench.judging(input) { weather in
            for read in weather.reads where read.journal.count > 1 {
                for window in Window.all {
                    let fault = window.fault.at(read.journal.count - 2)
                    let findings = try await window.judge(try await weather.storm(fault, read))
                    if !findings.isEmpty { return findings }
                }
            }
            if weather.reads.allSatisfy({ $0.journal.count < 2 }) {
                // A list of which one page was recorded may have more; the model's pages are cut as small as they can be.
                let reason = "Each read is one request, so none follows."
                throw Bench.Verdicted(verdict: weather.bench == nil ? .notExercised(reason) : .notApplicable(reason))
            }
            return []
        }
    }
}

extension FairRead {
    /// Whether the read asks for lists at more than one path: a fan-out.
    var hasSeveralLists: Bool {
        Set(journal.map { $0.request.url.prefix { $0 != "?" } }).count > 1
    }
}

extension FairRead {
    /// Whether the request that a fault strikes may be sent twice.
    fileprivate func mayRepeat(_ fault: WireFault) -> Bool {
        guard let index = fault.index, journal.indices.contains(index) else { return true }
        return journal[index].request.isReadOnly
    }
}

extension StormBench {
    /// How often the runtime sends a request that fails for good, seen on the wire.
    func configuredSendings() async throws -> Int {
        let clock = LabClock(0)
        let journal = WireJournal()
        let wire = FaultyClient(base: Silence(), fault: .refusal(503), clock: clock, journal: journal)
        _ = try? await lab.stack(wire, clock)
            .send(HTTPRequest(.get, "https://nobody.example/"))
        return max(1, journal.entries.count)
    }
}

/// Never asked: a fault answers in its place.
private struct Silence: HTTPClient {
    func send(_ request: HTTPRequest) async throws -> HTTPResponse {
        throw SourceError(.unreachable, "Nobody is there.")
    }
}
