import Cassettes
import Columns
import Pipeline
import Tributary

/// Documents made to hurt.
enum DocumentChecks {
    static let all = [hostileDocument]

    private static let hostileDocument = Check(
        "hostile-document-bounded", group: .security, level: .fault,
        proves:
            "Documents that are made to exhaust their reader end the run with a typed error, or are read, in bounded "
            + "time.",
        method: "In place of the first page and of the last: a thousand levels of nesting, a row with many members, a "
            + "number with a hundred thousand digits, one member many times over, a document with entities in it, and a "
            + "head with ten thousand fields. Each read must end within its budget of time; one that does not may try twice more, "
            + "for the machine may have been busy.",
        likelyCause: "The answer is walked again for each of its parts, or without a limit of depth.",
        profile: .hostile,
        isWaivable: false, catches: "members-compared-with-each-other"
    ) { input in
        try await StormBench.judging(input) { weather in
            let budget = Calibration.measure() * 60 + .seconds(1)
            for read in weather.reads.prefix(1) {
                for index in Set([read.indices().first, read.indices().last].compactMap { $0 }) {
                    for fault in WireFault.hostile {
                        weather.tally.add(Counters(items: 1))
                        let findings = try await weather.ending(fault.from(index), read, within: budget, tries: 3)
                        if !findings.isEmpty { return findings }
                    }
                }
            }
            return []
        }
    }
}

extension StormBench {
    /// A read must end well or with a typed error, and in time. One that takes longer is made again: what takes long by
    /// itself does so each time.
    fileprivate func ending(
        _ fault: WireFault, _ read: FairRead, within budget: Duration, tries: Int
    ) async throws -> [Finding] {
        let started = ContinuousClock.now
        let storm = try await storm(fault, read)
        let spent = started.duration(to: .now)
        let untyped = storm.mustBeTyped()
        if !untyped.isEmpty || spent <= budget { return untyped }
        if tries > 1 { return try await ending(fault, read, within: budget, tries: tries - 1) }
        return [
            storm.finding(
                expected: "an end within \(budget)", actual: "It took \(spent). \(storm.ending.prefix(300))")
        ]
    }
}

extension WireFault {
    static let hostile: [WireFault] = [
        .document("a thousand levels of nesting") { rows in
            let deep = String(repeating: "[", count: 1_000) + String(repeating: "]", count: 1_000)
            return rows.inserting("\"deep\": \(deep)")
        },
        .document("a row with sixty thousand members") { rows in
            rows.inserting((0..<60_000).map { "\"m\($0)\": \($0)" }.joined(separator: ", "))
        },
        .document("a number with a hundred thousand digits") { rows in
            rows.inserting("\"long\": " + String(repeating: "7", count: 100_000))
        },
        .document("one member twenty thousand times") { rows in
            rows.inserting((0..<20_000).map { _ in "\"again\": 1" }.joined(separator: ", "))
        },
        .instead(
            "a document with entities", "application/xml",
            "<?xml version=\"1.0\"?><!DOCTYPE a [<!ENTITY b \"bbbbbbbbbb\"><!ENTITY c \"&b;&b;&b;&b;&b;&b;&b;&b;\">"
                + "<!ENTITY d \"&c;&c;&c;&c;&c;&c;&c;&c;\">]><a>&d;&d;&d;&d;</a>"),
        WireFault(
            what: "a head with ten thousand fields",
            spoil: { answer in
                var answer = answer
                for number in 0..<10_000 { answer.headers.add("X-Field-\(number)", "value") }
                return answer
            }),
    ]

    private static func document(
        _ what: String, _ change: @escaping @Sendable (RowText) -> String
    ) -> WireFault {
        WireFault(
            what: what,
            spoil: { answer in
                var answer = answer
                let body = try await answer.body.collect()
                answer.headers.remove("Content-Length")
                answer.body = HTTPBody(Array(change(RowText(body)).utf8))
                return answer
            })
    }

    /// A document into whose first row something can be put.
    struct RowText {
        private let text: String
        private let place: Int?

        init(_ body: [UInt8]) {
            text = String(decoding: body, as: UTF8.self)
            place = RowEnds.of(body).first
        }

        /// The document with more members at the end of its first row.
        func inserting(_ members: String) -> String {
            let bytes = Array(text.utf8)
            guard let place else { return "{\(members)}" }
            let head = String(decoding: bytes[..<(place - 1)], as: UTF8.self)
            return head + ", \(members)" + String(decoding: bytes[(place - 1)...], as: UTF8.self)
        }
    }
}

/// How fast this machine and build are: the unit in which budgets of time are stated.
enum Calibration {
    private static let document: [UInt8] = {
        let rows = (0..<400).map {
            #"{"id": "row-\#($0)", "at": \#($0), "text": "some text of usual length", "on": true}"#
        }
        return Array("[\(rows.joined(separator: ","))]".utf8)
    }()

    /// The time of a fixed piece of work, the best of three.
    static func measure() -> Duration {
        (0..<3).map { _ in
            let started = ContinuousClock.now
            _ = try? JSONValue(parsing: document)
            return started.duration(to: .now)
        }.min() ?? .zero
    }
}
