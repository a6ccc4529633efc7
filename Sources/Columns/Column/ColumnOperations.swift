extension Column {
    /// A column of `count` nulls.
    public static func nulls(type: ColumnType, count: Int) -> Column {
        let values: Values =
            switch type {
            case .bool: .bool(Bitmap(repeating: false, count: count))
            case .int32, .date32: .int32([Int32](repeating: 0, count: count))
            case .int64, .timestamp: .int64([Int64](repeating: 0, count: count))
            case .float64: .float64([Double](repeating: 0, count: count))
            case .decimal128: .decimal128([Int128](repeating: 0, count: count))
            case .utf8, .binary: .bytes(ByteStrings(offsets: [Int32](repeating: 0, count: count + 1)))
            }
        return Column(type: type, validity: count > 0 ? Bitmap(repeating: false, count: count) : nil, values: values)
    }

    /// The values at `indices`, in that order; an index may come up many times.
    ///
    /// An index outside the column is a programmer's error.
    public func take(_ indices: [Int]) -> Column { gather(indices) }

    /// The values at `indices`, in that order; an index may come up many times.
    ///
    /// An index outside the column is a programmer's error.
    public func take(_ indices: [Int32]) -> Column { gather(indices) }

    /// The values of `range`, copied.
    public func slice(_ range: Range<Int>) -> Column {
        precondition(range.lowerBound >= 0 && range.upperBound <= count, "Column.slice: a range within the column")
        if range.count == count { return self }
        let part: Values =
            switch values {
            case .bool(let bits): .bool(bits.slice(range))
            case .int32(let array): .int32(Array(array[range]))
            case .int64(let array): .int64(Array(array[range]))
            case .float64(let array): .float64(Array(array[range]))
            case .decimal128(let array): .decimal128(Array(array[range]))
            case .bytes(let strings): .bytes(strings.slice(range))
            }
        return Column(type: type, validity: Self.trimmed(validity?.slice(range)), values: part)
    }

    /// The values of `columns`, one column behind the other. There must be at least one; all are of one type.
    public static func concatenated(_ columns: [Column]) -> Column {
        guard let first = columns.first else { preconditionFailure("Column.concatenated: at least one column") }
        precondition(columns.allSatisfy { $0.type == first.type }, "Column.concatenated: columns of one type")
        return columns.count == 1
            ? first
            : Column(type: first.type, validity: joinedValidity(columns), values: joinedValues(columns, like: first))
    }

    private static func joinedValidity(_ columns: [Column]) -> Bitmap? {
        guard columns.contains(where: { $0.validity != nil }) else { return nil }
        var joined = Bitmap()
        joined.reserveCapacity(columns.reduce(0) { $0 + $1.count })
        for column in columns {
            if let validity = column.validity {
                joined.append(contentsOf: validity)
            } else {
                joined.append(repeating: true, count: column.count)
            }
        }
        return trimmed(joined)
    }

    private static func joinedValues(_ columns: [Column], like first: Column) -> Values {
        switch first.values {
        case .bool:
            var bits = Bitmap()
            for case .bool(let part) in columns.map(\.values) { bits.append(contentsOf: part) }
            return .bool(bits)
        case .int32: return .int32(joined(columns) { if case .int32(let array) = $0 { array } else { nil } })
        case .int64: return .int64(joined(columns) { if case .int64(let array) = $0 { array } else { nil } })
        case .float64: return .float64(joined(columns) { if case .float64(let array) = $0 { array } else { nil } })
        case .decimal128:
            return .decimal128(joined(columns) { if case .decimal128(let array) = $0 { array } else { nil } })
        case .bytes:
            return .bytes(
                ByteStrings.concatenated(
                    columns.compactMap { if case .bytes(let part) = $0.values { part } else { nil } }))
        }
    }

    private static func joined<Element>(_ columns: [Column], _ array: (Values) -> [Element]?) -> [Element] {
        var result: [Element] = []
        result.reserveCapacity(columns.reduce(0) { $0 + $1.count })
        for column in columns { result.append(contentsOf: array(column.values) ?? []) }
        return result
    }

    /// A validity without nulls is not kept.
    private static func trimmed(_ validity: Bitmap?) -> Bitmap? {
        validity.flatMap { $0.setCount == $0.count ? nil : $0 }
    }

    private func gather(_ indices: [some FixedWidthInteger & BitwiseCopyable]) -> Column {
        precondition(Self.areValid(indices, below: count), "Column.take: indices within the column")
        let taken: Values =
            switch values {
            case .bool(let bits): .bool(bits.gatherUnchecked(indices))
            case .int32(let array): .int32(array.gatherUnchecked(indices))
            case .int64(let array): .int64(array.gatherUnchecked(indices))
            case .float64(let array): .float64(array.gatherUnchecked(indices))
            case .decimal128(let array): .decimal128(array.gatherUnchecked(indices))
            case .bytes(let strings): .bytes(strings.gatherUnchecked(indices))
            }
        return Column(type: type, validity: Self.trimmed(validity?.gatherUnchecked(indices)), values: taken)
    }

    private static func areValid(_ indices: [some FixedWidthInteger & BitwiseCopyable], below count: Int) -> Bool {
        var greatest: UInt = 0
        // A negative index becomes a huge unsigned one.
        for index in indices { greatest = max(greatest, UInt(bitPattern: Int(truncatingIfNeeded: index))) }
        return indices.isEmpty || greatest < UInt(count)
    }
}

// The functions below are called only with indices that `Column.areValid` has proved to lie within the column,
// which is what makes reading through pointers safe.

extension Array where Element: BitwiseCopyable {
    fileprivate func gatherUnchecked(_ indices: [some FixedWidthInteger & BitwiseCopyable]) -> [Element] {
        withUnsafeBufferPointer { source in
            indices.withUnsafeBufferPointer { indices in
                [Element](unsafeUninitializedCapacity: indices.count) { target, count in
                    for position in 0..<indices.count {
                        target.initializeElement(at: position, to: source[Int(truncatingIfNeeded: indices[position])])
                    }
                    count = indices.count
                }
            }
        }
    }
}

extension Bitmap {
    fileprivate func gatherUnchecked(_ indices: [some FixedWidthInteger & BitwiseCopyable]) -> Bitmap {
        var result = [UInt8](repeating: 0, count: (indices.count + 7) / 8)
        bytes.withUnsafeBufferPointer { source in
            result.withUnsafeMutableBufferPointer { target in
                for position in 0..<indices.count {
                    let index = Int(truncatingIfNeeded: indices[position])
                    let bit = source[index &>> 3] &>> UInt8(truncatingIfNeeded: index & 7) & 1
                    target[position &>> 3] |= bit &<< UInt8(truncatingIfNeeded: position & 7)
                }
            }
        }
        return Bitmap(bytes: result, count: indices.count)
    }
}

extension Column.ByteStrings {
    fileprivate func slice(_ range: Range<Int>) -> Self {
        let start = offsets[range.lowerBound]
        let end = offsets[range.upperBound]
        return Self(
            offsets: offsets[range.lowerBound...range.upperBound].map { $0 &- start },
            data: Array(data[Int(start)..<Int(end)]))
    }

    fileprivate static func concatenated(_ parts: [Self]) -> Self {
        let size = parts.reduce(0) { $0 + $1.data.count }
        precondition(size <= Int32.max, "Column.concatenated: less than 2 GiB of bytes in one column")
        var joined = Self()
        joined.data.reserveCapacity(size)
        joined.offsets.reserveCapacity(parts.reduce(1) { $0 + $1.count })
        for part in parts {
            let start = Int32(joined.data.count) &- (part.offsets.first ?? 0)
            joined.offsets.append(contentsOf: part.offsets.dropFirst().lazy.map { $0 &+ start })
            let first = Int(part.offsets.first ?? 0)
            joined.data.append(contentsOf: part.data[first..<Int(part.offsets.last ?? 0)])
        }
        return joined
    }

    fileprivate func gatherUnchecked(_ indices: [some FixedWidthInteger & BitwiseCopyable]) -> Self {
        let starts = gatheredOffsets(indices)
        let size = Int(starts[indices.count])
        let bytes = data.withUnsafeBufferPointer { source in
            offsets.withUnsafeBufferPointer { offsets in
                [UInt8](unsafeUninitializedCapacity: size) { target, count in
                    count = size
                    guard size > 0, let from = source.baseAddress, let to = target.baseAddress else { return }
                    for position in 0..<indices.count {
                        let index = Int(truncatingIfNeeded: indices[position])
                        let start = Int(offsets[index])
                        (to + Int(starts[position])).update(
                            from: from + start, count: Int(offsets[index &+ 1]) &- start)
                    }
                }
            }
        }
        return Self(offsets: starts, data: bytes)
    }

    private func gatheredOffsets(_ indices: [some FixedWidthInteger & BitwiseCopyable]) -> [Int32] {
        var starts = [Int32](repeating: 0, count: indices.count + 1)
        var end = 0
        offsets.withUnsafeBufferPointer { offsets in
            starts.withUnsafeMutableBufferPointer { starts in
                for position in 0..<indices.count {
                    let index = Int(truncatingIfNeeded: indices[position])
                    end &+= Int(offsets[index &+ 1] &- offsets[index])
                    starts[position &+ 1] = Int32(truncatingIfNeeded: end)
                }
            }
        }
        precondition(end <= Int32.max, "Column.take: less than 2 GiB of bytes in one column")
        return starts
    }
}
