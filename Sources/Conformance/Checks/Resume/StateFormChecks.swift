import Cassettes
import Columns
import Pipeline
import Tributary

/// The stored state as a value: what it looks like, how large it gets.
enum StateFormChecks {
    static let all = [roundTrips, bounded]

    private static let roundTrips = Check(
        "resume-state-round-trips", group: .resume, level: .static,
        proves:
            "Stored states and positions are plain JSON: read and written again they are the same, and lead on alike.",
        method:
            "All states and positions of an incremental sync and a full refresh are read and written again, and held "
            + "against what was there; secrets of the config must not be in them. A sync then goes on from a state whose "
            + "members were written in another order.",
        likelyCause:
            "A position holds something that is no plain value, such as NaN, a name twice, or a secret.",
        catches: "position-that-is-no-json", "secret-in-a-position"
    ) { input in
        try await Bench.judging(input) { bench in
            for type in Set([bench.schema.mode, .fullRefresh]).sorted(by: { $0.rawValue < $1.rawValue }) {
                let findings = try await bench.roundTrips(type)
                if !findings.isEmpty { return findings }
            }
            return []
        }
    }

    private static let bounded = Check(
        "resume-state-bounded", group: .resume, level: .simulated,
        proves: "What is stored does not grow with the rows, the pages or the ties that were read.",
        method:
            "The largest state and the largest position of syncs over 40 and 400 rows (hostile: 4,000), apart and all "
            + "tied at one cursor value, are compared; a few bytes for longer numbers are allowed.",
        likelyCause: "The position lists what was seen: keys, hashes of tied rows, finished pages.",
        catches: "position-lists-all-keys"
    ) { input in
        try await Bench.judging(input) { bench in
            for isTied in bench.cursorIsKey ? [false] : [false, true] {
                let small = try await bench.largestState(40, isTied: isTied)
                let large = try await bench.largestState(input.profile == .hostile ? 1_000 : 400, isTied: isTied)
                bench.tally.add(Counters(items: 2))
                if large.bytes <= small.bytes + 96 { continue }
                return [
                    Finding(
                        at: isTied ? "rows that share one cursor value" : "rows of different cursor values",
                        expected: "a state of about \(small.bytes) bytes, as with \(small.rows) rows",
                        actual: "With \(large.rows) rows it has \(large.bytes) bytes.",
                        witness: [String(large.text.prefix(300))])
                ]
            }
            return []
        }
    }
}

extension Bench {
    func roundTrips(_ type: SyncType) async throws -> [Finding] {
        var plan = plan(type, commitsOften: true)
        plan.keepsLakes = true
        let tokens = Lock<[ResumeToken]>([])
        plan.onEmit = { _, token in if let token { tokens.withLock { $0.append(token) } } }
        let whole = try await run(plan, of: upstream())
        for token in tokens.withLock({ $0 }) {
            let text = token.value.text
            tally.add(Counters(items: 1))
            if let problem = Self.problem(text, of: token.value) ?? secret(in: text) {
                return [
                    Finding(
                        at: "a position of the \(type.rawValue) sync", expected: "plain JSON without secrets",
                        actual: problem, witness: [String(masked(text).prefix(300))], history: whole.log.lines())
                ]
            }
        }
        if let error = whole.error {
            return [
                Finding(
                    at: "\(type.rawValue) sync", expected: Finding.syncSucceeds, actual: "It ended with: \(error)",
                    history: whole.log.lines())
            ]
        }
        let cuts = everyCommit(of: whole).filter { stored($0.files) != nil }
        for cut in cuts {
            guard let state = stored(cut.files), let problem = Self.problem(state.text) ?? secret(in: state.text) else {
                continue
            }
            return [
                Finding(
                    at: cut.place, expected: "a state in plain JSON without secrets", actual: problem,
                    witness: [String(masked(state.text).prefix(300))])
            ]
        }
        guard let cut = cuts.dropLast().last else { return [] }
        let isStage = StoredState.newest(in: cut.files, isStage: true) != nil
        let turned = StoredState.changing(cut.files, isStage: isStage) { state in
            state = JSONObject(state.members.reversed().map { ($0.name, $0.value) })
        }
        plan.keepsLakes = false
        let next = try await successful(plan, of: upstream(), into: turned, at: "state written in another order")
        return finding(
            try await difference(objects, next), at: "state written in another order, \(cut.place)",
            expected: "all rows", next)
    }

    /// What keeps a text from being read and written again as it is.
    private static func problem(_ text: String, of original: JSONValue? = nil) -> String? {
        guard let value = try? JSONValue(parsing: Array(text.utf8)) else { return "It is no JSON." }
        if let original, original != value { return "Written and read again it is another value." }
        if let twin = twin(in: value) { return "The name '\(twin)' stands twice in one object." }
        guard let again = try? JSONValue(parsing: value.serialized()), again == value, again.text == value.text else {
            return "Written again it differs."
        }
        return nil
    }

    private static func twin(in value: JSONValue) -> String? {
        if let object = value.object {
            var seen: Set<String> = []
            if let name = object.names.first(where: { !seen.insert($0).inserted }) { return name }
            return object.members.lazy.compactMap { twin(in: $0.value) }.first
        }
        return value.array?.lazy.compactMap { twin(in: $0) }.first
    }

    private var secrets: [String] {
        input.config.members.filter { $0.name != "fault" }.compactMap(\.value.string).filter { $0.utf8.count >= 8 }
            .filter { text in
                input.scenario.manifest.document["config"]?.object?.members.contains {
                    $0.value["fake"] != nil && input.scenario.config[$0.name]?.string == text
                } ?? false
            }
    }

    private func secret(in text: String) -> String? {
        secrets.contains { text.contains($0) } ? "A secret of the config is in it." : nil
    }

    private func masked(_ text: String) -> String {
        secrets.reduce(text) { $0.replacing($1, with: Secret.mask) }
    }

    /// The largest position that a sync over so many rows hands over, or state that it stores.
    func largestState(_ rows: Int, isTied: Bool) async throws -> (rows: Int, bytes: Int, text: String) {
        let unit = spelling.unit
        let first = newest
        let shown = made(rows) { first + (isTied ? 0 : Int64($0) * unit) }
        var plan = plan()
        plan.requestLimit = 2_000
        let largest = Lock("")
        plan.onEmit = { _, token in
            let text = token?.value.text ?? ""
            largest.withLock { if text.utf8.count > $0.utf8.count { $0 = text } }
        }
        let run = try await successful(plan, of: upstream(shown, pageSize: 20), at: "sync of \(rows) rows")
        let state = stored(run.files)?.text ?? ""
        let token = largest.withLock { $0 }
        return (rows, state.utf8.count + token.utf8.count, token.isEmpty ? state : token)
    }
}
