/// One column of a batch while its rows arrive, before its type is known.
///
/// A plain value of pointers, so that the loop over a page touches no reference count and no bounds check. Each row has a
/// mark (what kind of value it is) and a slot of eight bytes: the value itself, or for bytes the end of its range in
/// `data`. The owner, `ColumnStore`, frees the memory, and makes room for a row before one is appended: `capacity` is
/// always greater than `count` when an append function runs. A column may be behind the store's rows, and is brought up by
/// `align` before it gets a value.
struct ColumnSink {
    /// How the values so far are stored. It widens as values demand; see `ColumnSink+Widening`.
    enum Storage: UInt8 {
        /// Nulls only.
        case none
        case bool, int64, float64
        /// Integers that were proved to fit into 32 bits, as the hint asks.
        case int32
        /// Numbers as text, exact: integers beyond 64 bit, and numbers that a double does not hold.
        case number
        case text
        /// Days since 1970-01-01.
        case date
        /// Microseconds since 1970-01-01T00:00:00Z.
        case timestamp
    }

    /// What a row holds.
    enum Mark {
        /// No value came for the row.
        static let absent: UInt8 = 0
        /// A value of the column's storage; in `text` a text.
        static let value: UInt8 = 1
        /// In `text`: the JSON text of a number or boolean.
        static let scalar: UInt8 = 2
        /// In `text`: the JSON text of an object.
        static let object: UInt8 = 3
        /// In `text`: the JSON text of an array.
        static let array: UInt8 = 4
        /// A null came.
        static let null: UInt8 = 0x80
        /// The bits that are set for values only.
        static let present: UInt8 = 0x7F
    }

    var storage = Storage.none
    /// The type that was asked for, if any.
    var hint: ColumnType?
    /// The first row with a value that the hint does not allow.
    var mismatch = -1
    var count = 0

    private(set) var capacity: Int
    private(set) var marks: UnsafeMutablePointer<UInt8>
    private(set) var slots: UnsafeMutablePointer<Int64>
    private(set) var data: UnsafeMutablePointer<UInt8>
    private(set) var dataCount = 0
    private(set) var dataCapacity = 0

    // The key as it is spelled in pages, with its closing quote; no key (a constant) has length 0.
    private(set) var keyLength = 0
    /// Whether the key is spelled as it reads: without escapes.
    private let isPlain: Bool
    private var keyWord: UInt64 = 0
    private var keyMask: UInt64 = 0
    private var key: UnsafeMutablePointer<UInt8>

    /// Makes an empty column with room for `capacity` rows. `key` is the raw key without quotes, or nil.
    init(capacity: Int, hint: ColumnType?, key bytes: UnsafeBufferPointer<UInt8>?) {
        self.capacity = capacity
        self.hint = hint
        marks = .allocate(capacity: capacity)
        slots = .allocate(capacity: capacity)
        data = .allocate(capacity: 1)
        let length = bytes?.count ?? 0
        isPlain = bytes.map { !$0.contains { $0 < 0x20 || $0 == 0x22 || $0 == 0x5C } } ?? false
        key = .allocate(capacity: length + 16)
        key.initialize(repeating: 0, count: length + 16)
        guard let bytes else { return }
        if let source = bytes.baseAddress { key.update(from: source, count: length) }
        key[length] = 0x22
        keyLength = length + 1
        keyMask = keyLength >= 8 ? .max : (1 &<< UInt64(keyLength * 8)) &- 1
        keyWord = Self.word(key) & keyMask
    }

    /// Frees the memory. Nothing may be called afterwards.
    func deallocate() {
        marks.deallocate()
        slots.deallocate()
        data.deallocate()
        key.deallocate()
    }

    @inline(__always) static func word(_ place: UnsafePointer<UInt8>) -> UInt64 {
        UInt64(littleEndian: UnsafeRawPointer(place).loadUnaligned(as: UInt64.self))
    }

    /// Whether the key that starts behind a quote at `place` is this column's. The text may be read 8 bytes past its end.
    @inline(__always) func matches(_ place: UnsafePointer<UInt8>) -> Bool {
        guard Self.word(place) & keyMask == keyWord else { return false }
        return keyLength <= 8 ? keyLength > 0 : matchesRest(place)
    }

    /// Whether `text` is this column's key.
    func isNamed(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        guard isPlain, text.count == keyLength - 1 else { return false }
        for index in 0..<text.count where text[index] != key[index] { return false }
        return true
    }

    /// The quote that ends the key is part of the comparison, so the words cannot run on past the end of the text
    /// unless an earlier byte already differed: the last word is compared only up to the quote.
    @inline(__always) private func matchesRest(_ place: UnsafePointer<UInt8>) -> Bool {
        var offset = 8
        while offset &+ 8 <= keyLength {
            if Self.word(place + offset) != Self.word(key + offset) { return false }
            offset &+= 8
        }
        let rest = keyLength &- offset
        guard rest > 0 else { return true }
        return (Self.word(place + offset) ^ Self.word(key + offset)) &<< UInt64(64 &- rest &* 8) == 0
    }

    /// Bytes of text so far.
    var dataSize: Int { dataCount }

    /// Makes room for `capacity` rows.
    mutating func reserve(_ capacity: Int) {
        guard capacity > self.capacity else { return }
        let newMarks = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity)
        let newSlots = UnsafeMutablePointer<Int64>.allocate(capacity: capacity)
        newMarks.update(from: marks, count: count)
        newSlots.update(from: slots, count: count)
        marks.deallocate()
        slots.deallocate()
        marks = newMarks
        slots = newSlots
        self.capacity = capacity
    }

    /// Forgets the rows and keeps the memory.
    mutating func reset() { truncate(0) }

    /// Brings the column to `rows` rows: rows that are missing get no value, rows beyond are forgotten.
    @inline(never) mutating func align(_ rows: Int) {
        truncate(rows)
        guard count < rows else { return }
        (marks + count).update(repeating: Mark.absent, count: rows - count)
        (slots + count).update(repeating: Int64(dataCount), count: rows - count)
        count = rows
    }

    /// Forgets the rows from `rows` on.
    mutating func truncate(_ rows: Int) {
        guard count > rows else { return }
        count = rows
        if storage == .text || storage == .number { dataCount = rows > 0 ? Int(slots[rows - 1]) : 0 }
        if mismatch >= rows { mismatch = -1 }
        if rows == 0 {
            storage = .none
            dataCount = 0
        }
    }
}

// MARK: Appending what fits

extension ColumnSink {
    @inline(__always) mutating func append(slot: Int64, mark: UInt8 = Mark.value) {
        slots[count] = slot
        marks[count] = mark
        count &+= 1
    }

    /// Appends a row without a value. The slot is the end of the bytes so far, which makes an empty range of it.
    @inline(__always) mutating func appendNull(_ mark: UInt8 = Mark.null) {
        append(slot: Int64(dataCount), mark: mark)
    }

    @inline(__always) mutating func append(bool value: Bool) {
        if storage == .bool { append(slot: value ? 1 : 0) } else { appendWidening(bool: value) }
    }

    @inline(__always) mutating func append(int value: Int64) {
        if storage == .int64 { append(slot: value) } else { appendWidening(int: value) }
    }

    /// Appends a finite double.
    @inline(__always) mutating func append(double value: Double) {
        if storage == .float64 {
            append(slot: Int64(bitPattern: value.bitPattern))
        } else {
            appendWidening(double: value)
        }
    }

    /// Appends text from a buffer that has 16 readable bytes behind the text.
    @inline(__always) mutating func append(padded source: UnsafePointer<UInt8>, count length: Int, mark: UInt8) {
        if storage == .text, hint == nil {
            store(padded: source, count: length, mark: mark)
        } else {
            appendWidening(text: UnsafeBufferPointer(start: source, count: length), mark: mark)
        }
    }

    /// Copies by 16 bytes, past the end on both sides: the target has slack for it, the source is padded.
    @inline(__always) private mutating func store(padded source: UnsafePointer<UInt8>, count length: Int, mark: UInt8) {
        if dataCount &+ length &+ 16 > dataCapacity { growData(length) }
        let target = UnsafeMutableRawPointer(data + dataCount)
        let from = UnsafeRawPointer(source)
        var offset = 0
        repeat {
            let chunk = (from + offset).loadUnaligned(as: SIMD16<UInt8>.self)
            (target + offset).storeBytes(of: chunk, as: SIMD16<UInt8>.self)
            offset &+= 16
        } while offset < length
        dataCount &+= length
        append(slot: Int64(dataCount), mark: mark)
    }

    /// Stores bytes as they are, whatever the storage; for `text` and `number`.
    mutating func store(_ bytes: UnsafeBufferPointer<UInt8>, mark: UInt8) {
        if dataCount &+ bytes.count &+ 16 > dataCapacity { growData(bytes.count) }
        if let source = bytes.baseAddress { (data + dataCount).update(from: source, count: bytes.count) }
        dataCount &+= bytes.count
        append(slot: Int64(dataCount), mark: mark)
    }

    /// Appends a value of at most `limit` bytes that `write` puts down, and counts what it wrote.
    @inline(__always)
    mutating func storeWritten(limit: Int, mark: UInt8, _ write: (UnsafeMutablePointer<UInt8>) -> Int) {
        if dataCount &+ limit &+ 16 > dataCapacity { growData(limit) }
        dataCount &+= write(data + dataCount)
        append(slot: Int64(dataCount), mark: mark)
    }

    /// Makes room for `length` more bytes and 16 of slack.
    @inline(never) private mutating func growData(_ length: Int) {
        let wanted = max(dataCount + length + 16, dataCapacity * 2, 1_024)
        let grown = UnsafeMutablePointer<UInt8>.allocate(capacity: wanted)
        grown.update(from: data, count: dataCount)
        data.deallocate()
        data = grown
        dataCapacity = wanted
    }

    /// The bytes of row `index` of a column of `text` or `number`.
    func bytes(_ index: Int) -> UnsafeBufferPointer<UInt8> {
        let start = index == 0 ? 0 : Int(slots[index - 1])
        return UnsafeBufferPointer(start: data + start, count: Int(slots[index]) - start)
    }

    /// Replaces the values of a column by bytes, row for row. `write` is handed the column as it was.
    mutating func rewrite(
        as storage: Storage, _ write: (_ source: ColumnSink, _ index: Int) -> (text: [UInt8], mark: UInt8)?
    ) {
        let source = self
        var all: [UInt8] = []
        var ends: [Int64] = []
        ends.reserveCapacity(count)
        for index in 0..<count {
            if marks[index] & Mark.present != 0, let (text, mark) = write(source, index) {
                all.append(contentsOf: text)
                marks[index] = mark
            }
            ends.append(Int64(all.count))
        }
        for index in 0..<count { slots[index] = ends[index] }
        dataCount = 0
        if all.count + 16 > dataCapacity { growData(all.count) }
        all.withUnsafeBufferPointer { source in
            if let base = source.baseAddress { data.update(from: base, count: source.count) }
        }
        dataCount = all.count
        self.storage = storage
    }
}
