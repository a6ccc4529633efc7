import Cassettes
import Columns
import Foundation
import Pipeline
import Tributary

// Documents that say the same in other letters.
extension ReadingChecks {
    static let spelling = [bodySpelling]

    private static let bodySpelling = Check(
        "read-body-spelling-irrelevant", group: .reading, level: .meta,
        proves: "Rows do not depend on how a document spells them: escapes, literal sections, quotes, blanks.",
        method:
            "The recording is read as it is and with its bodies spelt otherwise: JSON with every letter escaped, with "
            + "blanks between all tokens, with members in reverse order; XML with texts in literal sections, half of them "
            + "so, and as numbers of characters; CSV with every field quoted that is not empty, and other line ends. The "
            + "same rows must be handed over.",
        likelyCause:
            "A document is taken apart by hand, and one way of writing a text is not known: use a parser of the whole "
            + "format.",
        catches: "escaped-section-dropped", "escapes-left-in-texts"
    ) { input in
        guard let schema = input.schema, let state = input.scenario.manifest.states.first, state.http != nil else {
            return .notExercised("No exchange was recorded for a table.")
        }
        let upstream = try input.replay(state.name)
        let tally = Bench.Tally()
        let expected: [String]
        do {
            expected = try await input.handedOver(upstream, schema)
        } catch is SourceError {
            return .notExercised("The recording does not answer a whole read of this table.")
        }
        for spelling in BodySpelling.all {
            let respelt = Lock(0)
            let other = TappedUpstream(upstream, "that writes \(spelling.name)") {
                { request, base in
                    var answer = try await base.send(request)
                    let bytes = try await answer.body.collect()
                    let plain = answer.headers["Content-Encoding"] == nil ? spelling.change(bytes) : nil
                    if plain != nil { respelt.withLock { $0 += 1 } }
                    if plain != nil { answer.headers.remove("Content-Length") }
                    answer.body = HTTPBody(plain ?? bytes)
                    return answer
                }
            }
            let found: [String]
            do {
                found = try await input.handedOver(other, schema)
            } catch {
                let place = "full read, \(spelling.name)"
                return .failed([Finding(at: place, expected: "the same rows", actual: "It ended with: \(error)")])
            }
            if respelt.withLock({ $0 }) == 0 { continue }
            tally.add(Counters(rows: found.count, runs: 1))
            if found == expected { continue }
            let lost = Set(expected).subtracting(found).sorted()
            let new = Set(found).subtracting(expected).sorted()
            return .failed([
                Finding(
                    at: "full read, \(spelling.name)", expected: "the same \(expected.count) rows",
                    actual: "\(lost.count) are missing, and \(new.count) others came.",
                    witness: lost.prefix(3).map { "missing: \($0.prefix(120))" }
                        + new.prefix(3).map { "other: \($0.prefix(120))" })
            ])
        }
        if tally.sum.isEmpty {
            return .notApplicable("No answer is in JSON, XML or CSV that could be spelt otherwise.")
        }
        return .judged([], looked: tally.sum)
    }.needing(.http)
}

extension CheckCase {
    /// The rows that a source hands over, as texts in a fixed order.
    fileprivate func handedOver(_ upstream: any Upstream, _ schema: Manifest.Schema) async throws -> [String] {
        let lab = try lab()
        let context = try lab.context(upstream, clock: LabClock(upstream.now), log: EventLog(), limit: 500)
        let inputs = SourceInputs(
            schema: schema.name, syncType: schema.mode, cursorField: schema.mode == .fullRefresh ? nil : schema.field)
        let response = try await lab.source.read(inputs, in: context)
        let rows = Lock<[String]>([])
        try await response.items.run(
            into: Emitter { item, _ in
                let new = try item.map(Bench.rows)?.map { row in
                    String(decoding: JSONValue.object(row).serialized(sortedKeys: true), as: UTF8.self)
                }
                rows.withLock { $0 += new ?? [] }
            })
        return rows.withLock { $0 }.sorted()
    }
}
