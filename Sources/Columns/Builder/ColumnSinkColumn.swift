// From the marks and slots of a batch to a column in Arrow's layout.

extension ColumnSink {
    /// The column of all rows so far, whose type is now settled.
    ///
    /// | values of the column | type |
    /// | --- | --- |
    /// | null only | the hint, else `utf8`, undetermined |
    /// | booleans | `bool` |
    /// | integers of 64 bits | `int64` |
    /// | numbers, each exact as a double | `float64` |
    /// | any other numbers, up to 38 digits | `decimal128(integer digits + scale, scale)` |
    /// | fractions with more digits, integer part up to 6 | `decimal128(.., 32)`, rounded half to even |
    /// | numbers beyond that | `utf8`, as spelled |
    /// | dates, dates with timestamps | `date32`, `timestamp` |
    /// | text, objects, arrays, or any mix | `utf8`: text as it is, the rest as JSON text |
    /// | arrays with text, numbers or booleans | `utf8`: each of these wrapped into an array |
    mutating func column() -> (column: Column, isUndetermined: Bool) {
        if storage == .number { settleNumbers() }
        if storage == .text, hint == nil { wrapScalars() }
        let validity = self.validity()
        let type = settledType
        let isUndetermined = storage == .none && hint == nil
        guard storage != .none else { return (Column.nulls(type: type, count: count), isUndetermined) }
        return (Column(type: type, validity: validity, values: values(of: type)), isUndetermined)
    }

    /// Whether a value or a null came for any row.
    var isTouched: Bool { storage != .none || (0..<count).contains { marks[$0] != Mark.absent } }

    private var settledType: ColumnType {
        switch storage {
        case .none: hint ?? .utf8
        case .bool: .bool
        case .int32: .int32
        case .int64: .int64
        case .float64: .float64
        case .number: settledDecimal ?? .utf8
        case .text: .utf8
        case .date: .date32
        case .timestamp: .timestamp
        }
    }

    // MARK: Buffers

    /// One bit for each row, or nil when no row is null.
    ///
    /// Eight marks at a time: adding 0x7F to the low bits of each carries into its top bit unless they are all zero; the
    /// multiplication gathers the eight top bits in the top byte.
    private func validity() -> Bitmap? {
        var missing = false
        let bytes = [UInt8](unsafeUninitializedCapacity: (count + 7) / 8) { target, written in
            written = (count + 7) / 8
            for group in 0..<count / 8 {
                let word = ColumnSink.word(marks + group * 8) & 0x7F7F_7F7F_7F7F_7F7F
                let present = ((word &+ 0x7F7F_7F7F_7F7F_7F7F) & 0x8080_8080_8080_8080) &>> 7
                let bits = UInt8(truncatingIfNeeded: (present &* 0x0102_0408_1020_4080) &>> 56)
                missing = missing || bits != 0xFF
                target.initializeElement(at: group, to: bits)
            }
            guard count % 8 > 0 else { return }
            var bits: UInt8 = 0
            for index in count / 8 * 8..<count {
                if marks[index] & Mark.present != 0 { bits |= 1 &<< UInt8(index & 7) } else { missing = true }
            }
            target.initializeElement(at: count / 8, to: bits)
        }
        return missing ? Bitmap(bytes: bytes, count: count) : nil
    }

    private func values(of type: ColumnType) -> Column.Values {
        switch type {
        case .bool: .bool(Bitmap(bytes: packedBools(), count: count))
        case .int32, .date32: .int32(array { Int32(truncatingIfNeeded: $0) })
        case .int64, .timestamp: .int64(array { $0 })
        case .float64: .float64(array { Double(bitPattern: UInt64(bitPattern: $0)) })
        case .decimal128(_, let scale): .decimal128(decimals(scale: scale))
        case .utf8, .binary: .bytes(byteStrings())
        }
    }

    private func array<Element>(_ transform: (Int64) -> Element) -> [Element] {
        [Element](unsafeUninitializedCapacity: count) { target, written in
            for index in 0..<count { target.initializeElement(at: index, to: transform(slots[index])) }
            written = count
        }
    }

    private func packedBools() -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: (count + 7) / 8)
        for index in 0..<count where slots[index] != 0 && marks[index] & Mark.present != 0 {
            bytes[index &>> 3] |= 1 &<< UInt8(truncatingIfNeeded: index & 7)
        }
        return bytes
    }

    /// The store keeps a batch below 2 GiB, so that each end fits into 32 bits.
    private func byteStrings() -> Column.ByteStrings {
        let offsets = [Int32](unsafeUninitializedCapacity: count + 1) { target, written in
            target.initializeElement(at: 0, to: 0)
            for index in 0..<count {
                target.initializeElement(at: index + 1, to: Int32(truncatingIfNeeded: slots[index]))
            }
            written = count + 1
        }
        return Column.ByteStrings(offsets: offsets, data: Array(UnsafeBufferPointer(start: data, count: dataCount)))
    }

    // MARK: Decimals

    private func decimals(scale: Int) -> [Int128] {
        (0..<count).map { index in
            guard marks[index] & Mark.present != 0 else { return 0 }
            if let number = CompactDecimal(bytes(index)) { return number.unscaled(atScale: scale) ?? 0 }
            return DecimalDigits(bytes: bytes(index))?.unscaled(atScale: scale) ?? 0
        }
    }

    /// Numbers that no decimal type holds become text.
    private mutating func settleNumbers() {
        if settledDecimal == nil { becomeText() }
    }

    /// The decimal type that holds all numbers of the column.
    private var settledDecimal: ColumnType? {
        if case .decimal128 = hint { return hint }
        var shape = DecimalShape()
        for index in 0..<count where marks[index] & Mark.present != 0 { shape.add(bytes(index)) }
        return shape.type
    }

    // MARK: Lists beside scalars

    private mutating func wrapScalars() {
        var seen: UInt64 = 0
        for index in 0..<count { seen |= 1 &<< UInt64(marks[index] & Mark.present) }
        let hasArray = seen & (1 << UInt64(Mark.array)) != 0
        let hasScalar = seen & (1 << UInt64(Mark.value) | 1 << UInt64(Mark.scalar)) != 0
        guard hasArray, hasScalar else { return }
        rewrite(as: .text) { source, index in
            let (bytes, mark) = (source.bytes(index), source.marks[index])
            guard mark == Mark.value || mark == Mark.scalar else { return (Array(bytes), mark) }
            var text: [UInt8] = [UInt8(ascii: "[")]
            if mark == Mark.value { JSONText.quote(bytes, into: &text) } else { text.append(contentsOf: bytes) }
            text.append(UInt8(ascii: "]"))
            return (text, Mark.array)
        }
    }
}

/// The digits that a set of numbers needs.
struct DecimalShape {
    private var integerDigits = 0
    /// Digits behind the point as spelled, zeros at the end included.
    private var spelledScale = 0
    /// Digits behind the point that carry value.
    private var scale = 0
    private var hasFraction = false
    private var isHopeless = false

    mutating func add(_ text: UnsafeBufferPointer<UInt8>) {
        if let number = CompactDecimal(text) {
            add(text, integerDigits: number.integerDigits, scale: number.scale)
        } else if let number = DecimalDigits(bytes: text) {
            add(text, integerDigits: number.integerDigits, scale: number.scale)
        } else {
            isHopeless = true
        }
    }

    private mutating func add(_ text: UnsafeBufferPointer<UInt8>, integerDigits: Int, scale: Int) {
        self.integerDigits = max(self.integerDigits, integerDigits)
        self.scale = max(self.scale, scale)
        let hasExponent = text.contains { $0 | 0x20 == UInt8(ascii: "e") }
        let point = text.firstIndex(of: UInt8(ascii: "."))
        hasFraction = hasFraction || hasExponent || point != nil
        spelledScale = max(spelledScale, hasExponent ? scale : point.map { text.count - 1 - $0 } ?? 0)
    }

    /// Precision = integer digits + scale; the scale is at least 1 where a number has a fraction or exponent. What does
    /// not fit into 38 digits is rounded to scale 32 where the integer part then fits; nil where it does not.
    var type: ColumnType? {
        guard !isHopeless else { return nil }
        let limit = Decimal128.maximumPrecision
        for candidate in [spelledScale, scale, min(scale, 32)] {
            let wanted = hasFraction ? max(1, candidate) : candidate
            if integerDigits + wanted <= limit {
                // Rounding may carry into one more digit.
                let carry = candidate < scale && integerDigits + wanted < limit ? 1 : 0
                return .decimal128(precision: max(1, integerDigits + wanted + carry), scale: wanted)
            }
        }
        return nil
    }
}
