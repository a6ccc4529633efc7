import Cassettes
import Columns
import Pipeline
import Tributary

// Odd values in the columns that a table has anyway.
extension TypeChecks {
    static let existing = Check(
        "type-existing-columns-exact", group: .types, level: .simulated,
        proves: "Long texts, blanks at their edges and many digits arrive whole in the columns that the table has.",
        method:
            "Full reads of the sample in which, member by member, texts that people write are 300 letters long, or have "
            + "blanks and lines at their edges, whole numbers are beyond 2^53, and broken ones have 18 and 19 digits, "
            + "as numbers or as texts, or as many as a column that is declared as a decimal has room for; each value is "
            + "compared. Keys, cursors and times stay. A source that refuses such values with an error is not judged.",
        likelyCause: "The code that makes the rows cuts, trims or converts a value: hand over what was sent.",
        catches: "text-cut-at-255", "text-trimmed", "number-through-a-double",
        "decimal-text-through-a-double"
    ) { input in
        try await Bench.judging(input) { bench in
            try bench.demandHTTP()
            let members = bench.plainMembers
            if members.isEmpty {
                throw Bench.Verdicted(verdict: .notApplicable("The table has no texts or numbers of its own."))
            }
            for (name, kind) in members {
                let hint = try await bench.hint(of: name)
                for digits in kind.digits(hint) {
                    let odd = bench.objects(withOdd: name, kind, digits)
                    let run = try await bench.run(bench.plan(.fullRefresh), of: bench.upstream(odd))
                    if run.error is SourceError { continue }
                    let findings = bench.finding(
                        try await bench.difference(odd, run), at: "full read of odd values in \(name)",
                        expected: "each value as it was sent", run, cause: hint.map(Bench.narrowHint))
                    if !findings.isEmpty { return findings }
                }
            }
            return []
        }
    }
}

extension Bench {
    /// Members with plain texts or numbers, which a reader has no reason to take apart.
    fileprivate var plainMembers: [(name: String, kind: OddKind)] {
        let fixed = Set(
            collection.key + [collection.cursor].compactMap { $0 } + collection.embeds.map(\.member)
                + (collection.parent?.columns.keys.map { $0 } ?? []))
        let names = objects.first?.body.names.filter { !fixed.contains($0) } ?? []
        return names.compactMap { name in OddKind(objects.compactMap { $0.body[name] }).map { (name, $0) } }
    }

    /// The objects, with odd values in a member.
    fileprivate func objects(withOdd name: String, _ kind: OddKind, _ digits: Digits) -> [World.Object] {
        objects.enumerated().map { index, object in
            guard let old = object.body[name], !old.isNull else { return object }
            var object = object
            object.body[name] = kind.value(index, digits, like: old)
            return object
        }
    }

    /// How many digits a number has before its point and behind it.
    fileprivate struct Digits {
        var whole: Int
        var fraction: Int

        /// A number of as many digits, another for each index where there is a fraction.
        func number(_ index: Int) -> String {
            let whole = whole == 0 ? "0" : String("12345678901234567890123456789012345678".prefix(whole))
            let fraction = ("\(index % 10)" + String(repeating: "7", count: max(0, fraction - 2)) + "9").prefix(
                fraction)
            return fraction.isEmpty ? whole : "\(whole).\(fraction)"
        }
    }

    /// What a member's values can be replaced by without their meaning being another.
    fileprivate enum OddKind {
        case text
        case whole
        case broken
        /// A number with a fraction that is sent as a text, as money often is.
        case brokenText

        /// Nil for what a reader may take apart: times, words of a list, addresses.
        init?(_ values: [JSONValue]) {
            let values = values.filter { !$0.isNull }
            let texts = values.compactMap(\.string)
            if !texts.isEmpty, texts.count == values.count {
                if texts.allSatisfy(Self.isBroken) {
                    self = .brokenText
                    return
                }
                let isProse = texts.contains { $0.contains(" ") } && Set(texts).count > 1
                guard isProse, texts.allSatisfy({ TimestampParser.microseconds($0) == nil && !$0.contains("://") })
                else {
                    return nil
                }
                self = .text
                return
            }
            let numbers = values.compactMap { value in if case .number(let number) = value { number } else { nil } }
            guard !numbers.isEmpty, numbers.count == values.count else { return nil }
            if numbers.contains(where: { $0.int64 == nil }) {
                self = .broken
            } else {
                // Seconds or milliseconds since 1970.
                let isTime = numbers.contains { (1_000_000_000...20_000_000_000_000).contains($0.int64 ?? 0) }
                if isTime { return nil }
                self = .whole
            }
        }

        private static func isBroken(_ text: String) -> Bool {
            text.contains(".") && text.utf8.allSatisfy { (0x30...0x39).contains($0) || $0 == 0x2e || $0 == 0x2d }
                && Decimal128(text) != nil
        }

        /// The digits of its values, where they make a difference: those of a double are too few for 18 and for 19, and a
        /// column that is declared as a decimal has room for so many.
        func digits(_ hint: ColumnType?) -> [Digits] {
            guard self == .broken || self == .brokenText else { return [Digits(whole: 0, fraction: 0)] }
            if case .decimal128(let precision, let scale) = hint {
                return [Digits(whole: precision - scale, fraction: scale)]
            }
            return [Digits(whole: 17, fraction: 2), Digits(whole: 14, fraction: 4)]
        }

        func value(_ index: Int, _ digits: Digits, like old: JSONValue) -> JSONValue {
            if index % 3 != 0, self != .text { return old }
            return odd(index, digits.number(index), like: old)
        }

        private func odd(_ index: Int, _ number: String, like old: JSONValue) -> JSONValue {
            switch self {
            case .text:
                switch index % 3 {
                case 0: .string(String(repeating: "A sentence of thirty letters. ", count: 10) + "\(index)")
                case 1: .string("  blanks before, and behind \(index) \n")
                default: old
                }
            case .whole: .number(JSONNumber(9_007_199_254_740_993 + Int64(index)))
            case .broken: .number(JSONNumber(text: number))
            case .brokenText: .string(number)
            }
        }
    }
}
