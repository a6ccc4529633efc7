import Columns

/// The primary keys of a table's rows as strings of bytes: equal keys, equal bytes.
///
/// A key of several columns becomes one string, so that hashing and comparing need not know types. Null has a spelling of
/// its own and so equals null; an `int32` is spelled as an `int64`; −0.0 as 0.0; every NaN alike.
struct EncodedKeys: Sendable {
    private var bytes: [UInt8]
    /// Key `i` lies in `bytes[offsets[i]..<offsets[i + 1]]`.
    private var offsets: [Int]
    private(set) var hashes: [UInt64]

    var count: Int { hashes.count }

    /// Bytes of memory held.
    var byteCount: Int { bytes.count + 8 * offsets.count + 8 * hashes.count }

    /// Encodes the keys of all rows. A column that is nil is null in every row.
    init(_ columns: [Column?], rowCount: Int) {
        offsets = Self.layOut(columns, rowCount: rowCount)
        bytes = []
        hashes = []
        fill(columns)
        hashes = computeHashes()
    }

    /// Whether key `index` of this equals key `other` of `keys`.
    @inline(__always)
    func equals(_ index: Int, _ keys: EncodedKeys, _ other: Int) -> Bool {
        let (start, otherStart) = (offsets[index], keys.offsets[other])
        let length = offsets[index + 1] - start
        guard keys.offsets[other + 1] - otherStart == length else { return false }
        for position in 0..<length where bytes[start + position] != keys.bytes[otherStart + position] { return false }
        return true
    }

    // MARK: Encoding

    private static func layOut(_ columns: [Column?], rowCount: Int) -> [Int] {
        // One byte for each column tells null from value; text and bytes carry their length in four more.
        var fixed = columns.count
        for column in columns { fixed += column.map { width($0) } ?? 0 }
        var offsets = [Int](repeating: 0, count: rowCount + 1)
        for row in 0..<rowCount { offsets[row + 1] = fixed }
        for case let column? in columns {
            guard case .bytes(let strings) = column.values else { continue }
            for row in 0..<rowCount where !column.isNull(row) { offsets[row + 1] += strings.range(row).count }
        }
        for row in 0..<rowCount { offsets[row + 1] += offsets[row] }
        return offsets
    }

    private static func width(_ column: Column) -> Int {
        switch column.values {
        case .bool: 1
        case .int32, .int64, .float64: 8
        case .decimal128: 16
        case .bytes: 4
        }
    }

    private mutating func fill(_ columns: [Column?]) {
        var cursors = Array(offsets.dropLast())
        bytes = [UInt8](repeating: 0, count: offsets[offsets.count - 1])
        // The cursors stay within the layout above: each column moves them by exactly the bytes that it was given.
        bytes.withUnsafeMutableBytes { target in
            for column in columns {
                guard let column else {
                    for row in cursors.indices { cursors[row] += 1 }
                    continue
                }
                Self.write(column, into: target, at: &cursors)
            }
        }
    }

    private static func write(_ column: Column, into target: UnsafeMutableRawBufferPointer, at cursors: inout [Int]) {
        switch column.values {
        case .bool(let bits): fixed(column, 1, into: target, at: &cursors) { UInt8(bits[$0] ? 1 : 0) }
        case .int32(let array): fixed(column, 8, into: target, at: &cursors) { Int64(array[$0]) }
        case .int64(let array): fixed(column, 8, into: target, at: &cursors) { array[$0] }
        case .float64(let array): fixed(column, 8, into: target, at: &cursors) { canonical(array[$0]) }
        case .decimal128(let array): fixed(column, 16, into: target, at: &cursors) { array[$0] }
        case .bytes(let strings): variable(column, strings, into: target, at: &cursors)
        }
    }

    private static func canonical(_ value: Double) -> UInt64 {
        value == 0 ? 0 : value.isNaN ? Double.nan.bitPattern : value.bitPattern
    }

    @inline(__always)
    private static func fixed<Element: BitwiseCopyable>(
        _ column: Column, _ width: Int, into target: UnsafeMutableRawBufferPointer, at cursors: inout [Int],
        _ value: (Int) -> Element
    ) {
        for row in cursors.indices {
            let cursor = cursors[row]
            if !column.isNull(row) {
                target[cursor] = 1
                target.storeBytes(of: value(row), toByteOffset: cursor + 1, as: Element.self)
            }
            cursors[row] = cursor + 1 + width
        }
    }

    private static func variable(
        _ column: Column, _ strings: Column.ByteStrings, into target: UnsafeMutableRawBufferPointer,
        at cursors: inout [Int]
    ) {
        strings.data.withUnsafeBytes { data in
            for row in cursors.indices {
                let cursor = cursors[row]
                guard !column.isNull(row) else {
                    cursors[row] = cursor + 5
                    continue
                }
                let range = strings.range(row)
                target[cursor] = 1
                target.storeBytes(of: UInt32(range.count), toByteOffset: cursor + 1, as: UInt32.self)
                UnsafeMutableRawBufferPointer(rebasing: target[(cursor + 5)..<(cursor + 5 + range.count)])
                    .copyMemory(from: UnsafeRawBufferPointer(rebasing: data[range]))
                cursors[row] = cursor + 5 + range.count
            }
        }
    }

    // MARK: Hashing

    private func computeHashes() -> [UInt64] {
        bytes.withUnsafeBytes { data in
            (0..<(offsets.count - 1)).map { Self.hash(data, offsets[$0]..<offsets[$0 + 1]) }
        }
    }

    /// A different start in each process, so that nobody can prepare keys that collide.
    private static let seed = UInt64.random(in: .min ... .max)

    /// Multiply and fold, eight bytes at a time (the scheme of wyhash).
    private static func hash(_ data: UnsafeRawBufferPointer, _ range: Range<Int>) -> UInt64 {
        var state = seed ^ UInt64(range.count)
        var position = range.lowerBound
        while position + 8 <= range.upperBound {
            state = mix(state ^ data.loadUnaligned(fromByteOffset: position, as: UInt64.self))
            position += 8
        }
        var rest: UInt64 = 0
        while position < range.upperBound {
            rest = rest << 8 | UInt64(data[position])
            position += 1
        }
        return mix(state ^ rest ^ 0x9E37_79B9_7F4A_7C15)
    }

    private static func mix(_ value: UInt64) -> UInt64 {
        let product = (value ^ 0xA076_1D64_78BD_642F).multipliedFullWidth(by: 0xE703_7ED1_A0B4_28DB)
        return product.high ^ product.low
    }
}
