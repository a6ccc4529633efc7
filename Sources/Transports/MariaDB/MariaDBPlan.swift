#if MariaDB
    import CMariaDB
    import Columns

    /// How the values of one column are read.
    enum MariaDBCell {
        /// An integer that a column of 32 or of 64 bits holds.
        case int32, int64
        /// An unsigned integer of 64 bits: a decimal of 20 digits.
        case uint64
        case float, double
        case decimal(precision: Int, scale: Int)
        case text, binary
        case date, timestamp
        /// Seconds, from -838:59:59 to 838:59:59.
        case time
        case bool
        /// A bit field of 2 to 63 bits, and one of 64.
        case bits, wideBits

        /// The reader for a column as the server describes it.
        init(_ field: MYSQL_FIELD) {
            let isUnsigned = field.flags & UInt32(UNSIGNED_FLAG) != 0
            switch field.type {
            case MYSQL_TYPE_TINY, MYSQL_TYPE_SHORT, MYSQL_TYPE_INT24, MYSQL_TYPE_YEAR: self = .int32
            case MYSQL_TYPE_LONG: self = isUnsigned ? .int64 : .int32
            case MYSQL_TYPE_LONGLONG: self = isUnsigned ? .uint64 : .int64
            case MYSQL_TYPE_FLOAT: self = .float
            case MYSQL_TYPE_DOUBLE: self = .double
            case MYSQL_TYPE_DECIMAL, MYSQL_TYPE_NEWDECIMAL: self = Self.decimal(field, isUnsigned)
            case MYSQL_TYPE_DATE, MYSQL_TYPE_NEWDATE: self = .date
            case MYSQL_TYPE_DATETIME, MYSQL_TYPE_TIMESTAMP, MYSQL_TYPE_DATETIME2, MYSQL_TYPE_TIMESTAMP2:
                self = .timestamp
            case MYSQL_TYPE_TIME, MYSQL_TYPE_TIME2: self = .time
            case MYSQL_TYPE_BIT: self = field.length == 1 ? .bool : field.length < 64 ? .bits : .wideBits
            case MYSQL_TYPE_JSON, MYSQL_TYPE_ENUM, MYSQL_TYPE_SET, MYSQL_TYPE_NULL: self = .text
            case MYSQL_TYPE_GEOMETRY: self = .binary
            default: self = field.charsetnr == Self.binaryCharset ? .binary : .text
            }
        }

        /// The number of the collation `binary`.
        private static let binaryCharset: UInt32 = 63

        /// The length counts the digits, the point and the sign.
        private static func decimal(_ field: MYSQL_FIELD, _ isUnsigned: Bool) -> MariaDBCell {
            let scale = Int(field.decimals)
            let precision = Int(field.length) - (scale > 0 ? 1 : 0) - (isUnsigned ? 0 : 1)
            guard (1...38).contains(precision), scale <= precision else { return .text }
            return .decimal(precision: precision, scale: scale)
        }

        var type: ColumnType {
            switch self {
            case .int32: .int32
            case .int64, .bits: .int64
            case .uint64, .wideBits: .decimal128(precision: 20, scale: 0)
            case .float, .double, .time: .float64
            case .decimal(let precision, let scale): .decimal128(precision: precision, scale: scale)
            case .text: .utf8
            case .binary: .binary
            case .date: .date32
            case .timestamp: .timestamp
            case .bool: .bool
            }
        }

        /// The form in which the library puts the value into our memory.
        var bindType: enum_field_types {
            switch self {
            case .int32, .int64, .uint64: MYSQL_TYPE_LONGLONG
            case .float: MYSQL_TYPE_FLOAT
            case .double: MYSQL_TYPE_DOUBLE
            case .date: MYSQL_TYPE_DATE
            case .timestamp: MYSQL_TYPE_DATETIME
            case .time: MYSQL_TYPE_TIME
            case .decimal, .text: MYSQL_TYPE_STRING
            case .binary, .bool, .bits, .wideBits: MYSQL_TYPE_BLOB
            }
        }

        /// Whether values have no fixed length.
        var hasVariableLength: Bool {
            switch self {
            case .decimal, .text, .binary, .bool, .bits, .wideBits: true
            default: false
            }
        }
    }
#endif
