/// The type of one column, named as Arrow names it.
///
/// The set is what every reader of the lake shares: each case has exactly one Parquet and one Delta type
/// (Delta protocol, section "Primitive Types"). Nested upstream values are kept as JSON text in `utf8`.
public enum ColumnType: Hashable, Sendable {
    case bool
    case int32
    case int64
    case float64
    /// A 128-bit decimal: `precision` digits in all (1 to 38), `scale` of them behind the point.
    case decimal128(precision: Int, scale: Int)
    case utf8
    case binary
    /// Days since 1970-01-01.
    case date32
    /// Microseconds since 1970-01-01T00:00:00Z; always UTC.
    case timestamp
}

extension ColumnType: CustomStringConvertible {
    /// The Arrow spelling, for example `decimal128(10, 2)` or `timestamp[us, tz=UTC]`.
    public var description: String {
        switch self {
        case .bool: "bool"
        case .int32: "int32"
        case .int64: "int64"
        case .float64: "float64"
        case .decimal128(let precision, let scale): "decimal128(\(precision), \(scale))"
        case .utf8: "utf8"
        case .binary: "binary"
        case .date32: "date32"
        case .timestamp: "timestamp[us, tz=UTC]"
        }
    }
}
