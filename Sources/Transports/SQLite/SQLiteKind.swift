import Columns

/// A value as SQLite stores it. The buffers are valid until the next step of the statement.
enum SQLiteValue {
    case int(Int64)
    case double(Double)
    case text(UnsafeBufferPointer<UInt8>)
    case blob(UnsafeRawBufferPointer)
}

/// How a column's values are kept.
enum SQLiteKind: Equatable {
    /// No declaration, and no value yet: the first one decides.
    case undecided
    case bool
    case integer
    case float
    case decimal(precision: Int, scale: Int)
    case date
    case timestamp
    case text
    case blob

    /// From a column's declared type (SQLite manual, "Determination Of Column Affinity"), with the names that other
    /// databases give to booleans, decimals and times read as what they say.
    init(declared: String?) {
        guard let name = declared?.uppercased(), !name.isEmpty else {
            self = .undecided
            return
        }
        if name == "DATE" {
            self = .date
        } else if name.hasPrefix("DATETIME") || name.hasPrefix("TIMESTAMP") {
            self = .timestamp
        } else if name.hasPrefix("BOOL") {
            self = .bool
        } else if name.containsBytes(of: "INT") {
            self = .integer
        } else if ["CHAR", "CLOB", "TEXT", "JSON", "UUID", "TIME"].contains(where: name.containsBytes) {
            self = .text
        } else if name.containsBytes(of: "BLOB") || name.containsBytes(of: "BINARY") {
            self = .blob
        } else if ["REAL", "FLOA", "DOUB"].contains(where: name.containsBytes) {
            self = .float
        } else {
            self = Self.decimal(name) ?? .undecided
        }
    }

    /// `DECIMAL(10, 2)`, `NUMERIC(10)`; nil without digits, or with more than 128 bits hold.
    private static func decimal(_ name: String) -> SQLiteKind? {
        guard name.hasPrefix("DEC") || name.hasPrefix("NUM") else { return nil }
        guard let match = name.firstMatch(of: /\(\s*(\d+)\s*(?:,\s*(\d+)\s*)?\)/) else { return nil }
        guard let precision = Int(match.1), (1...38).contains(precision) else { return nil }
        let scale = match.2.flatMap { Int($0) } ?? 0
        return scale <= precision ? .decimal(precision: precision, scale: scale) : nil
    }

    var type: ColumnType {
        switch self {
        case .bool: .bool
        case .integer: .int64
        case .float: .float64
        case .decimal(let precision, let scale): .decimal128(precision: precision, scale: scale)
        case .date: .date32
        case .timestamp: .timestamp
        case .undecided, .text: .utf8
        case .blob: .binary
        }
    }

    // MARK: Values

    /// Writes a value, if it fits without loss.
    func store(_ value: SQLiteValue, _ row: Int, _ column: inout RawColumn) -> Bool {
        switch (self, value) {
        case (.integer, .int(let number)): column.set(row, number)
        case (.float, .double(let number)):
            if number.isFinite { column.set(row, number) } else { column.setNull(row) }
        case (.float, .int(let number)):
            guard number.magnitude <= 1 << 53 else { return false }
            column.set(row, Double(number))
        case (.text, .text(let bytes)): column.set(row, repairing: UnsafeRawBufferPointer(bytes))
        case (.text, .int(let number)): column.set(row, text: String(number))
        case (.text, .double(let number)): column.set(row, text: DecimalText.shortest(number))
        case (.text, .blob(let bytes)): column.set(row, text: Self.hex(bytes))
        case (.blob, .blob(let bytes)):
            if let start = bytes.baseAddress {
                column.set(row, bytes: start.assumingMemoryBound(to: UInt8.self), count: bytes.count)
            } else {
                column.endBytes(row)
            }
        case (.bool, .int(let number)):
            guard number == 0 || number == 1 else { return false }
            column.set(row, bool: number == 1)
        case (.decimal(let precision, let scale), _):
            guard let unscaled = Self.unscaled(value, precision: precision, scale: scale) else { return false }
            column.set(row, unscaled)
        case (.date, .text(let bytes)), (.timestamp, .text(let bytes)): return storeTime(bytes, row, &column)
        case (.timestamp, .int(let number)): return storeTime(SQLiteTime.micros(number), row, &column)
        case (.timestamp, .double(let number)): return storeTime(SQLiteTime.micros(number), row, &column)
        default: return false
        }
        return true
    }

    private func storeTime(_ micros: Int64?, _ row: Int, _ column: inout RawColumn) -> Bool {
        guard let micros else { return false }
        column.set(row, micros)
        return true
    }

    /// Empty text in a column of dates means that there is none.
    private func storeTime(_ text: UnsafeBufferPointer<UInt8>, _ row: Int, _ column: inout RawColumn) -> Bool {
        if text.isEmpty {
            column.setNull(row)
            return true
        }
        guard let micros = SQLiteTime.micros(text) else { return false }
        guard self == .date else {
            column.set(row, micros)
            return true
        }
        let perDay: Int64 = 86_400_000_000
        guard micros % perDay == 0 else { return false }
        column.set(row, Int32(truncatingIfNeeded: micros / perDay))
        return true
    }

    /// A number of the declared scale. SQLite keeps decimals as binary floats: what is left of a sum's error, a millionth
    /// of the last place, is rounded away; more is not.
    private static func unscaled(_ value: SQLiteValue, precision: Int, scale: Int) -> Int128? {
        let factor = powersOfTen[scale]
        let limit = powersOfTen[precision]
        let unscaled: Int128
        switch value {
        case .int(let number):
            let (product, overflow) = Int128(number).multipliedReportingOverflow(by: factor)
            if overflow { return nil }
            unscaled = product
        case .double(let number):
            let scaled = number * Double(factor)
            guard scaled.magnitude < 9e15, (scaled - scaled.rounded()).magnitude < 1e-6 else { return nil }
            unscaled = Int128(Int64(scaled.rounded()))
        case .text(let bytes):
            // SQLite turns text that looks like a number into one; what is left has too many digits, or is no number.
            guard let number = Decimal128(String(decoding: bytes, as: UTF8.self)),
                powersOfTen.indices.contains(scale - number.scale)
            else { return nil }
            let (product, overflow) = number.unscaled.multipliedReportingOverflow(by: powersOfTen[scale - number.scale])
            if overflow { return nil }
            unscaled = product
        case .blob: return nil
        }
        return unscaled.magnitude < limit.magnitude ? unscaled : nil
    }

    /// 10^0 to 10^38, the most that 128 bits hold.
    private static let powersOfTen: [Int128] = (0...38).map { exponent in
        (0..<exponent).reduce(1) { power, _ in power * 10 }
    }

    // MARK: Widening

    /// The kind that takes the column's values and this one as well.
    func widened(for value: SQLiteValue) -> SQLiteKind {
        switch (self, value) {
        case (.undecided, .int): .integer
        case (.undecided, .double): .float
        case (.undecided, .text): .text
        case (.undecided, .blob): .blob
        case (.bool, .int): .integer
        case (.bool, .double), (.integer, .double), (.decimal, .double), (.decimal, .int): .float
        case (.date, .text(let bytes)) where SQLiteTime.micros(bytes) != nil: .timestamp
        default: .text
        }
    }

    /// Whether a value that the column has is exact as a float.
    static func fitsFloat(_ value: Value) -> Bool {
        switch value {
        case .int(let number): number.magnitude <= 1 << 53
        case .decimal(let number): number.unscaled.magnitude <= 1 << 53
        default: true
        }
    }

    /// Writes a value that the column had under its old type.
    func move(_ value: Value, _ row: Int, _ column: inout RawColumn) {
        switch (self, value) {
        case (.integer, .bool(let flag)): column.set(row, Int64(flag ? 1 : 0))
        case (.float, .bool(let flag)): column.set(row, flag ? 1.0 : 0.0)
        case (.float, .int(let number)): column.set(row, Double(number))
        case (.float, .decimal(let number)): column.set(row, Double(number.description) ?? 0)
        case (.timestamp, .date(let days)): column.set(row, Int64(days) * 86_400_000_000)
        default: column.set(row, text: Self.text(of: value))
        }
    }

    private static func text(of value: Value) -> String {
        switch value {
        case .null: ""
        case .bool(let flag): flag ? "1" : "0"
        case .int(let number): String(number)
        case .double(let number): DecimalText.shortest(number)
        case .decimal(let number): number.description
        case .string(let text): text
        case .binary(let bytes): bytes.withUnsafeBytes(hex)
        case .date(let days): TimestampText.date(days: days)
        case .timestamp(let micros): TimestampText.timestamp(microseconds: micros)
        }
    }

    private static func hex(_ bytes: UnsafeRawBufferPointer) -> String {
        let digits = Array("0123456789abcdef".utf8)
        var text: [UInt8] = []
        text.reserveCapacity(bytes.count * 2)
        for byte in bytes { text += [digits[Int(byte >> 4)], digits[Int(byte & 15)]] }
        return String(decoding: text, as: UTF8.self)
    }
}
