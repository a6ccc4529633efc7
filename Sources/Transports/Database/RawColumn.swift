import Columns

/// One column of a batch under construction, in memory of its own.
///
/// A plain struct behind a pointer: the drivers write millions of cells a second, and a Swift array inside a class
/// would pay for a uniqueness and an exclusivity check with each of them. ``BatchBuffer`` owns the memory and grows it
/// before a row is written, so that a cell is a store and nothing else.
struct RawColumn {
    private(set) var type: ColumnType
    /// Cells of fixed width: the values themselves, one byte for a bool, the end offset for strings of bytes.
    private var cells: UnsafeMutableRawPointer
    /// One bit for each row, cleared for a null.
    private var validity: UnsafeMutablePointer<UInt8>
    private var capacity: Int
    private var nullCount = 0
    private var data: UnsafeMutablePointer<UInt8>
    private(set) var dataCount = 0
    private var dataCapacity: Int

    init(_ type: ColumnType, capacity: Int) {
        self.type = type
        self.capacity = capacity
        cells = .allocate(byteCount: capacity * Self.width(of: type), alignment: 16)
        validity = .allocate(capacity: (capacity + 7) / 8)
        validity.initialize(repeating: 0xFF, count: (capacity + 7) / 8)
        dataCapacity = Self.holdsBytes(type) ? 1 << 10 : 1
        data = .allocate(capacity: dataCapacity)
    }

    func deallocate() {
        cells.deallocate()
        validity.deallocate()
        data.deallocate()
    }

    private static func width(of type: ColumnType) -> Int {
        switch type {
        case .bool: 1
        case .int32, .date32, .utf8, .binary: 4
        case .int64, .timestamp, .float64: 8
        case .decimal128: 16
        }
    }

    private static func holdsBytes(_ type: ColumnType) -> Bool { type == .utf8 || type == .binary }

    /// Makes room for `rows` rows in all; `count` are there.
    mutating func grow(to rows: Int, count: Int) {
        let width = Self.width(of: type)
        let larger = UnsafeMutableRawPointer.allocate(byteCount: rows * width, alignment: 16)
        larger.copyMemory(from: cells, byteCount: count * width)
        cells.deallocate()
        cells = larger
        let bits = UnsafeMutablePointer<UInt8>.allocate(capacity: (rows + 7) / 8)
        bits.initialize(repeating: 0xFF, count: (rows + 7) / 8)
        bits.update(from: validity, count: (capacity + 7) / 8)
        validity.deallocate()
        validity = bits
        capacity = rows
    }

    // MARK: Cells. `row` is below the capacity, and rows come in order.

    @inline(__always) mutating func setNull(_ row: Int) {
        validity[row &>> 3] &= ~(1 &<< UInt8(truncatingIfNeeded: row & 7))
        nullCount &+= 1
        switch type {
        case .bool: set(row, UInt8(0))
        case .int32, .date32: set(row, Int32(0))
        case .utf8, .binary: set(row, Int32(truncatingIfNeeded: dataCount))
        case .int64, .timestamp, .float64: set(row, Int64(0))
        case .decimal128: set(row, Int128(0))
        }
    }

    /// Writes a cell of fixed width; the layout of `Cell` must be the column's.
    @inline(__always) func set<Cell: BitwiseCopyable>(_ row: Int, _ value: Cell) {
        (cells + row &* MemoryLayout<Cell>.stride).storeBytes(of: value, as: Cell.self)
    }

    @inline(__always) func set(_ row: Int, bool: Bool) { set(row, bool ? UInt8(1) : 0) }

    @inline(__always) mutating func set(_ row: Int, bytes: UnsafePointer<UInt8>, count: Int) {
        let target = reserve(count)
        target.update(from: bytes, count: count)
        set(row, Int32(truncatingIfNeeded: dataCount))
    }

    /// Room for `count` bytes of a value that the caller writes itself, and closes with ``endBytes(_:)``.
    @inline(__always) mutating func reserve(_ count: Int) -> UnsafeMutablePointer<UInt8> {
        if dataCount &+ count > dataCapacity { growData(by: count) }
        let target = data + dataCount
        dataCount &+= count
        return target
    }

    @inline(__always) func endBytes(_ row: Int) { set(row, Int32(truncatingIfNeeded: dataCount)) }

    mutating func set(_ row: Int, text: String) {
        var text = text
        text.withUTF8 { utf8 in
            let target = reserve(utf8.count)
            if let base = utf8.baseAddress { target.update(from: base, count: utf8.count) }
        }
        endBytes(row)
    }

    mutating func set(_ row: Int, binary bytes: UnsafeBufferPointer<UInt8>) {
        if let base = bytes.baseAddress { set(row, bytes: base, count: bytes.count) } else { endBytes(row) }
    }

    /// Writes text of unknown encoding: what is not UTF-8 is replaced by U+FFFD.
    mutating func set(_ row: Int, repairing bytes: UnsafeRawBufferPointer) {
        guard let base = bytes.baseAddress, !bytes.isEmpty else { return endBytes(row) }
        if Self.isASCII(bytes) {
            set(row, bytes: base.assumingMemoryBound(to: UInt8.self), count: bytes.count)
        } else {
            set(row, text: String(decoding: bytes, as: UTF8.self))
        }
    }

    private static func isASCII(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var position = 0
        while position &+ 8 <= bytes.count {
            if bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self) & 0x8080_8080_8080_8080 != 0 {
                return false
            }
            position &+= 8
        }
        while position < bytes.count {
            if bytes[position] >= 0x80 { return false }
            position &+= 1
        }
        return true
    }

    private mutating func growData(by count: Int) {
        let larger = max(dataCapacity * 2, dataCount + count)
        let target = UnsafeMutablePointer<UInt8>.allocate(capacity: larger)
        target.update(from: data, count: dataCount)
        data.deallocate()
        data = target
        dataCapacity = larger
    }

    // MARK: The end of a batch

    /// The first `rows` rows as a column; the memory is kept for the next batch.
    mutating func finish(rows: Int) -> Column {
        defer {
            validity.update(repeating: 0xFF, count: (capacity + 7) / 8)
            nullCount = 0
            dataCount = 0
        }
        return copy(rows: rows)
    }

    /// The first `rows` rows as a column.
    func copy(rows: Int) -> Column {
        Column(type: type, validity: nullCount == 0 ? nil : bitmap(rows), values: values(rows))
    }

    /// Changes the type of an empty column.
    mutating func reset(to newType: ColumnType) {
        let rows = capacity
        deallocate()
        self = RawColumn(newType, capacity: rows)
    }

    private func bitmap(_ rows: Int) -> Bitmap {
        Bitmap(bytes: Array(UnsafeBufferPointer(start: validity, count: (rows + 7) / 8)), count: rows)
    }

    private func values(_ rows: Int) -> Column.Values {
        switch type {
        case .bool: .bool(packedBools(rows))
        case .int32, .date32: .int32(array(rows))
        case .int64, .timestamp: .int64(array(rows))
        case .float64: .float64(array(rows))
        case .decimal128: .decimal128(array(rows))
        case .utf8, .binary:
            .bytes(
                Column.ByteStrings(
                    offsets: [0] + array(rows) as [Int32],
                    data: Array(UnsafeBufferPointer(start: data, count: dataCount))))
        }
    }

    private func array<Cell: BitwiseCopyable>(_ rows: Int) -> [Cell] {
        let start = UnsafePointer(cells.assumingMemoryBound(to: Cell.self))
        return Array(UnsafeBufferPointer(start: start, count: rows))
    }

    private func packedBools(_ rows: Int) -> Bitmap {
        var bytes = [UInt8](repeating: 0, count: (rows + 7) / 8)
        for row in 0..<rows where cells.load(fromByteOffset: row, as: UInt8.self) != 0 {
            bytes[row >> 3] |= 1 << UInt8(row & 7)
        }
        return Bitmap(bytes: bytes, count: rows)
    }
}
