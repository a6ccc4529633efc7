import Columns

/// Between which values the incoming keys of one partition lie, column by column, to pass over files that lie elsewhere.
struct KeyRanges {
    private var ranges: [(column: String, range: Range)] = []

    private enum Range {
        case integers(ClosedRange<Int64>)
        case texts(least: [UInt8], greatest: [UInt8])
    }

    /// Takes the key columns of the incoming rows. A column with a null, or of a type without an order that all engines
    /// share, says nothing.
    init(_ keys: Table) {
        for (field, column) in zip(keys.schema.fields, keys.columns) where column.nullCount == 0 && column.count > 0 {
            if let range = Self.range(of: column) { ranges.append((field.name, range)) }
        }
    }

    /// Whether a file whose keys lie within `bounds` may hold one of the keys.
    func mayMeet(_ bounds: KeyBounds) -> Bool {
        ranges.allSatisfy { column, range in
            guard let (least, greatest) = bounds.columns[column] else { return true }
            return Self.overlaps(range, least, greatest)
        }
    }

    private static func range(of column: Column) -> Range? {
        switch (column.values, column.type) {
        case (.int64(let array), _):
            guard let least = array.min(), let greatest = array.max() else { return nil }
            return .integers(least...greatest)
        case (.int32(let array), _):
            guard let least = array.min(), let greatest = array.max() else { return nil }
            return .integers(Int64(least)...Int64(greatest))
        case (.bytes(let strings), .utf8): return texts(strings)
        default: return nil
        }
    }

    private static func texts(_ strings: Column.ByteStrings) -> Range? {
        var least = strings.range(0)
        var greatest = least
        for index in 1..<max(1, strings.count) {
            let range = strings.range(index)
            if strings.data[range].lexicographicallyPrecedes(strings.data[least]) { least = range }
            if strings.data[greatest].lexicographicallyPrecedes(strings.data[range]) { greatest = range }
        }
        return .texts(least: Array(strings.data[least]), greatest: Array(strings.data[greatest]))
    }

    private static func overlaps(_ range: Range, _ least: Value, _ greatest: Value) -> Bool {
        switch (range, least, greatest) {
        case (.integers(let range), .int(let least), .int(let greatest)),
            (.integers(let range), .timestamp(let least), .timestamp(let greatest)):
            return range.lowerBound <= greatest && least <= range.upperBound
        case (.integers(let range), .date(let least), .date(let greatest)):
            return range.lowerBound <= Int64(greatest) && Int64(least) <= range.upperBound
        case (.texts(let low, let high), .string(let least), .string(let greatest)):
            return !greatest.utf8.lexicographicallyPrecedes(low) && !high.lexicographicallyPrecedes(least.utf8)
        default: return true
        }
    }
}

/// Between which values the keys of a file lie, by the log's statistics.
struct KeyBounds: Sendable {
    /// Columns without known bounds are not there.
    let columns: [String: (min: Value, max: Value)]

    init(_ file: DataFile, keys: TableSchema) {
        let statistics = FileStatistics(file.statistics)
        var columns: [String: (min: Value, max: Value)] = [:]
        for field in keys.fields { columns[field.name] = statistics?.bounds(of: field.name, type: field.type) }
        self.columns = columns
    }
}
