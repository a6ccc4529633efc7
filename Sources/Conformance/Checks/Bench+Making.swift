import Cassettes
import Columns
import Tributary

/// How a table's cursor is spelt, so that values can be made where a check wants them.
///
/// Positions are microseconds since 1970 for times, and the number itself for counters.
struct CursorSpelling: Sendable {
    let format: ModelDeclaration.CursorFormat
    /// The smallest step that the upstream's values take.
    let unit: Int64
    private let digits: Int
    /// What stands between the day and the time, and behind them, as the upstream writes it.
    private let separator: String
    private let zone: String

    init(_ collection: ModelDeclaration.Collection, like samples: [JSONValue]) {
        format = collection.cursorFormat
        let fractions = samples.filter { !$0.isNull }.map { $0.string ?? $0.text }.map { text in
            text.split(separator: ".", maxSplits: 1).dropFirst().first?.prefix { $0.isNumber }.count ?? 0
        }
        digits = min(format == .epochMilliseconds ? 3 : 6, fractions.max() ?? 0)
        let texts = samples.compactMap(\.string).filter { $0.count > 11 }
        let separators = Set(texts.map { String($0.dropFirst(10).prefix(1)) })
        separator = separators == [" "] ? " " : "T"
        // A reader may take texts apart as the upstream writes them: one without a zone gets none.
        zone = texts.isEmpty || texts.contains { !Self.saysNoZone($0) } ? "Z" : ""
        switch format {
        case .epochSeconds: unit = Self.units[digits]
        case .epochMilliseconds: unit = Self.units[digits + 3]
        case .date: unit = 86_400_000_000
        case .integer: unit = 1
        case .iso8601: unit = Self.units[digits]
        }
    }

    /// Microseconds of a second's parts, by the digits behind its point.
    private static let units: [Int64] = [1_000_000, 100_000, 10_000, 1_000, 100, 10, 1]

    /// Whether values are points in time.
    var isTime: Bool { format != .integer }

    /// Where a value lies; nil for null and what cannot be read.
    func position(_ value: JSONValue) -> Int64? {
        switch format {
        case .epochSeconds:
            Self.microseconds(value, 1_000_000) ?? value.string.flatMap { TimestampParser.microseconds($0) }
        case .epochMilliseconds:
            Self.microseconds(value, 1_000) ?? value.string.flatMap { TimestampParser.microseconds($0) }
        case .integer: value.int64 ?? value.string.flatMap { Int64($0) }
        case .iso8601, .date:
            value.string.flatMap { TimestampParser.microseconds($0) } ?? value.int64.map { $0 * 1_000_000 }
        }
    }

    /// An epoch in microseconds; of a fraction what is finer is cut off.
    private static func microseconds(_ value: JSONValue, _ unit: Int64) -> Int64? {
        if let whole = value.int64 { return whole * unit }
        guard case .number(let number) = value, let decimal = Decimal128(number.text) else { return nil }
        var (result, scale) = (decimal.unscaled * Int128(unit), decimal.scale)
        while scale > 0 { (result, scale) = (result / 10, scale - 1) }
        return Int64(exactly: result)
    }

    /// Where a stored text lies. Sources may store seconds of an epoch as a number.
    func position(stored text: String) -> Int64? {
        if JSONNumber(text: text).isValid, isTime || Int64(text) != nil {
            return position(.number(JSONNumber(text: text)))
        }
        return TimestampParser.microseconds(text)
    }

    /// The value at a position, cut to the unit.
    func value(at position: Int64) -> JSONValue {
        switch format {
        case .epochSeconds: .number(JSONNumber(text: epoch(position)))
        case .epochMilliseconds: .number(JSONNumber(text: epoch(position)))
        case .integer: .number(JSONNumber(position))
        case .date: .string(CursorValue.date(Int32(position.wholes(of: 86_400_000_000))).storedText)
        case .iso8601: .string(asWritten(text(position, digits: digits)))
        }
    }

    /// A moment in UTC in the form that the upstream's own texts have.
    private func asWritten(_ text: String) -> String {
        guard text.hasSuffix("Z") else { return text }
        return text.dropLast().replacing("T", with: separator) + zone
    }

    /// Whether a text with a time of day says no offset from UTC.
    static func saysNoZone(_ text: String) -> Bool {
        let time = text.dropFirst(11)
        return !time.isEmpty && !time.contains("Z") && !time.contains("+") && !time.contains("-")
    }

    /// An epoch with as many digits behind its point as the upstream's values have.
    private func epoch(_ position: Int64) -> String {
        Decimal128(unscaled: Int128(position.wholes(of: unit)), scale: digits).description
    }

    /// ISO 8601 in UTC with some digits after the second.
    func text(_ position: Int64, digits: Int) -> String {
        let seconds = position.wholes(of: 1_000_000)
        let whole = CursorValue.timestamp(seconds * 1_000_000).storedText
        guard digits > 0, whole.hasSuffix("Z") else { return whole }
        let fraction = String(position - seconds * 1_000_000 + 1_000_000).dropFirst().prefix(digits)
        return "\(whole.dropLast()).\(fraction)Z"
    }
}

extension Bench {
    var spelling: CursorSpelling { CursorSpelling(collection, like: objects.map(cursor)) }

    /// The position of the newest object.
    var newest: Int64 { positions.max() ?? 0 }
    /// The position of the oldest object.
    var oldest: Int64 { positions.min() ?? 0 }

    private var positions: [Int64] {
        let spelling = spelling
        return objects.compactMap { spelling.position(cursor($0)) }
    }

    /// The object with another cursor value.
    func moved(_ object: World.Object, to position: Int64) -> World.Object {
        var object = object
        if let name = collection.cursor { object.body[path: name] = spelling.value(at: position) }
        return object
    }

    /// The object with another cursor value, as it is spelt.
    func moved(_ object: World.Object, spelt value: JSONValue) -> World.Object {
        var object = object
        if let name = collection.cursor { object.body[path: name] = value }
        return object
    }

    /// A copy of an object under a key of its own; `number` tells copies apart.
    func copy(_ object: World.Object, number: Int) -> World.Object {
        if sql != nil { return newRow(number, like: object) }
        var object = object
        let greatest = objects.compactMap { other in collection.key.compactMap { other.body[path: $0]?.int64 }.max() }
            .max()
        for name in membersForCopies(of: object) {
            if let text = object.body[path: name]?.string {
                object.body[path: name] =
                    isTime(name, of: object)
                    ? Self.after(.string(text), days: Int64(number)) : .string("\(text)x\(number)")
                break
            }
            if object.body[path: name]?.int64 != nil {
                object.body[path: name] = .number(JSONNumber((greatest ?? 0) + Int64(number) + 1))
                break
            }
        }
        return object
    }

    /// The members of the key that may be other ones in a copy: days and moments are what they are, where others tell rows
    /// apart.
    func membersForCopies(of object: World.Object) -> [String] {
        let names = collection.key.filter { !isTime($0, of: object) }
        return names.isEmpty ? collection.key : names
    }

    private func isTime(_ name: String, of object: World.Object) -> Bool {
        if name == collection.cursor { return spelling.isTime }
        return object.body[path: name]?.string.map { TimestampParser.microseconds($0) != nil } ?? false
    }

    /// The objects, where their keys are numbers, under keys around a power of ten, such as 998 to 1003, in the order that
    /// they have: whoever compares positions as texts loses the way there.
    func acrossDigits(_ objects: [World.Object]) -> [World.Object] {
        guard sql == nil, let name = collection.key.last else { return objects }
        return Self.acrossDigits(objects, name)
    }

    /// The bench of a child table whose parents are numbered so: a resumed read looks for its parent by its key.
    func withParentsAcrossDigits() -> Bench {
        guard let parent = collection.parent, let owners = parents[parent.collection],
            let name = declaration.collection(parent.collection)?.key.last
        else { return self }
        let numbered = Self.acrossDigits(owners, name)
        var bench = self
        bench.parents[parent.collection] = numbered
        bench.objects = objects.map { object in
            guard let index = owners.firstIndex(where: { isChild(object, of: $0) }) else { return object }
            return moved(object, to: numbered[index])
        }
        return bench
    }

    private static func acrossDigits(_ objects: [World.Object], _ name: String) -> [World.Object] {
        let numbers = objects.compactMap { $0.body[path: name]?.int64 }.filter { (0..<1_000_000_000_000_000) ~= $0 }
        guard numbers.count == objects.count, let greatest = numbers.max() else { return objects }
        var power: Int64 = 10
        while power < greatest { power *= 10 }
        let shift = power - numbers.sorted()[numbers.count / 2]
        return objects.map { object in
            var object = object
            object.body[path: name] = object.body[path: name]?.int64.map { .number(JSONNumber($0 + shift)) }
            return object
        }
    }

    /// The sample with as many copies of its objects as it takes to have so many; they change with their originals.
    func grown(to count: Int) -> Bench {
        var bench = self
        while bench.objects.count < count, !objects.isEmpty {
            let number = bench.objects.count
            bench.objects.append(copy(objects[number % objects.count], number: number))
        }
        if let cursor = collection.cursor {
            bench.objects = ModelOrder.sorted(
                bench.objects, by: [ModelDeclaration.Order(field: cursor, isDescending: false)])
        }
        return bench
    }

    /// Copies of the sample's objects, each at a position of its own.
    func made(_ count: Int, from first: Int = 0, _ position: (Int) -> Int64) -> [World.Object] {
        (first..<(first + count)).map { number in
            moved(copy(objects[number % objects.count], number: number), to: position(number - first))
        }
    }

    private var timeAsCounter: Finding {
        let name = schema.field?.name ?? ""
        return Finding(
            at: "the cursor field \(name)",
            expected: "a field that is declared as the time that its values are: "
                + ".datetime(\"\(name)\", …, \(spelling.format.declaration))",
            actual: "It is declared as a counter: neither a lookback nor the guard against moments ahead applies.",
            witness: objects.prefix(2).map { "\(name): \(cursor($0).text)" })
    }

    /// Ends a check of tables whose cursor is a time.
    func demandTime() async throws {
        guard spelling.isTime else {
            throw Verdicted(verdict: .notApplicable("The cursor is a counter, not a time."))
        }
        // The recording may have been made while the declaration was another.
        let field =
            try await offered()?.incrementalFields.first { $0.name == schema.field?.name } ?? schema.field
        guard field?.type != .integer else { throw Verdicted(verdict: .failed([timeAsCounter])) }
    }
}
