import Cassettes
import Columns
import Foundation
import Pipeline
import Tributary

// What must not depend on where the process runs.
extension TypeChecks {
    static let environment = [instants, locale]

    private static let instants = Check(
        "type-datetime-instant-preserved", group: .types, level: .meta,
        proves: "A moment stays the same, however it is spelt and in whatever zone the process runs.",
        method:
            "Where the cursor is text in ISO 8601, each object's is sent with other offsets (Z, +05:30, -08:00, +00:00) "
            + "and its moment is compared with that of the table. Then the table is read in processes with TZ = "
            + "Asia/Kathmandu, America/Los_Angeles and Pacific/Kiritimati: all must hold the same, and an increment must "
            + "ask for the same.",
        likelyCause: "A moment is cut out of its text without the offset, or taken for local time.",
        catches: "offset-cut-off", "moments-in-local-time", "bound-in-local-time"
    ) { input in
        try await Bench.judging(input) { bench in
            let respelt = try await bench.respeltInstants()
            if !respelt.isEmpty { return respelt }
            let zones = ["Asia/Kathmandu", "America/Los_Angeles", "Pacific/Kiritimati"]
            return try await bench.sameElsewhere(
                zones.map { ("TZ=\($0)", ["TZ": $0]) }, task: "type-locale-independent")
        }
    }.needing(.http)

    private static let locale = Check(
        "type-locale-independent", group: .types, level: .meta,
        proves: "What is read does not depend on the language, region or calendar of the process.",
        method:
            "The table is read in processes whose language and region are Thai (with its Buddhist calendar), German, "
            + "Turkish and Persian: all must hold the same.",
        likelyCause: "A number or a date is formatted or parsed by the machine's locale: name a fixed one.",
        catches: "numbers-spelt-by-locale"
    ) { input in
        guard input.children != nil else {
            return .notExercised(ChildProcessRunner.missing)
        }
        return try await Bench.judging(input) { bench in
            let locales = ["th_TH.UTF-8", "de_DE.UTF-8", "tr_TR.UTF-8", "fa_IR.UTF-8"]
            return try await bench.sameElsewhere(
                locales.map { ("LC_ALL=\($0)", ["LC_ALL": $0, "LANG": $0, "LANGUAGE": $0]) },
                task: "type-locale-independent")
        }
    }.needing(.http)

    /// What a full read hands over, and what an increment asks for, line by line.
    static let handOverTask = ChildTask("type-locale-independent") { input, _, _ in
        let bench = try await Bench.make(input)
        return .array(try await bench.shownHere().map { .string($0) })
    }
}

extension Bench {
    /// Findings where a read in a process of another environment hands over other rows.
    func sameElsewhere(
        _ places: [(name: String, variables: [String: String])], task: String
    ) async throws -> [Finding] {
        guard sql == nil, let children = input.children else { return [] }
        let here = try await shownHere()
        for (name, variables) in places {
            let outcome = try await children.runOnce(task, of: input, environment: variables)
            guard let rows = outcome.result?.array?.compactMap(\.string) else {
                throw SourceError(.unexpectedAnswer, "Reading with \(name): \(outcome.ending)")
            }
            tally.add(Counters(rows: rows.count, runs: 1))
            if rows == here { continue }
            let pair = zip(here, rows).first { $0 != $1 }
            return [
                Finding(
                    at: "full read and increment in a process with \(name)",
                    expected: "the \(here.count) rows and requests of this process",
                    actual: "\(rows.count) came, and they differ.",
                    witness: pair.map { ["here: \($0.prefix(200))", "there: \($1.prefix(200))"] } ?? [])
            ]
        }
        return []
    }

    /// The rows of a full read, and the requests of an increment from the middle of the sample on.
    func shownHere() async throws -> [String] {
        let rows = try await emitted(upstream()).map { JSONValue.object($0).text }
        guard schema.mode == .incremental, cursors.count > 2, let middle = watermark(cursors[cursors.count / 2]) else {
            return rows
        }
        var inputs = inputs(.incremental)
        (inputs.watermark.last, inputs.storedLast) = (middle, middle)
        let upstream = try upstream()
        let log = EventLog()
        let context = try lab.context(upstream, clock: LabClock(upstream.now), log: log, limit: 200)
        // One that fails fails everywhere, and says so elsewhere.
        _ = try? await lab.source.read(inputs, in: context).items.run(into: Emitter { _, _ in })
        return rows + log.requests.map { "\($0) \($0.bodyText)" }
    }

    /// Findings where a moment that is spelt with an offset becomes another.
    func respeltInstants() async throws -> [Finding] {
        guard sql == nil, schema.mode == .incremental, let name = collection.cursor,
            objects.contains(where: { cursor($0).string.map { TimestampParser.microseconds($0) != nil } ?? false })
        else { return [] }
        let offsets: [(text: String, minutes: Int64)] = [("Z", 0), ("+05:30", 330), ("-08:00", -480), ("+00:00", 0)]
        let respelt = objects.enumerated().map { index, object in
            var object = object
            guard let text = cursor(object).string, let moment = TimestampParser.microseconds(text) else {
                return object
            }
            let offset = offsets[index % offsets.count]
            let local = CursorValue.timestamp(moment + offset.minutes * 60_000_000).storedText
            object.body[path: name] = .string(local.replacing("Z", with: offset.text))
            return object
        }
        let run = try await successful(plan(), of: upstream(respelt), at: "sync with moments in other offsets")
        let rows = try await table(run)?.byKey ?? [:]
        for (object, sent) in zip(objects, respelt) {
            guard let row = rows[tableKey(object)],
                let text = cursor(object).string, let moment = TimestampParser.microseconds(text)
            else { continue }
            tally.add(Counters(items: 1))
            let value = row.values[Self.column(collection.column(of: name))] ?? .null
            let received: Int64? =
                switch value {
                case .timestamp(let received): received
                case .string(let text): TimestampParser.microseconds(text)
                default: nil
                }
            // Another form than a moment, such as a day, is the declared type's matter.
            guard received != moment, received != nil || value == .null else { continue }
            return [
                Finding(
                    at: "sync with moments in other offsets, \(key(object))",
                    expected: "the moment \(text) in \(name)",
                    actual: "“\(cursor(sent).string ?? "")” was sent, and \(TableDiff.text(value)) is in the table.",
                    history: run.log.lines(last: 6))
            ]
        }
        return []
    }
}
