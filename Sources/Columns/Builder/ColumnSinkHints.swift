// Columns whose type was asked for: values are brought into it, or the first that cannot be is remembered.

extension ColumnSink {
    /// A value on its way into a column of a given type.
    enum Incoming {
        case bool(Bool)
        case int(Int64)
        case double(Double)
        /// A number that is neither of the above without loss.
        case number(String)
        /// Text, or JSON text as the mark says.
        case text(UnsafeBufferPointer<UInt8>, mark: UInt8)
        case date(Int32)
        case timestamp(Int64)
    }

    /// Appends a value to a column of type `hint`.
    mutating func appendHinted(_ value: Incoming) {
        guard let hint else { return }
        switch hint {
        case .utf8, .binary: appendAsText(value)
        case .bool: appendMismatch()
        case .int32, .int64: appendInteger(value)
        case .float64: appendFloat(value)
        case .decimal128: appendDecimal(value)
        case .date32, .timestamp: appendTime(value, isDate: hint == .date32)
        }
    }

    /// A value that the type does not allow: the row stays null until the caller sees `mismatch` and throws.
    private mutating func appendMismatch() {
        if mismatch < 0 { mismatch = count }
        appendNull()
    }

    private mutating func appendAsText(_ value: Incoming) {
        becomeText()
        switch value {
        case .text(let bytes, let mark): store(bytes, mark: mark)
        case .bool(let flag): store(flag ? "true" : "false", mark: Mark.value)
        case .int(let number): store(String(number), mark: Mark.value)
        case .double(let number): store(DecimalText.shortest(number), mark: Mark.value)
        case .number(let text): store(text, mark: Mark.value)
        case .date(let days): store(TimestampText.date(days: days), mark: Mark.value)
        case .timestamp(let microseconds): store(TimestampText.timestamp(microseconds: microseconds), mark: Mark.value)
        }
    }

    /// The exact decimal spelling of a number, or of text that is one.
    private func number(_ value: Incoming) -> String? {
        switch value {
        case .int(let number): String(number)
        case .double(let number): DecimalText.shortest(number)
        case .number(let text): text
        case .text(let bytes, Mark.value): String(decoding: bytes, as: UTF8.self)
        default: nil
        }
    }

    private mutating func appendInteger(_ value: Incoming) {
        let range: ClosedRange<Int64> = hint == .int32 ? Int64(Int32.min)...Int64(Int32.max) : .min ... .max
        guard let text = number(value), let digits = DecimalDigits(parsing: text), digits.scale == 0,
            let whole = digits.unscaled(atScale: 0).flatMap({ Int64(exactly: $0) }), range.contains(whole)
        else { return appendMismatch() }
        storage = hint == .int32 ? .int32 : .int64
        append(slot: whole)
    }

    private mutating func appendFloat(_ value: Incoming) {
        guard let text = number(value), DecimalDigits(parsing: text) != nil, let number = Double(text) else {
            return appendMismatch()
        }
        guard number.isFinite else { return appendNull() }
        storage = .float64
        append(slot: Int64(bitPattern: number.bitPattern))
    }

    private mutating func appendDecimal(_ value: Incoming) {
        guard case .decimal128(let precision, let scale) = hint, let text = number(value),
            let unscaled = DecimalDigits(parsing: text)?.unscaled(atScale: scale),
            Decimal128(unscaled: unscaled, scale: scale).precision <= precision
        else { return appendMismatch() }
        becomeNumber()
        store(Decimal128(unscaled: unscaled, scale: scale).description, mark: Mark.value)
    }

    /// Text is parsed, and is null where it is no point in time; integers stay integers (seconds, as an upstream counts)
    /// unless the column holds parsed text as well.
    private mutating func appendTime(_ value: Incoming, isDate: Bool) {
        switch value {
        case .text(let bytes, Mark.value):
            guard let microseconds = TimestampParser.microseconds(bytes: bytes) else { return appendNull() }
            append(time: microseconds, isDate: isDate)
        case .timestamp(let microseconds): append(time: microseconds, isDate: isDate)
        case .date(let days): append(time: Int64(days) * Self.microsecondsOfDay, isDate: isDate)
        case .int(let seconds) where storage == .none || storage == .int64:
            storage = .int64
            append(slot: seconds)
        case .int(let seconds): append(time: Self.microseconds(ofSeconds: seconds), isDate: isDate)
        case .double(let seconds): append(time: Int64(exactly: (seconds * 1e6).rounded()), isDate: isDate)
        default: appendNull()
        }
    }

    private static func microseconds(ofSeconds seconds: Int64) -> Int64? {
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000)
        return overflow ? nil : product
    }

    private mutating func append(time microseconds: Int64?, isDate: Bool) {
        if storage == .int64 { secondsBecomeTimes(isDate: isDate) }
        guard let microseconds else { return appendNull() }
        storage = isDate ? .date : .timestamp
        append(slot: isDate ? TimestampText.split(microseconds).days : microseconds)
    }

    private mutating func secondsBecomeTimes(isDate: Bool) {
        for index in 0..<count where marks[index] & Mark.present != 0 {
            if let microseconds = Self.microseconds(ofSeconds: slots[index]) {
                slots[index] = isDate ? TimestampText.split(microseconds).days : microseconds
            } else {
                marks[index] = Mark.null
            }
        }
        storage = isDate ? .date : .timestamp
    }
}
