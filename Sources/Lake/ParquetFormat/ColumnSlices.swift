import Columns

/// Rows of one column that wait for their row group: parts of the columns of several tables, one behind the other.
struct ColumnSlices {
    struct Slice {
        var column: Column
        var range: Range<Int>
    }

    let type: ColumnType
    private(set) var slices: [Slice] = []
    private(set) var rowCount = 0

    init(type: ColumnType) { self.type = type }

    mutating func append(_ column: Column, _ range: Range<Int>) {
        if range.isEmpty { return }
        slices.append(Slice(column: column, range: range))
        rowCount += range.count
    }

    mutating func removeAll() {
        slices.removeAll(keepingCapacity: true)
        rowCount = 0
    }

    /// Gathers the validity of all rows into `bits`; gives the number of nulls. Without nulls `bits` is left empty.
    func gatherValidity(into bits: RawBuffer) -> Int {
        bits.count = 0
        guard slices.contains(where: { $0.column.validity != nil }) else { return 0 }
        let size = (rowCount + 7) / 8
        bits.reserve(size)
        bits.base.initializeMemory(as: UInt8.self, repeating: 0, count: size)
        let target = bits.base.assumingMemoryBound(to: UInt8.self)
        var row = 0
        for slice in slices {
            if let validity = slice.column.validity {
                validity.bytes.withUnsafeBufferPointer { source in
                    guard let source = source.baseAddress else { return }
                    BitCopy.copy(source, slice.range.lowerBound, target, row, slice.range.count)
                }
            } else {
                BitCopy.fill(target, row, slice.range.count)
            }
            row += slice.range.count
        }
        let nulls = rowCount - BitCopy.count(target, 0..<rowCount)
        bits.count = nulls > 0 ? size : 0
        return nulls
    }

    /// Calls `body` for each slice with its first row in the row group.
    func forEach(_ body: (Slice, _ firstRow: Int) throws -> Void) rethrows {
        var row = 0
        for slice in slices {
            try body(slice, row)
            row += slice.range.count
        }
    }
}

/// Gathers the values that are present of fixed-width columns into one run of memory, as PLAIN encoding stores them.
enum FixedValues {
    /// Gathers into `output`; gives the bytes of one value. Booleans are another matter (``BooleanValues``).
    static func gather(_ column: ColumnSlices, validity: RawBuffer, into output: RawBuffer) throws -> Int {
        let type = column.type
        output.count = 0
        let width = Self.width(of: type)
        output.reserve((column.rowCount + 1) * max(width, 8))
        try column.forEach { slice, row in
            let present = Presence(validity, row)
            switch slice.column.values {
            case .int32(let array): compact(array, slice.range, present, output)
            case .int64(let array): compact(array, slice.range, present, output)
            case .float64(let array): compact(array, slice.range, present, output)
            case .decimal128(let array): try compact(decimals: array, slice.range, present, type, width, output)
            case .bool, .bytes: throw ParquetError.misuse("a column of type \(type) holds values of another layout")
            }
        }
        return width
    }

    static func width(of type: ColumnType) -> Int {
        switch type {
        case .int32, .date32: 4
        case .int64, .timestamp, .float64: 8
        case .decimal128(let precision, _):
            precision <= ColumnType.decimalDigitsOfInt32
                ? 4 : precision <= ColumnType.decimalDigitsOfInt64 ? 8 : ColumnType.decimalWidth(precision: precision)
        case .bool, .utf8, .binary: 0
        }
    }

    private static func compact<Element: BitwiseCopyable>(
        _ array: [Element], _ range: Range<Int>, _ present: Presence, _ output: RawBuffer
    ) {
        let width = MemoryLayout<Element>.stride
        array.withUnsafeBufferPointer { source in
            guard let start = source.baseAddress else { return }
            let target = (output.base + output.count).assumingMemoryBound(to: Element.self)
            guard let bits = present.bits else {
                target.update(from: start + range.lowerBound, count: range.count)
                output.count += range.count * width
                return
            }
            // Each value is stored, and the next one over it when it was null: no branch that depends on the data.
            var written = 0
            for index in 0..<range.count {
                target[written] = start[range.lowerBound + index]
                written += Presence.bit(bits, present.start + index)
            }
            output.count += written * width
        }
    }

    private static func compact(
        decimals array: [Int128], _ range: Range<Int>, _ present: Presence, _ type: ColumnType, _ width: Int,
        _ output: RawBuffer
    ) throws {
        guard case .decimal128(let precision, _) = type else {
            throw ParquetError.misuse("decimals in a column of type \(type)")
        }
        var limit: Int128 = 1
        for _ in 0..<min(precision, 38) { limit *= 10 }
        for index in 0..<range.count where present[index] {
            let value = array[range.lowerBound + index]
            guard value > -limit && value < limit else {
                throw ParquetError.misuse("a decimal of more than the \(precision) digits of its column")
            }
            switch width {
            case 4: (output.base + output.count).storeBytes(of: Int32(truncatingIfNeeded: value), as: Int32.self)
            case 8: (output.base + output.count).storeBytes(of: Int64(truncatingIfNeeded: value), as: Int64.self)
            default:
                let shifted = value << Int128(8 * (16 - width))
                (output.base + output.count).storeBytes(of: shifted.bigEndian, as: Int128.self)
            }
            output.count += width
        }
    }
}

/// Which rows are there, from a given row of the row group on.
struct Presence {
    /// Nil when all rows are.
    let bits: UnsafePointer<UInt8>?
    let start: Int

    init(_ validity: RawBuffer, _ start: Int) {
        bits = validity.count == 0 ? nil : UnsafePointer(validity.base.assumingMemoryBound(to: UInt8.self))
        self.start = start
    }

    subscript(index: Int) -> Bool { bits.map { Self.bit($0, start + index) != 0 } ?? true }

    @inline(__always)
    static func bit(_ bits: UnsafePointer<UInt8>, _ index: Int) -> Int {
        Int(bits[index &>> 3] &>> UInt8(truncatingIfNeeded: index & 7) & 1)
    }
}

/// Gathers booleans that are present, one byte each; PLAIN encoding packs them afterwards.
enum BooleanValues {
    static func gather(_ column: ColumnSlices, validity: RawBuffer, into output: RawBuffer) throws {
        output.count = 0
        output.reserve(column.rowCount + 1)
        let target = output.base.assumingMemoryBound(to: UInt8.self)
        var written = 0
        try column.forEach { slice, row in
            guard case .bool(let values) = slice.column.values else {
                throw ParquetError.misuse("a column of type bool holds values of another layout")
            }
            let present = Presence(validity, row)
            values.bytes.withUnsafeBufferPointer { source in
                guard let source = source.baseAddress else { return }
                for index in 0..<slice.range.count {
                    target[written] = UInt8(Presence.bit(source, slice.range.lowerBound + index))
                    written += present.bits.map { Presence.bit($0, row + index) } ?? 1
                }
            }
        }
        output.count = written
    }

    /// Packs the booleans of `range`, eight to a byte.
    static func pack(_ values: RawBuffer, _ range: Range<Int>, to output: RawBuffer) {
        let source = values.base.assumingMemoryBound(to: UInt8.self)
        var byte: UInt8 = 0
        for (position, index) in range.enumerated() {
            byte |= source[index] << UInt8(position & 7)
            if position & 7 == 7 {
                output.append(byte)
                byte = 0
            }
        }
        if range.count & 7 != 0 { output.append(byte) }
    }
}
