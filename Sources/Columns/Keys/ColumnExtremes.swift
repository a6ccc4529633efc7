extension Column {
    /// The least and the greatest value, nulls (and NaN) left out; nil when there is none.
    ///
    /// Text is read as the kind `type` says (`datetime`, `date`, `integer`, `objectid`, …); without a kind, text, binary
    /// and booleans have no extremes. A text that cannot be read is left out: compare with `nullCount` if none may be.
    public func extremes(as type: CursorType? = nil) -> (min: CursorValue, max: CursorValue)? {
        switch values {
        case .int64(let array): return pair(bounds(array).map { (boxed($0), boxed($1)) }, as: type)
        case .int32(let array): return pair(bounds(array).map { (boxed(Int64($0)), boxed(Int64($1))) }, as: type)
        case .float64(let array):
            return pair(bounds(array, where: \.isFinite).map { (.double($0), .double($1)) }, as: type)
        case .decimal128(let array):
            guard case .decimal128(_, let scale) = self.type, let (least, greatest) = bounds(array) else { return nil }
            return (
                .decimal(Decimal128(unscaled: least, scale: scale)),
                .decimal(Decimal128(unscaled: greatest, scale: scale))
            )
        case .bytes: return type.flatMap { textExtremes(as: $0) }
        case .bool: return nil
        }
    }

    private func boxed(_ value: Int64) -> Value {
        switch type {
        case .timestamp: .timestamp(value)
        case .date32: .date(Int32(truncatingIfNeeded: value))
        default: .int(value)
        }
    }

    private func pair(_ bounds: (Value, Value)?, as type: CursorType?) -> (min: CursorValue, max: CursorValue)? {
        guard let bounds, let least = CursorValue(bounds.0, as: type), let greatest = CursorValue(bounds.1, as: type)
        else { return nil }
        return (least, greatest)
    }

    private func bounds<Element: Comparable>(
        _ array: [Element], where isCounted: (Element) -> Bool = { _ in true }
    ) -> (Element, Element)? {
        var result: (Element, Element)?
        for (index, value) in array.enumerated() where isCounted(value) && !isNull(index) {
            guard let (least, greatest) = result else {
                result = (value, value)
                continue
            }
            if value < least { result = (value, greatest) } else if greatest < value { result = (least, value) }
        }
        return result
    }

    private func textExtremes(as type: CursorType) -> (min: CursorValue, max: CursorValue)? {
        var result: (min: CursorValue, max: CursorValue)?
        for index in 0..<count {
            guard let value = CursorValue(self[index], as: type) else { continue }
            guard let (least, greatest) = result else {
                result = (value, value)
                continue
            }
            result = (CursorValue.minimum(least, value) ?? least, CursorValue.maximum(greatest, value) ?? greatest)
        }
        return result
    }
}
