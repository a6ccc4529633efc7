/// Builds one column of a fixed type, value after value.
///
/// The caller picks the method that fits the type: `append(int:)` for `int32`, `int64`, `date32` and `timestamp`,
/// `append(bytes:)` for `utf8` and `binary`. A mismatch is a programmer's error.
public struct ColumnBuilder: Sendable {
    /// The type of every value.
    public let type: ColumnType
    /// Values so far, nulls included.
    public private(set) var count = 0
    /// Nulls so far.
    public private(set) var nullCount = 0
    private var validity = Bitmap()
    private var values: Column.Values

    /// Makes an empty builder.
    public init(_ type: ColumnType) {
        self.type = type
        values = Self.empty(for: type)
    }

    private static func empty(for type: ColumnType) -> Column.Values {
        switch type {
        case .bool: .bool(Bitmap())
        case .int32, .date32: .int32([])
        case .int64, .timestamp: .int64([])
        case .float64: .float64([])
        case .decimal128: .decimal128([])
        case .utf8, .binary: .bytes(Column.ByteStrings())
        }
    }

    /// Appends a null.
    public mutating func appendNull() {
        if nullCount == 0 { validity = Bitmap(repeating: true, count: count) }
        validity.append(false)
        nullCount += 1
        count += 1
        switch values {
        case .bool(var bits):
            values = .bool(Bitmap())
            bits.append(false)
            values = .bool(bits)
        case .int32: appendInt32(0)
        case .int64: appendInt64(0)
        case .float64: appendDouble(0)
        case .decimal128: appendDecimal(0)
        case .bytes: appendBytes(EmptyCollection())
        }
    }

    /// Appends a boolean.
    public mutating func append(bool value: Bool) {
        didAppendValue()
        guard case .bool(var bits) = values else { preconditionFailure("append(bool:) to a column of \(type)") }
        values = .bool(Bitmap())
        bits.append(value)
        values = .bool(bits)
    }

    /// Appends an integer, a number of days (`date32`) or a number of microseconds (`timestamp`).
    public mutating func append(int value: Int64) {
        didAppendValue()
        switch values {
        case .int32: appendInt32(Int32(truncatingIfNeeded: value))
        case .int64: appendInt64(value)
        default: preconditionFailure("append(int:) to a column of \(type)")
        }
    }

    /// Appends a double.
    public mutating func append(double value: Double) {
        didAppendValue()
        appendDouble(value)
    }

    /// Appends the unscaled value of a decimal of the column's scale.
    public mutating func append(unscaled value: Int128) {
        didAppendValue()
        appendDecimal(value)
    }

    /// Appends bytes; for `utf8` they must be valid UTF-8.
    public mutating func append(bytes: some Collection<UInt8>) {
        didAppendValue()
        appendBytes(bytes)
    }

    /// Appends text to a column of `utf8`.
    public mutating func append(string: String) {
        var string = string
        didAppendValue()
        string.withUTF8 { appendBytes($0) }
    }

    /// The column so far; the builder starts anew.
    public mutating func finish() -> Column {
        let column = Column(type: type, validity: nullCount > 0 ? validity : nil, values: values)
        self = ColumnBuilder(type)
        return column
    }

    private mutating func didAppendValue() {
        if nullCount > 0 { validity.append(true) }
        count += 1
    }

    // The buffer is taken out of the enum before it grows, so that it is never copied.

    private mutating func appendInt32(_ value: Int32) {
        guard case .int32(var array) = values else { preconditionFailure("an int32 appended to a column of \(type)") }
        values = .int32([])
        array.append(value)
        values = .int32(array)
    }

    private mutating func appendInt64(_ value: Int64) {
        guard case .int64(var array) = values else { preconditionFailure("an int64 appended to a column of \(type)") }
        values = .int64([])
        array.append(value)
        values = .int64(array)
    }

    private mutating func appendDouble(_ value: Double) {
        guard case .float64(var array) = values else { preconditionFailure("a double appended to a column of \(type)") }
        values = .float64([])
        array.append(value)
        values = .float64(array)
    }

    private mutating func appendDecimal(_ value: Int128) {
        guard case .decimal128(var array) = values else {
            preconditionFailure("a decimal appended to a column of \(type)")
        }
        values = .decimal128([])
        array.append(value)
        values = .decimal128(array)
    }

    private mutating func appendBytes(_ bytes: some Collection<UInt8>) {
        guard case .bytes(var strings) = values else { preconditionFailure("bytes appended to a column of \(type)") }
        values = .bytes(Column.ByteStrings(offsets: [], data: []))
        strings.append(bytes)
        values = .bytes(strings)
    }
}
