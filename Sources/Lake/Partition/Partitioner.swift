import Columns
import Crypto

/// Computes the partition of rows. Equal rows get equal partitions on every machine and in every version: the algorithms
/// are fixed, to the byte, by the tables that exist.
///
/// | Mode | Partition |
/// | --- | --- |
/// | md5 | the texts of the keys joined by `|` (null = `None`), MD5 as one unsigned number, modulo the count |
/// | numerical | `floor(value / size)`; `null` for what is no integer |
/// | datetime | the name of the hour, day, ISO week or month; `1970-01` for what is no date |
public struct Partitioner: Sendable {
    public let partitioning: Partitioning

    public init(_ partitioning: Partitioning) { self.partitioning = partitioning }

    /// The partitions of the rows of a table.
    public struct Assignment: Sendable {
        /// The partitions that occur, each once.
        public internal(set) var names: [String] = []
        /// For each row, its place in ``names``.
        public internal(set) var rows: [Int32] = []
    }

    /// The partition of each row. Key columns that the table lacks count as null.
    public func assign(_ table: Table) -> Assignment {
        switch partitioning {
        case .md5(let keys, let count): md5(keys.map { table.column($0) }, count: count, rows: table.rowCount)
        case .numerical(let key, let size): numerical(table.column(key), size: max(1, size), rows: table.rowCount)
        case .datetime(let key, let format, let epoch):
            datetime(table.column(key), format, epoch, rows: table.rowCount)
        }
    }

    // MARK: md5

    private func md5(_ keys: [Column?], count: Int, rows: Int) -> Assignment {
        var namer = Namer<Int>(rows: rows) { String($0) }
        guard count > 1 else {
            namer.appendAll(0, count: rows)
            return namer.assignment
        }
        var text = KeyText()
        for row in 0..<rows {
            text.removeAll()
            for (index, key) in keys.enumerated() {
                if index > 0 { text.append(UInt8(ascii: "|")) }
                text.append(key, row: row)
            }
            namer.append(Self.bucket(of: text.bytes, count: count))
        }
        return namer.assignment
    }

    /// The digest, read as one big unsigned number, modulo `count`.
    private static func bucket(of text: [UInt8], count: Int) -> Int {
        var hasher = Insecure.MD5()
        text.withUnsafeBytes { hasher.update(bufferPointer: $0) }
        let digest = hasher.finalize()
        let (high, low) = digest.withUnsafeBytes {
            (
                UInt64(bigEndian: $0.loadUnaligned(as: UInt64.self)),
                UInt64(bigEndian: $0.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
            )
        }
        let divisor = UInt64(count)
        return Int(divisor.dividingFullWidth((high % divisor, low)).remainder)
    }

    // MARK: numerical

    private func numerical(_ key: Column?, size: Int64, rows: Int) -> Assignment {
        var namer = Namer<Int64?>(rows: rows) { $0.map { String($0) } ?? "null" }
        guard let key else {
            namer.appendAll(nil, count: rows)
            return namer.assignment
        }
        for row in 0..<rows {
            let value = key.isNull(row) ? nil : Self.integer(key, row)
            namer.append(value.map { PartitionDate.floorDivide($0, size) })
        }
        return namer.assignment
    }

    /// What Python's `int` makes of a value; nil where it refuses, or the number leaves 64 bit.
    private static func integer(_ column: Column, _ row: Int) -> Int64? {
        switch column.values {
        case .bool(let bits): return bits[row] ? 1 : 0
        case .int32(let array): return column.type == .date32 ? nil : Int64(array[row])
        case .int64(let array): return column.type == .timestamp ? nil : array[row]
        case .float64(let array): return Int64(exactly: array[row].rounded(.towardZero))
        case .decimal128(let array):
            guard case .decimal128(_, let scale) = column.type else { return nil }
            var value = array[row]
            for _ in 0..<scale { value /= 10 }
            return Int64(exactly: value)
        case .bytes(let strings): return column.type == .utf8 ? integer(text: strings.data[strings.range(row)]) : nil
        }
    }

    /// Digits with a sign and blanks around them; an underscore may stand between two digits.
    private static func integer(text: ArraySlice<UInt8>) -> Int64? {
        var text = text
        let isBlank = { (byte: UInt8) in byte == 0x20 || (0x09...0x0D).contains(byte) }
        while let first = text.first, isBlank(first) { text.removeFirst() }
        while let last = text.last, isBlank(last) { text.removeLast() }
        let digits = text.first == UInt8(ascii: "-") || text.first == UInt8(ascii: "+") ? text.dropFirst() : text
        let groups = digits.split(separator: UInt8(ascii: "_"), omittingEmptySubsequences: false)
        guard groups.allSatisfy({ !$0.isEmpty && $0.allSatisfy { $0 &- 0x30 < 10 } }) else { return nil }
        return Int64(String(decoding: text.filter { $0 != UInt8(ascii: "_") }, as: UTF8.self))
    }

    // MARK: datetime

    private func datetime(_ key: Column?, _ format: PartitionFormat, _ epoch: EpochUnit, rows: Int) -> Assignment {
        var namer = Namer<Int64?>(rows: rows) { period in
            period.map { PartitionDate.name(period: $0, format: format) } ?? PartitionDate.fallback
        }
        guard let key else {
            namer.appendAll(nil, count: rows)
            return namer.assignment
        }
        for row in 0..<rows {
            let hours = key.isNull(row) ? nil : Self.hours(key, row, epoch)
            namer.append(hours.map { PartitionDate.period(hours: $0, format: format) })
        }
        return namer.assignment
    }

    /// Hours since 1970 of a value; nil for what is no date. An integer counts what `epoch` says.
    private static func hours(_ column: Column, _ row: Int, _ epoch: EpochUnit) -> Int64? {
        switch (column.values, column.type) {
        case (.int64(let array), .timestamp): PartitionDate.floorDivide(array[row], 3_600_000_000)
        case (.int32(let array), .date32): Int64(array[row]) * 24
        case (.int64(let array), _): epochHours(array[row], epoch)
        case (.int32(let array), _): epochHours(Int64(array[row]), epoch)
        case (.bytes(let strings), .utf8):
            strings.data.withUnsafeBufferPointer {
                PartitionDate.hours(wallTime: UnsafeBufferPointer(rebasing: $0[strings.range(row)]))
            }
        default: nil
        }
    }

    /// Seconds since 1970, of the years that have four digits; Python refuses the others.
    private static func epochHours(_ value: Int64, _ epoch: EpochUnit) -> Int64? {
        let seconds = PartitionDate.floorDivide(value, epoch.perSecond)
        return (-62_135_596_800...253_402_300_799).contains(seconds) ? PartitionDate.floorDivide(seconds, 3_600) : nil
    }
}

/// Gives each distinct number a place and a name, and remembers the last one: rows come in runs.
private struct Namer<Number: Hashable> {
    private(set) var assignment = Partitioner.Assignment()
    private var places: [Number: Int32] = [:]
    private var placesOfNames: [String: Int32] = [:]
    private var last: (number: Number, place: Int32)?
    private let name: (Number) -> String

    init(rows: Int, name: @escaping (Number) -> String) {
        self.name = name
        assignment.rows.reserveCapacity(rows)
    }

    mutating func append(_ number: Number) { assignment.rows.append(place(of: number)) }

    mutating func appendAll(_ number: Number, count: Int) {
        guard count > 0 else { return }
        assignment.rows = [Int32](repeating: place(of: number), count: count)
    }

    private mutating func place(of number: Number) -> Int32 {
        if let last, last.number == number { return last.place }
        let place = places[number] ?? newPlace(number)
        last = (number, place)
        return place
    }

    private mutating func newPlace(_ number: Number) -> Int32 {
        // Periods longer than a day have many numbers for one name.
        let text = name(number)
        let place = placesOfNames[text] ?? Int32(assignment.names.count)
        if placesOfNames.updateValue(place, forKey: text) == nil { assignment.names.append(text) }
        places[number] = place
        return place
    }
}
