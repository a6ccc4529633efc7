// The one place where the types of a batch's values meet. Rows of JSON pages and rows of authors both pass here.

extension ColumnSink {
    /// Integers up to here are doubles without loss.
    static let exactLimit: UInt64 = 1 << 53

    mutating func appendWidening(bool value: Bool) {
        if let hint, hint != .bool { return appendHinted(.bool(value)) }
        switch storage {
        case .none, .bool:
            storage = .bool
            append(slot: value ? 1 : 0)
        default:
            becomeText()
            store(value ? "true" : "false", mark: Mark.scalar)
        }
    }

    mutating func appendWidening(int value: Int64) {
        if let hint, hint != .int64 { return appendHinted(.int(value)) }
        switch storage {
        case .none, .int64:
            storage = .int64
            append(slot: value)
        case .float64 where value.magnitude <= Self.exactLimit:
            append(slot: Int64(bitPattern: Double(value).bitPattern))
        case .float64, .number:
            becomeNumber()
            store(String(value), mark: Mark.value)
        default:
            becomeText()
            store(String(value), mark: Mark.scalar)
        }
    }

    mutating func appendWidening(double value: Double) {
        guard value.isFinite else { return appendNull() }
        if let hint, hint != .float64 { return appendHinted(.double(value)) }
        switch storage {
        case .none, .float64:
            storage = .float64
            append(slot: Int64(bitPattern: value.bitPattern))
        case .int64 where integersAreExactDoubles:
            for index in 0..<count { slots[index] = Int64(bitPattern: Double(slots[index]).bitPattern) }
            storage = .float64
            append(slot: Int64(bitPattern: value.bitPattern))
        case .int64, .number:
            becomeNumber()
            store(DecimalText.shortest(value), mark: Mark.value)
        default:
            becomeText()
            store(DecimalText.shortest(value), mark: Mark.scalar)
        }
    }

    /// Appends a number by its text: one that neither 64 bits nor a double hold exactly, or one to be kept so.
    mutating func append(number text: UnsafeBufferPointer<UInt8>) {
        if hint != nil { return appendHinted(.number(String(decoding: text, as: UTF8.self))) }
        switch storage {
        case .none, .int64, .float64, .number:
            becomeNumber()
            store(text, mark: Mark.value)
        default:
            becomeText()
            store(text, mark: Mark.scalar)
        }
    }

    /// Appends text, or the JSON text of a value, as `mark` says.
    mutating func appendWidening(text: UnsafeBufferPointer<UInt8>, mark: UInt8) {
        if let hint, hint != .utf8, hint != .binary { return appendHinted(.text(text, mark: mark)) }
        becomeText()
        store(text, mark: mark)
    }

    /// Appends a number of days since 1970-01-01.
    mutating func append(date days: Int32) {
        if let hint, hint != .date32 { return appendHinted(.date(days)) }
        switch storage {
        case .none, .date:
            storage = .date
            append(slot: Int64(days))
        case .timestamp: append(slot: Int64(days) * Self.microsecondsOfDay)
        default:
            becomeText()
            store(TimestampText.date(days: days), mark: Mark.value)
        }
    }

    /// Appends microseconds since 1970-01-01T00:00:00Z.
    mutating func append(timestamp microseconds: Int64) {
        if let hint, hint != .timestamp { return appendHinted(.timestamp(microseconds)) }
        switch storage {
        case .none, .timestamp:
            storage = .timestamp
            append(slot: microseconds)
        case .date:
            for index in 0..<count { slots[index] = slots[index] &* Self.microsecondsOfDay }
            storage = .timestamp
            append(slot: microseconds)
        default:
            becomeText()
            store(TimestampText.timestamp(microseconds: microseconds), mark: Mark.value)
        }
    }

    static let microsecondsOfDay: Int64 = 86_400_000_000

    /// Whether each integer so far is a double without loss.
    private var integersAreExactDoubles: Bool {
        (0..<count).allSatisfy { marks[$0] & Mark.present == 0 || slots[$0].magnitude <= Self.exactLimit }
    }

    mutating func store(_ text: String, mark: UInt8) {
        var text = text
        text.withUTF8 { store($0, mark: mark) }
    }

    /// Turns the numbers so far into text, exactly.
    mutating func becomeNumber() {
        switch storage {
        case .number: return
        case .none: storage = .number
        default: rewrite(as: .number) { source, index in source.scalarText(index).map { ($0, Mark.value) } }
        }
    }

    /// Turns the values so far into text: text stays, dates and timestamps become ISO 8601, the rest JSON.
    mutating func becomeText() {
        switch storage {
        case .text: return
        case .none: storage = .text
        case .number:
            storage = .text
            for index in 0..<count where marks[index] == Mark.value { marks[index] = Mark.scalar }
        case .date, .timestamp:
            rewrite(as: .text) { source, index in source.scalarText(index).map { ($0, Mark.value) } }
        default: rewrite(as: .text) { source, index in source.scalarText(index).map { ($0, Mark.scalar) } }
        }
    }

    /// The text of a value that is not stored as bytes.
    private func scalarText(_ index: Int) -> [UInt8]? {
        let slot = slots[index]
        switch storage {
        case .bool: return Array((slot != 0 ? "true" : "false").utf8)
        case .int32, .int64: return Array(String(slot).utf8)
        case .float64: return Array(DecimalText.shortest(Double(bitPattern: UInt64(bitPattern: slot))).utf8)
        case .date: return Array(TimestampText.date(days: Int32(truncatingIfNeeded: slot)).utf8)
        case .timestamp: return Array(TimestampText.timestamp(microseconds: slot).utf8)
        case .none, .number, .text: return nil
        }
    }
}
