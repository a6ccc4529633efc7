import Cassettes
import Columns
import Pipeline
import Tributary

/// Access tokens that expire while a run goes on.
enum TokenChecks {
    static let all = [refreshMidRun]

    private static let refreshMidRun = Check(
        "http-token-refresh-mid-run", group: .http, level: .fault,
        proves:
            "An access token that expires in mid-run is refreshed once, the request is repeated, and no row is lost or "
            + "doubled; a refused refresh ends the run at once.",
        method:
            "The upstream knows one token at a time, and refresh tokens that work once. The token is revoked before each "
            + "request in turn, expires by the fake clock, expires while a 429 is waited for, cannot be refreshed, and is "
            + "refused although it was refreshed; two reads at once share one refresh.",
        likelyCause: "The token is read once and kept: ask for it at each request, and take 401 as a reason to ask for "
            + "another one.",
        catches: "token-captured-once", "token-expires-inside-backoff", "refresh-token-used-twice",
        "refused-new-token-ends-the-list"
    ) { input in
        let accounts = input.scenario.manifest.integrations
        guard !accounts.isEmpty else {
            return .notApplicable("The scenario's config refers to no OAuth account whose token could expire.")
        }
        return try await StormBench.judging(input) { weather in
            for read in weather.reads {
                for trial in TokenTrial.all(read) {
                    let findings = try await trial.judge(weather, read, accounts)
                    if !findings.isEmpty { return findings }
                }
            }
            guard let read = weather.reads.first else { return [] }
            return try await TokenTrial.together(weather, read, accounts)
        }
    }
}

/// One way in which a token ends.
struct TokenTrial {
    let what: String
    var rules = TokenOffice.Rules()
    var fault = WireFault.none
    /// The most tokens that may be issued.
    var refreshes: Int?

    static func all(_ read: FairRead) -> [TokenTrial] {
        var trials = read.indices(6).map { index in
            TokenTrial(
                what: "the token is revoked before request \(index)", rules: .init(revokedAt: index), refreshes: 1)
        }
        trials.append(
            TokenTrial(
                what: "the token lives for 100 s", rules: .init(lifetime: .seconds(100), answerTime: .seconds(30))))
        trials += read.indices(3).map { index in
            TokenTrial(
                what: "the token expires while request \(index) is held back by a 429 for 110 s",
                rules: .init(lifetime: .seconds(100)), fault: .comeBack("110").at(index))
        }
        trials += read.indices(3).map { index in
            TokenTrial(
                what: "from request \(index) on each token is refused, also one that was just refreshed",
                rules: .init(revokedAt: index, takesNoMore: true))
        }
        trials.append(
            TokenTrial(
                what: "the token is revoked and cannot be refreshed", rules: .init(revokedAt: 0, refusesRefresh: true)))
        return trials
    }

    func judge(_ weather: StormBench, _ read: FairRead, _ accounts: [Integration]) async throws -> [Finding] {
        let base = try read.upstream()
        let office = TokenOffice(accounts, rules: rules, now: base.now)
        let journal = WireJournal()
        let faulty = FaultyUpstream(base: base, fault: fault, journal: journal)
        let run = try await weather.lab.run(
            read.plan, of: TokenUpstream(base: faulty, office: office), into: read.files)
        weather.tally.add(Counters(requests: run.log.requests.count, runs: 1, items: 1))
        let storm = Storm(weather: weather, read: read, fault: fault, run: run, journal: journal)
        let findings = try await findings(storm, office)
        return findings.map { finding in
            var finding = finding
            finding.place = "\(read.name), \(what)"
            if rules.takesNoMore {
                finding.cause =
                    "The refusal of a new token is taken for an empty list, or is asked about again and again: let it end the read."
            }
            return finding
        }
    }

    private func findings(_ storm: Storm, _ office: TokenOffice) async throws -> [Finding] {
        if rules.refusesRefresh || rules.takesNoMore { return storm.mustGiveUp(office) }
        if office.refusedRefreshes > 0 {
            return [
                storm.finding(
                    expected: "each refresh token is used once",
                    actual: "A refresh token came again after it had been used. \(storm.ending)")
            ]
        }
        if let most = refreshes, office.refreshes > most {
            return [
                storm.finding(
                    expected: "\(most) refresh", actual: "\(office.refreshes) tokens were asked for. \(storm.ending)")
            ]
        }
        return try await storm.mustSurvive()
    }

    /// Two reads at once that find the token expired.
    static func together(_ weather: StormBench, _ read: FairRead, _ accounts: [Integration]) async throws -> [Finding] {
        let base = try read.upstream()
        let office = TokenOffice(accounts, rules: .init(revokedAt: 0), now: base.now)
        let upstream = TokenUpstream(base: base, office: office)
        let log = EventLog()
        let context = try weather.lab.context(upstream, clock: LabClock(base.now), log: log)
        let inputs = SourceInputs(schema: weather.schema.name)
        let errors = await withTaskGroup(of: (any Error)?.self) { group in
            for _ in 0..<2 {
                group.addTask {
                    do {
                        let response = try await weather.lab.source.read(inputs, in: context)
                        try await response.items.run(into: Emitter { _, _ in })
                        return nil
                    } catch { return error }
                }
            }
            return await group.reduce(into: [any Error]()) { if let error = $1 { $0.append(error) } }
        }
        weather.tally.add(Counters(requests: log.requests.count, runs: 2))
        if errors.isEmpty, office.refusedRefreshes == 0, office.refreshes <= 1 { return [] }
        if !read.isModelled, office.refusedRefreshes == 0, office.refreshes <= 1 { return [] }
        return [
            Finding(
                at: "two reads at once whose token is revoked", expected: "one refresh, shared by both",
                actual: "\(office.refreshes) tokens were issued and \(office.refusedRefreshes) refreshes refused. "
                    + (errors.first.map { "A read ended with: \($0)" } ?? "Both reads ended well."),
                history: log.lines())
        ]
    }
}

extension Storm {
    /// An account whose refresh is refused has to be connected again: nothing else helps.
    fileprivate func mustGiveUp(_ office: TokenOffice) -> [Finding] {
        guard let error = run.error as? SourceError, case .stop = error.recovery else {
            return [
                finding(
                    expected: "an error that stops and asks for the account to be connected again", actual: ending)
            ]
        }
        guard office.refusedRefreshes > 2 else { return [] }
        return [
            finding(
                expected: "a refused refresh is final",
                actual: "It was asked for \(office.refusedRefreshes) times. \(ending)")
        ]
    }
}
