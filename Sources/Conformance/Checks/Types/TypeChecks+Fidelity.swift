import Cassettes
import Columns
import Pipeline
import Tributary

// Values as they were sent.
extension TypeChecks {
    static let fidelity = [corpus, acrossPages]

    static let rowsMatchSchema = Check(
        "type-rows-match-schema", group: .types, level: .replay,
        proves: "Each value is of its column's declared type.",
        method: "All rows of a full read are held against the types of the cursor field, of hinted columns, and of the "
            + "columns that discovery lists with a type whose name says what it holds.",
        likelyCause: "The declared type is not the upstream's, or values are converted on the way.",
        catches: "column-declared-as-another-type"
    ) { input in
        try await HandedOver.judging(input) { read, tally in
            let declared = try await input.declaredTypes(read.response)
            if declared.isEmpty {
                throw Bench.Verdicted(verdict: .notApplicable("No column of the table has a declared type."))
            }
            var wrong: [String: (count: Int, kinds: Set<String>, example: String)] = [:]
            try await read.each { row in
                for (name, family) in declared {
                    let value = row.value(name)
                    guard !value.isNull, !family.holds(value) else { continue }
                    var old = wrong[name] ?? (0, [], "row \(row.number): \(value.text.prefix(60))")
                    old.count += 1
                    old.kinds.insert(value.kind)
                    wrong[name] = old
                }
            }
            tally.add(Counters(items: declared.count))
            return wrong.sorted { $0.key < $1.key }.map { name, seen in
                Finding(
                    at: "column \(name), \(read.place)", expected: declared[name]?.rawValue ?? "its declared type",
                    actual:
                        "\(seen.count.counted("row holds", "rows hold")) \(seen.kinds.sorted().joined(separator: ", ")).",
                    witness: [seen.example])
            }
        }
    }

    private static let corpus = Check(
        "type-fidelity-corpus", group: .types, level: .simulated,
        proves: "Whole numbers of 64 bits and beyond, decimals, text of all planes of Unicode, dates at the edges and "
            + "nested values arrive as they were sent.",
        method:
            "The model's objects carry \(Corpus.entries.count) values that are easily changed, one in a row and null "
            + "in the others; after a sync each must be in the table exactly.",
        likelyCause:
            "The answer is decoded through doubles, values are converted, trimmed or formatted on the way, or one "
            + "odd value stops the table.",
        catches: "integer-width-narrowed", "nullable-integer-becomes-float", "oversized-number-stops-table",
        "nan-and-infinite-floats", "row-text-taken-for-a-refusal"
    ) { input in
        try await Bench.judging(input) { bench in
            try bench.demandHTTP()
            let objects = bench.objectsWithCorpus()
            let run = try await bench.successful(
                bench.plan(.fullRefresh), of: bench.upstream(objects), at: "full read of odd values")
            guard let table = try await bench.table(run) else { return [] }
            guard Corpus.entries.contains(where: { table.schema[Bench.column("kit_" + $0.name)] != nil }) else {
                throw Bench.Verdicted(
                    verdict: .notApplicable("The source hands over the columns that it knows alone."))
            }
            return bench.corpusFindings(table, objects, run)
        }
    }

    private static let acrossPages = Check(
        "type-stable-across-pages", group: .types, level: .meta,
        proves: "A column has one type for the whole run, whatever the first pages hold.",
        method:
            "Each number of the objects becomes null on one half of the rows, whole on one and broken on the other; "
            + "each text an object; poor rows first and rich rows first, with one commit and with several. Both reads "
            + "must succeed, with the same values.",
        likelyCause: "The type is fixed by the first page or batch. Where values can vary, declare it: "
            + "columnHints: [\"price\": .float64].",
        catches: "integer-locked-then-fraction"
    ) { input in
        try await Bench.judging(input) { bench in
            try bench.demandHTTP()
            guard Bench.Variant.allCases.contains(where: { !bench.members(for: $0).isEmpty }) else {
                throw Bench.Verdicted(verdict: TypeChecks.noFreeColumn)
            }
            for variant in Bench.Variant.allCases {
                let findings = try await bench.poorAndRich(variant)
                if !findings.isEmpty { return findings }
            }
            return []
        }
    }
}

extension CheckCase {
    /// What is declared of the types of columns: by discovery, by hints, and of the cursor field.
    func declaredTypes(_ response: SourceResponse) async throws -> [String: TypeFamily] {
        var types: [String: TypeFamily] = [:]
        do {
            for column in try await declaredColumns() { types[column.name] = TypeFamily(named: column.type) }
        } catch is Bench.Verdicted {}
        for (name, type) in response.columnHints { types[name] = TypeFamily(type) }
        guard let field = schema?.field else { return types }
        switch field.type {
        case .integer: types[field.name] = .whole
        case .numeric: types[field.name] = .number
        case .date, .datetime, .timestamp: types[field.name] = .moment
        default: break
        }
        return types
    }
}

extension Bench {
    /// The objects, with one odd value in each column of its own.
    func objectsWithCorpus() -> [World.Object] {
        objects.enumerated().map { index, object in
            var object = object
            for (number, entry) in Corpus.entries.enumerated() {
                let isHere = number % objects.count == index
                object.body["kit_" + entry.name] = isHere ? entry.value : .null
            }
            return object
        }
    }

    func corpusFindings(_ table: TableImage, _ objects: [World.Object], _ run: Lab.Run) -> [Finding] {
        var wrong: [String] = []
        let rows = table.byKey
        for (number, entry) in Corpus.entries.enumerated() {
            let object = objects[number % objects.count]
            let column = Self.column("kit_" + entry.name)
            tally.add(Counters(items: 1))
            guard let row = rows[tableKey(object)] else {
                wrong.append("\(entry.name): sent \(entry.value.text.prefix(60)), and the row did not come")
                continue
            }
            let value = row.values[column]
            if let value, Corpus.isExact(value, entry.value) { continue }
            if entry.tolerance != nil, let value, case .string(let text) = value, let sent = entry.value.string,
                text.unicodeScalars.filter({ $0.value != 0 }).elementsEqual(
                    sent.unicodeScalars.filter { $0.value != 0 })
            {
                continue
            }
            wrong.append("\(entry.name): sent \(entry.value.text.prefix(60)), received \(Corpus.describe(value))")
        }
        if wrong.isEmpty { return [] }
        return [
            Finding(
                at: "full read of odd values", expected: "each value as it was sent",
                actual: "\(wrong.count) of \(Corpus.entries.count) values are others.", witness: wrong,
                history: run.log.lines(last: 6))
        ]
    }

    /// How values of one column differ from row to row.
    enum Variant: String, CaseIterable {
        case nulls = "null before values"
        case fractions = "whole numbers before fractions"
        case objects = "objects before text"
    }

    /// Reads with the poor rows first and with the rich rows first.
    func poorAndRich(_ variant: Variant) async throws -> [Finding] {
        let half = objects.count / 2
        let members = members(for: variant)
        guard half > 0, !members.isEmpty else { return [] }
        // Rows are made poor in both halves in turn, so that the list's own order gives each its first place.
        for isFirstPoor in [true, false] {
            let varied = objects.enumerated().map { index, object in
                var object = object
                for member in members {
                    let isPoor = (index < half) == isFirstPoor
                    object.body[member] = value(variant, object.body[member] ?? .null, isPoor: isPoor, index)
                }
                return object
            }
            for often in [false, true] {
                let place = "full read with \(variant.rawValue)\(often ? ", several commits" : "")"
                let run = try await successful(
                    plan(.fullRefresh, commitsOften: often), of: upstream(varied), at: place)
                for member in members {
                    let findings = try await keptValues(of: member, varied, run, at: "\(place), \(member)")
                    if !findings.isEmpty { return findings }
                }
            }
        }
        return []
    }

    /// Members that can vary so: not the key, the cursor or what a layout may hang on.
    func members(for variant: Variant) -> [String] {
        let fixed = fixedMembers
        return objects[0].body.members.filter { member in
            guard !fixed.contains(member.name), !member.name.hasPrefix("created") else { return false }
            guard variant != .nulls else { return member.value.string == nil || !isMoment(member.value) }
            // A number is a price or a weight where the recording itself has fractions of it.
            if variant == .fractions {
                return objects.contains { object in
                    guard case .number(let number)? = object.body[member.name] else { return false }
                    return number.int64 == nil
                }
            }
            return objects.contains { $0.body[member.name]?.object != nil }
        }.map(\.name)
    }

    private func isMoment(_ value: JSONValue) -> Bool {
        value.string.map { TimestampParser.microseconds($0) != nil } ?? false
    }

    private func value(_ variant: Variant, _ old: JSONValue, isPoor: Bool, _ index: Int) -> JSONValue {
        switch variant {
        case .nulls: isPoor ? .null : old
        case .fractions: .number(JSONNumber(text: isPoor ? "\(index)" : "\(index).75"))
        case .objects: isPoor ? ["kit": .number(JSONNumber(Int64(index)))] : .string("text \(index)")
        }
    }

    /// Findings where the values of one member are not those that were sent.
    func keptValues(
        of member: String, _ sent: [World.Object], _ run: Lab.Run, at place: String
    ) async throws -> [Finding] {
        guard let table = try await table(run), table.schema[Self.column(member)] != nil else { return [] }
        // Of two members that become one column the source may leave this one out.
        let isAlone = !sent.contains { object in
            object.body.names.contains { $0 != member && Self.column($0) == Self.column(member) }
        }
        guard isAlone else { return [] }
        let rows = table.byKey
        let hint = try await hint(of: member)
        var wrong: [String] = []
        var (isMadeNumber, isTakenApart, isLost) = (false, true, true)
        for object in sent {
            guard let row = rows[tableKey(object)] else { continue }
            tally.add(Counters(rows: 1))
            let value = row.values[Self.column(member)] ?? .null
            let original = object.body[member] ?? .null
            if value != .null { isLost = false }
            if Corpus.isExact(value, original) || original.string.map(isWrapped(value)) == true { continue }
            // A text that is declared as a number is to become one.
            if hint != nil, let text = original.string, Corpus.isNumber(value, spelled: text) { continue }
            if original.string != nil, Corpus.isNumeric(value) { isMadeNumber = true }
            if original.object == nil || value != .null { isTakenApart = false }
            wrong.append("\(key(object)): sent \(original.text.prefix(60)), received \(Corpus.describe(value))")
        }
        if wrong.isEmpty { return [] }
        var cause = hint.map { hint in
            sent.contains { !Self.isHeld($0.body[member] ?? .null, by: hint) }
                ? Self.narrowHint(hint) : Self.rounded(hint)
        }
        if hint == nil, isMadeNumber {
            cause =
                "A text is made a number on its way, as in `mapRows`, and loses the digits and zeros that a number does not "
                + "keep: hand over what was sent, or declare the type by columnHints."
        } else if hint == nil, isTakenApart {
            cause =
                "An object is taken apart, and what the code does not know of it is lost: hand over the whole member, and lift "
                + "what is needed out of it by `lifting`."
        } else if hint == nil, isLost {
            cause =
                "The member never reaches its column: the code that makes the rows leaves it out, or takes a part of it."
        }
        return [
            Finding(
                at: place, expected: "each value as it was sent",
                actual: "\(wrong.count) of \(sent.count) values of \(member) are others.", witness: wrong, cause: cause)
        ]
    }

    /// The type that the source declares for a member's column.
    func hint(of member: String) async throws -> ColumnType? {
        let column = Self.column(member)
        return try await response().columnHints.first { Self.column($0.key) == column }?.value
    }

    /// Whether a decimal type has room for a value; of other types nobody knows.
    private static func isHeld(_ value: JSONValue, by hint: ColumnType) -> Bool {
        guard case .decimal128(let precision, let scale) = hint else { return false }
        guard let number = Decimal128(value.string ?? value.text) else { return value.isNull }
        let digits = number.unscaled.magnitude.description.count
        return number.scale <= scale && digits - number.scale <= precision - scale
    }

    private static func rounded(_ hint: ColumnType) -> String {
        "The column is declared as \(hint), which holds what is sent: the code that makes the rows hands over a rounded number, "
            + "such as a Double."
    }

    static func narrowHint(_ hint: ColumnType) -> String {
        "The column is declared as \(hint), which does not hold what is sent: take the hint away, or declare a type that does."
    }

    /// Text among lists is wrapped into a list of one (``TableBuilder``).
    private func isWrapped(_ value: Value) -> (String) -> Bool {
        { text in value == .string(JSONValue.array([.string(text)]).text) }
    }
}
