import Cassettes
import Columns
import Pipeline
import Tributary

// What can be seen of keys in the rows alone.
extension KeyChecks {
    static let declared = Check(
        "key-declared-and-in-schema", group: .primaryKeys, level: .replay,
        proves: "A table that is read incrementally declares a key, and its rows have the key's columns.",
        method:
            "The declared key is compared with the names in all rows of a full read, and with the key that the list of "
            + "tables promises.",
        likelyCause: "The key's name is not that of the data, or no key is declared.", profile: .quick,
        catches: "listed-key-is-another", "key-not-in-rows", "key-name-not-normalised", "keyless-table-reappends"
    ) { input in
        try await HandedOver.judging(input) { read, _ in
            let keys = read.response.primaryKeys
            if let finding = await Self.listedOtherwise(keys, input) { return [finding] }
            if keys.isEmpty {
                guard input.schema?.mode == .incremental else {
                    throw Bench.Verdicted(verdict: .notApplicable("The table declares no key, and is not merged."))
                }
                return [
                    Finding(
                        at: "declaration", expected: "a primary key, since rows are merged", actual: "None is declared."
                    )
                ]
            }
            var names: Set<String> = []
            try await read.each { row in names.formUnion(row.values.names.map(Bench.column)) }
            let absent = keys.filter { !names.contains(Bench.column($0)) }
            if absent.isEmpty || names.isEmpty { return [] }
            return [
                Finding(
                    at: "declaration", expected: "key columns that the rows have",
                    actual: "No row has \(absent.joined(separator: ", ")).", witness: names.sorted())
            ]
        }
    }

    /// A key that the list of tables shows, and that the read does not use.
    private static func listedOtherwise(_ keys: [String], _ input: CheckCase) async -> Finding? {
        // What cannot be listed here is another check's matter.
        guard let name = input.schema?.name,
            let listed = try? await input.listing().tables.first(where: { $0.name == name })?.primaryKeys
        else { return nil }
        guard !listed.isEmpty, Set(listed.map(Bench.column)) != Set(keys.map(Bench.column)) else { return nil }
        return Finding(
            at: "declaration", expected: "one key, \(listed.joined(separator: ", ")), as the list of tables says",
            actual: "The read says \(keys.isEmpty ? "none" : keys.joined(separator: ", ")).",
            cause: "schemas() and read() name different keys: users see the one, and rows are merged by the other.")
    }

    static let nonNull = Check(
        "key-non-null", group: .primaryKeys, level: .replay,
        proves: "Every row has a value in every column of its key.",
        method: "All rows of a full read are looked at as the source hands them over.",
        likelyCause: "Some kinds of rows carry their identifier under another name, or have none.", profile: .quick,
        catches: "row-variants-carry-different-id-fields"
    ) { input in
        try await HandedOver.judging(input) { read, _ in
            let keys = try read.demandKeys()
            var (rows, empty) = (0, 0)
            var first: HandedOver.Row?
            var columns: [String: Int] = [:]
            try await read.each { row in
                rows += 1
                let missing = keys.filter { key in
                    let value = row.value(key)
                    return value.isNull || value.string?.isEmpty == true
                }
                for key in missing { columns[key, default: 0] += 1 }
                if missing.isEmpty { return }
                empty += 1
                first = first ?? row
            }
            // A column that no row has is the other check's matter.
            guard let first, columns.values.contains(where: { $0 < rows }) else { return [] }
            return [
                Finding(
                    at: "row \(first.number) (item \(first.item)) of a full read, \(read.place)",
                    expected: "a value in \(keys.joined(separator: ", "))",
                    actual: "\(empty) of \(rows) rows have none in "
                        + columns.sorted { $0.key < $1.key }.map { "\($0.key) (\($0.value))" }.joined(separator: ", ")
                        + ".", witness: [first.text])
            ]
        }
    }

    static let scalar = Check(
        "key-scalar", group: .primaryKeys, level: .replay,
        proves: "Key values are scalars, of one type in each column.",
        method: "The types of the key's values in all rows of a full read are counted as the source hands them over.",
        likelyCause:
            "A key is taken from an object or a list, or is a number in some rows and text in others: the same "
            + "object may then come as 7 and as \"7\", and stand in two rows.",
        catches: "key-of-mixed-types"
    ) { input in
        // A database's bytes are shown as an object.
        let hasBytes = try SQLScenario(input.scenario) != nil
        return try await HandedOver.judging(input) { read, _ in
            let keys = try read.demandKeys()
            var types: [String: [String: (count: Int, example: String)]] = [:]
            try await read.each { row in
                for key in keys {
                    let value = row.value(key)
                    if value.isNull { continue }
                    let type = hasBytes && value["x"]?.string != nil ? "bytes" : Self.type(value)
                    let old = types[key]?[type] ?? (0, "row \(row.number): \(value.text.prefix(80))")
                    types[key, default: [:]][type] = (old.count + 1, old.example)
                }
            }
            return types.sorted { $0.key < $1.key }.compactMap { key, seen in
                guard seen.count > 1 || seen.keys.contains(where: { $0.hasPrefix("an ") }) else { return nil }
                let counts = seen.sorted { $0.key < $1.key }.map { "\($0.value.count) × \($0.key)" }
                return Finding(
                    at: "key column \(key) in a full read, \(read.place)", expected: "scalars of one type",
                    actual: "There are \(counts.joined(separator: ", ")).",
                    witness: seen.values.map(\.example).sorted())
            }
        }
    }

    private static func type(_ value: JSONValue) -> String {
        if case .number = value { return value.int64 == nil ? "a fraction or huge number" : "a whole number" }
        return value.kind
    }

    static let unique = Check(
        "key-unique-over-table", group: .primaryKeys, level: .replay,
        proves: "No two rows of one full read have the same key.",
        method:
            "The keys of all rows of a full read are counted as the source hands them over, by their hashes, so that "
            + "memory stays small; rows whose hashes meet are read again and compared. The counter is itself shown a "
            + "planted pair first.",
        likelyCause:
            "The declared key does not identify a row: a column is missing from it, or it belongs to something "
            + "else, such as a person.", profile: .quick,
        catches: "key-is-an-actor-not-the-row", "child-key-without-parent"
    ) { input in
        try await HandedOver.judging(input) { read, _ in
            let keys = try read.demandKeys()
            guard KeyCounter.seesPlantedPair else {
                throw SourceError(.unexpectedAnswer, "Counting keys: the counter missed a planted pair.")
            }
            var counter = KeyCounter()
            try await read.each { row in counter.add(row.key(keys)) }
            if counter.suspects.isEmpty { return [] }
            var groups: [String: [HandedOver.Row]] = [:]
            let suspects = counter.suspects
            try await read.each { row in
                let key = row.key(keys)
                guard suspects.contains(KeyCounter.hash(key)), groups.count < 100 || groups[key] != nil else { return }
                groups[key, default: []].append(row)
            }
            let doubled = groups.filter { $0.value.count > 1 }
            if doubled.isEmpty { return [] }
            let areCopies = doubled.values.allSatisfy { rows in rows.allSatisfy { $0.values == rows[0].values } }
            return [
                Finding(
                    at: "full read, \(read.place)", expected: "each key once",
                    actual:
                        "\(doubled.count.counted("key stands", "keys stand")) for several rows; a merge would keep one of each.",
                    witness: doubled.values.map { Self.describe($0, keys) }.sorted(),
                    cause: areCopies
                        ? await input.causeOfJoin()
                            ?? "The same rows came more than once, equal in all columns: a page is asked for twice, such as by the "
                            + "numbers 0 and 1, or a list is read for several parents. The key is not to blame."
                        : await input.causeOfMadeKey(keys))
            ]
        }
    }

    private static func describe(_ rows: [HandedOver.Row], _ keys: [String]) -> String {
        let key = keys.map { "\($0) = \(rows[0].value($0).text)" }.joined(separator: ", ")
        let places = rows.prefix(4).map { "row \($0.number) of item \($0.item)" }.joined(separator: ", ")
        let (first, second) = (rows[0].values, rows[1].values)
        let differing = first.names.first { first[$0] != second[$0] }
        let difference = differing.map {
            "; they differ in \($0): \((first[$0] ?? .null).text.prefix(40)) and \((second[$0] ?? .null).text.prefix(40))"
        }
        return "\(key): \(rows.count) rows (\(places))\(difference ?? "; they are equal in all columns")"
    }
}

extension CheckCase {
    /// Why a database gives the same rows more than once; nil for other upstreams.
    fileprivate func causeOfJoin() async -> String? {
        guard DatabaseTales.areTold(in: self) else { return nil }
        let usual =
            "The same rows came more than once, equal in all columns: a statement is sent again, or its parts overlap. The key is "
            + "not to blame."
        guard let bench = try? await Bench.make(self) else { return usual }
        return bench.joined((try? await bench.readingStatements(.fullRefresh)) ?? []) ?? usual
    }

    /// Why rows share a key whose columns tell the upstream's objects apart; nil where they do not, or nobody knows.
    fileprivate func causeOfMadeKey(_ keys: [String]) async -> String? {
        guard let bench = try? await Bench.make(self), Set(keys.map(Bench.column)) == Set(bench.key.map(Bench.column)),
            Set(bench.objects.map { ModelPage.key(of: $0.body, by: bench.collection.key) }).count == bench.objects.count
        else { return nil }
        return
            "The upstream's objects have different values of \(keys.joined(separator: ", ")): the code that makes the rows "
            + "changes them, so that rows merge into one another."
    }
}

extension HandedOver {
    /// The declared key; ends a check of keys where there is none.
    func demandKeys() throws -> [String] {
        if response.primaryKeys.isEmpty {
            throw Bench.Verdicted(verdict: .notApplicable("The table declares no key."))
        }
        return response.primaryKeys
    }
}

extension HandedOver.Row {
    /// The key as text in which different keys differ; empty where each of its columns is null.
    func key(_ keys: [String]) -> String {
        let values = keys.map(value)
        return values.allSatisfy(\.isNull) ? "" : values.map(\.text).joined(separator: "\u{1F}")
    }
}

/// Counts keys by 64 bits each, and keeps those that came up twice.
struct KeyCounter {
    private var seen: Set<UInt64> = []
    private(set) var suspects: Set<UInt64> = []

    mutating func add(_ key: String) {
        if key.isEmpty { return }
        let hash = Self.hash(key)
        if !seen.insert(hash).inserted { suspects.insert(hash) }
    }

    /// FNV-1a: the same in every process.
    static func hash(_ text: String) -> UInt64 {
        text.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    }

    /// Whether a pair is seen and two neighbours are not.
    static var seesPlantedPair: Bool {
        var counter = KeyCounter()
        for key in ["a\u{1F}1", "a\u{1F}2", "a\u{1F}1"] { counter.add(key) }
        return counter.suspects == [hash("a\u{1F}1")]
    }
}
