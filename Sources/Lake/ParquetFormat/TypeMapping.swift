import Columns

extension ColumnType {
    /// The digits that each physical type of a decimal can hold.
    static let decimalDigitsOfInt32 = 9
    static let decimalDigitsOfInt64 = 18

    /// The physical type that a column of this type is written in.
    ///
    /// A decimal takes INT32 up to 9 digits, INT64 up to 18, and above that the fewest bytes that hold it: what Spark
    /// and delta-rs write themselves, so that every reader meets a form it knows (pyarrow, DuckDB and Polars read all
    /// three), and narrow decimals cost no more than integers.
    var physicalType: PhysicalType {
        switch self {
        case .bool: .boolean
        case .int32, .date32: .int32
        case .int64, .timestamp: .int64
        case .float64: .double
        case .utf8, .binary: .byteArray
        case .decimal128(let precision, _):
            precision <= Self.decimalDigitsOfInt32
                ? .int32 : precision <= Self.decimalDigitsOfInt64 ? .int64 : .fixedLengthByteArray
        }
    }

    /// The fewest bytes that hold every signed number of `precision` decimal digits.
    static func decimalWidth(precision: Int) -> Int {
        var width = 1
        var largest: UInt128 = 1
        for _ in 0..<Swift.min(precision, 38) { largest *= 10 }
        while width < 16, (UInt128(1) << UInt128(8 * width - 1)) < largest { width += 1 }
        return width
    }

    /// The schema element of a column of this type. The older converted type is written beside the logical type.
    func schemaElement(name: String, repetition: Repetition) -> SchemaElement {
        var element = SchemaElement(name: name, type: physicalType, repetition: repetition)
        switch self {
        case .bool, .int32, .int64, .float64, .binary: break
        case .utf8:
            element.logicalType = .string
            element.convertedType = ConvertedType.utf8
        case .date32:
            element.logicalType = .date
            element.convertedType = ConvertedType.date
        case .timestamp:
            element.logicalType = .timestamp(.microseconds, isAdjustedToUTC: true)
            element.convertedType = ConvertedType.timestampMicroseconds
        case .decimal128(let precision, let scale):
            element.logicalType = .decimal(precision: Int32(precision), scale: Int32(scale))
            element.convertedType = ConvertedType.decimal
            element.precision = Int32(precision)
            element.scale = Int32(scale)
            if physicalType == .fixedLengthByteArray {
                element.typeLength = Int32(Self.decimalWidth(precision: precision))
            }
        }
        return element
    }
}

/// Codes of the older way of saying what a value stands for (parquet.thrift, `ConvertedType`).
enum ConvertedType {
    static let utf8: Int32 = 0
    static let map: Int32 = 1
    static let mapKeyValue: Int32 = 2
    static let list: Int32 = 3
    static let enumeration: Int32 = 4
    static let decimal: Int32 = 5
    static let date: Int32 = 6
    static let timestampMilliseconds: Int32 = 9
    static let timestampMicroseconds: Int32 = 10
    static let json: Int32 = 19
    static let bson: Int32 = 20
    static let interval: Int32 = 21

    /// The logical type that an older file means.
    static func logicalType(of element: SchemaElement) -> LogicalType? {
        switch element.convertedType {
        case utf8: .string
        case map, mapKeyValue: .map
        case list: .list
        case enumeration: .enumeration
        case decimal: .decimal(precision: element.precision ?? 0, scale: element.scale ?? 0)
        case date: .date
        case 7, 8: .time
        case timestampMilliseconds: .timestamp(.milliseconds, isAdjustedToUTC: true)
        case timestampMicroseconds: .timestamp(.microseconds, isAdjustedToUTC: true)
        case .some(let code) where (11...14).contains(code): .integer(bits: 8 << Int8(code - 11), isSigned: false)
        case .some(let code) where (15...18).contains(code): .integer(bits: 8 << Int8(code - 15), isSigned: true)
        case json: .json
        case bson: .bson
        case interval: .interval
        default: nil
        }
    }
}

/// How the values of a foreign column become values of ours.
struct ColumnInterpretation {
    enum Conversion {
        case none
        /// Bytes that must be valid UTF-8.
        case text
        case unsignedInt32
        case unsignedInt64
        case widenFloat
        case milliseconds
        case nanoseconds
        /// Julian day and nanoseconds of the day, as old Spark and Impala wrote timestamps.
        case int96
        case decimal
    }

    var type: ColumnType
    var conversion = Conversion.none

    /// Finds the interpretation; throws ``ParquetError`` of kind `unsupported` for a type that ours cannot hold.
    init(_ element: SchemaElement) throws {
        let logical = element.logicalType ?? ConvertedType.logicalType(of: element)
        switch (element.type, logical) {
        case (.boolean, nil): type = .bool
        case (.int32, nil), (.int32, .integer(_, isSigned: true)): type = .int32
        case (.int32, .integer(32, isSigned: false)): (type, conversion) = (.int64, .unsignedInt32)
        case (.int32, .integer(_, isSigned: false)): type = .int32
        case (.int32, .date): type = .date32
        case (.int64, nil), (.int64, .integer(_, isSigned: true)): type = .int64
        case (.int64, .integer(_, isSigned: false)):
            (type, conversion) = (.decimal128(precision: 20, scale: 0), .unsignedInt64)
        // A timestamp without zone is taken as UTC: our model knows no other.
        case (.int64, .timestamp(.microseconds, _)): type = .timestamp
        case (.int64, .timestamp(.milliseconds, _)): (type, conversion) = (.timestamp, .milliseconds)
        case (.int64, .timestamp(.nanoseconds, _)): (type, conversion) = (.timestamp, .nanoseconds)
        case (.int96, _): (type, conversion) = (.timestamp, .int96)
        case (.float, nil): (type, conversion) = (.float64, .widenFloat)
        case (.double, nil): type = .float64
        case (.byteArray, .string), (.byteArray, .json), (.byteArray, .enumeration): (type, conversion) = (.utf8, .text)
        case (.byteArray, nil), (.byteArray, .bson): type = .binary
        case (.fixedLengthByteArray, nil), (.fixedLengthByteArray, .uuid): type = .binary
        case (.some(let physical), .decimal(let precision, let scale)):
            type = try Self.decimal(physical, precision: precision, scale: scale, length: element.typeLength)
            conversion = .decimal
        default: throw Self.unsupported(element, logical)
        }
    }

    private static func decimal(
        _ physical: PhysicalType, precision: Int32, scale: Int32, length: Int32?
    ) throws -> ColumnType {
        let isInteger = physical == .int32 || physical == .int64
        guard isInteger || physical == .byteArray || physical == .fixedLengthByteArray else {
            throw ParquetError.unsupported("a decimal stored as \(physical)")
        }
        guard (1...38).contains(precision), (0...precision).contains(scale) else {
            throw ParquetError.unsupported(
                "a decimal of \(precision) digits, \(scale) of them behind the point; 38 digits are the most")
        }
        return .decimal128(precision: Int(precision), scale: Int(scale))
    }

    private static func unsupported(_ element: SchemaElement, _ logical: LogicalType?) -> ParquetError {
        let physical = element.type.map { "\($0)" } ?? "group"
        let meaning = logical.map { " meaning \($0)" } ?? ""
        return .unsupported("the type \(physical)\(meaning) has no counterpart here; leave the column out or cast it")
    }
}
