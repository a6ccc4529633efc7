import Columns

extension CursorValue {
    /// A moment as a value of the same kind as another; nil for kinds that are no time.
    ///
    /// A number of a cursor field that the source declares to be a time is an epoch: of seconds, or of milliseconds where
    /// it is too large for seconds.
    ///
    /// - Parameters:
    ///   - microseconds: since 1970-01-01T00:00:00Z; what is finer than the kind is cut off.
    ///   - type: how the source declares the cursor field.
    static func moment(_ microseconds: Int64, like value: CursorValue, of type: CursorType?) -> CursorValue? {
        switch value {
        case .timestamp: .timestamp(microseconds)
        case .date: Int32(exactly: floor(microseconds, 86_400_000_000)).map { .date($0) }
        case .integer(let epoch) where type == .datetime || type == .timestamp || type == .date:
            .integer(floor(microseconds, unit(ofEpoch: epoch)))
        case .decimal(let epoch) where type == .datetime || type == .timestamp || type == .date:
            .decimal(epoch.epoch(at: microseconds))
        case .integer, .decimal, .objectID: nil
        }
    }

    /// The microseconds that one step of an epoch is.
    static func unit(ofEpoch epoch: Int64) -> Int64 {
        // 10^11 seconds are the year 5138; 10^11 milliseconds the year 1973.
        epoch.magnitude < 100_000_000_000 ? 1_000_000 : 1_000
    }

    private static func floor(_ value: Int64, _ unit: Int64) -> Int64 {
        let (quotient, remainder) = value.quotientAndRemainder(dividingBy: unit)
        return remainder < 0 ? quotient - 1 : quotient
    }
}
