/// One value of a table, boxed. Used at the edges (tests, messages, keys of SQL rows), not on the data path.
public enum Value: Hashable, Sendable {
    case null
    case bool(Bool)
    case int(Int64)
    case double(Double)
    case decimal(Decimal128)
    case string(String)
    case binary([UInt8])
    /// Days since 1970-01-01.
    case date(Int32)
    /// Microseconds since 1970-01-01T00:00:00Z.
    case timestamp(Int64)
}

/// An exact decimal number: `unscaled × 10^-scale`.
public struct Decimal128: Hashable, Sendable {
    /// The number without its point.
    public var unscaled: Int128
    /// Digits behind the point.
    public var scale: Int

    /// Makes the number `unscaled × 10^-scale`.
    public init(unscaled: Int128, scale: Int) {
        self.unscaled = unscaled
        self.scale = scale
    }
}

extension Decimal128: CustomStringConvertible {
    /// The plain spelling with all `scale` digits behind the point, for example `12.50`.
    public var description: String {
        guard scale > 0 else { return String(unscaled) + String(repeating: "0", count: max(0, -scale)) }
        let digits = String(unscaled.magnitude)
        let padded = String(repeating: "0", count: max(0, scale + 1 - digits.count)) + digits
        return (unscaled < 0 ? "-" : "") + padded.dropLast(scale) + "." + padded.suffix(scale)
    }
}
