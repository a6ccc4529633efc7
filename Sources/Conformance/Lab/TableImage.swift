import Columns
import Lake
import Tributary

/// What a lake table holds, keyed: the right side of every comparison.
public struct TableImage: Sendable {
    /// A row's key as text, one part for each key column. In a table without a key all values of a row stand for one,
    /// and the number of the copy where several rows are alike.
    public typealias Key = [String]

    public let schema: TableSchema
    public let primaryKeys: [String]
    public let partitioning: Partitioning?
    public let properties: [String: String]
    public let version: Int64
    /// Every row, also those whose key is doubled.
    public let rows: [Row]

    /// One row and where it lies.
    public struct Row: Sendable, Hashable {
        public var key: Key
        public var values: [String: Value]
        public var partition: String?
    }

    /// Reads a table; nil when there is none.
    public init?(_ table: LakeTable, stage: String? = nil, keys: [String]? = nil) async throws {
        guard let snapshot = try await table.snapshot(stage: stage) else { return nil }
        let keys = keys ?? snapshot.primaryKeys
        var rows: [Row] = []
        let place = LakePath.partitionColumn
        let isPartitioned = snapshot.partitioning != nil
        try await snapshot.read(columns: snapshot.schema.names + (isPartitioned ? [place] : [])) { table in
            for index in 0..<table.rowCount {
                var values = table.row(index)
                let partition = isPartitioned ? values.removeValue(forKey: place).map(TableDiff.text) : nil
                rows.append(Row(key: Self.key(of: values, by: keys), values: values, partition: partition))
            }
        }
        if keys.isEmpty { Self.tellApart(&rows) }
        schema = snapshot.schema
        primaryKeys = keys
        partitioning = snapshot.partitioning
        properties = snapshot.properties
        version = snapshot.version
        self.rows = rows
    }

    /// An image of rows at hand, without a lake behind it.
    init(rows: [[String: Value]], keys: [String], schema: TableSchema = TableSchema([])) {
        self.schema = schema
        primaryKeys = keys
        partitioning = nil
        properties = [:]
        version = 0
        var images = rows.map { Row(key: Self.key(of: $0, by: keys), values: $0, partition: nil) }
        if keys.isEmpty { Self.tellApart(&images) }
        self.rows = images
    }

    private static func tellApart(_ rows: inout [Row]) {
        var copies: [Key: Int] = [:]
        for index in rows.indices {
            let values = rows[index].values.filter { $0.value != .null }.sorted { $0.key < $1.key }
            var key = values.map { "\($0.key) \(TableDiff.whole($0.value))" }
            copies[key, default: 0] += 1
            if let copy = copies[key], copy > 1 { key.append("copy \(copy)") }
            rows[index].key = key
        }
    }

    static func key(of values: [String: Value], by keys: [String]) -> Key {
        keys.map { TableDiff.whole(values[$0] ?? .null) }
    }

    /// Rows by key; of doubled keys one of them.
    public var byKey: [Key: Row] { Dictionary(rows.map { ($0.key, $0) }) { first, _ in first } }

    /// Keys that stand in more than one row.
    public var doubledKeys: [Key] {
        Dictionary(grouping: rows, by: \.key).filter { $0.value.count > 1 }.keys.sorted {
            $0.lexicographicallyPrecedes($1)
        }
    }
}

/// The difference of two tables, keyed, value by value.
public struct TableDiff: Sendable {
    public var missing: [TableImage.Key] = []
    public var extra: [TableImage.Key] = []
    public var doubled: [TableImage.Key] = []
    /// Rows of both sides whose values differ: key, column, expected, actual.
    public var changed: [(key: TableImage.Key, column: String, expected: String, actual: String)] = []
    public var schemaDifferences: [String] = []

    /// Compares what is expected with what is there. Nil stands for a table that is not there: it has no rows.
    public init(expected: TableImage?, actual: TableImage?, comparesSchema: Bool = true) {
        let left = expected?.byKey ?? [:]
        let right = actual?.byKey ?? [:]
        missing = Self.sorted(left.keys.filter { right[$0] == nil })
        extra = Self.sorted(right.keys.filter { left[$0] == nil })
        doubled = actual?.doubledKeys ?? []
        for key in Self.sorted(left.keys.filter { right[$0] != nil }) {
            guard let old = left[key], let new = right[key] else { continue }
            for column in Set(old.values.keys).union(new.values.keys).sorted() {
                let (a, b) = (old.values[column] ?? .null, new.values[column] ?? .null)
                if a == b { continue }
                let (should, has) = (Self.text(a), Self.text(b))
                let isAlike = should == has
                changed.append(
                    (key, column, isAlike ? Self.typed(should, a) : should, isAlike ? Self.typed(has, b) : has))
            }
        }
        if comparesSchema, let expected, let actual { compare(expected.schema, actual.schema) }
    }

    private mutating func compare(_ expected: TableSchema, _ actual: TableSchema) {
        for name in Set(expected.names).union(actual.names).sorted() {
            let (a, b) = (expected[name]?.type.description ?? "absent", actual[name]?.type.description ?? "absent")
            if a != b { schemaDifferences.append("column \(name): expected \(a), got \(b)") }
        }
    }

    public var isEmpty: Bool {
        missing.isEmpty && extra.isEmpty && doubled.isEmpty && changed.isEmpty && schemaDifferences.isEmpty
    }

    /// Whether all rows are there, each once, and only values differ.
    var isOfValues: Bool { missing.isEmpty && extra.isEmpty && doubled.isEmpty && !changed.isEmpty }

    /// Whether rows are missing, and nothing else is wrong.
    var isOfLostRows: Bool { !missing.isEmpty && extra.isEmpty && doubled.isEmpty && changed.isEmpty }

    /// One line that counts the differences.
    public var summary: String {
        var parts: [String] = []
        if !missing.isEmpty { parts.append("\(missing.count.counted("row")) lost") }
        if !extra.isEmpty { parts.append("\(extra.count.counted("row")) too many") }
        if !doubled.isEmpty { parts.append("\(doubled.count.counted("key")) doubled") }
        if !changed.isEmpty {
            parts.append("\(Set(changed.map(\.key)).count.counted("row")) with stale or wrong values")
        }
        if !schemaDifferences.isEmpty {
            parts.append(schemaDifferences.count.counted("column differs", "columns differ"))
        }
        return parts.isEmpty ? "no difference" : parts.joined(separator: ", ")
    }

    /// At most ten lines that show the differences.
    public var witness: [String] {
        var lines = missing.map { "lost: \(Self.text($0))" } + extra.map { "too many: \(Self.text($0))" }
        lines += doubled.map { "doubled: \(Self.text($0))" }
        func shown(_ text: String) -> String { text.isEmpty ? "an empty text" : text }
        lines += changed.map {
            "\(Self.text($0.key)): \($0.column) should be \(shown($0.expected)), is \(shown($0.actual))"
        }
        return Array((lines + schemaDifferences).prefix(10))
    }

    private static func sorted(_ keys: [TableImage.Key]) -> [TableImage.Key] {
        keys.sorted { $0.lexicographicallyPrecedes($1) }
    }

    /// A key as reports show it.
    static func text(_ key: TableImage.Key) -> String { key.map(shortened).joined(separator: " | ") }

    private static func shortened(_ text: String) -> String { text.count > 60 ? "\(text.prefix(60))…" : text }

    /// The text of a value with its kind, for two that differ by nothing else.
    private static func typed(_ text: String, _ value: Value) -> String {
        let kind =
            switch value {
            case .null: "nothing"
            case .bool: "a truth value"
            case .int: "a whole number"
            case .double: "a binary fraction"
            case .decimal: "a decimal"
            case .string: "a text"
            case .binary: "bytes"
            case .date: "a day"
            case .timestamp: "a moment"
            }
        return "\(text) (\(kind))"
    }

    /// A value in full, for keys: two long ones may begin alike.
    static func whole(_ value: Value) -> String {
        switch value {
        case .string(let text): text
        case .binary(let bytes): Hexadecimal.text(bytes)
        default: text(value)
        }
    }

    /// A value as reports show it.
    public static func text(_ value: Value) -> String {
        switch value {
        case .null: "null"
        case .bool(let value): "\(value)"
        case .int(let value): "\(value)"
        case .double(let value): "\(value)"
        case .decimal(let value): value.description
        case .string(let value): shortened(value)
        case .binary(let bytes): "\(bytes.count) bytes"
        case .date(let days): CursorValue.date(days).storedText
        case .timestamp(let microseconds): CursorValue.timestamp(microseconds).storedText
        }
    }
}
