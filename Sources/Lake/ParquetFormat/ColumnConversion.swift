import Columns

extension ColumnInterpretation {
    /// Makes a column of our model of physical values.
    func column(_ physical: ChunkReader.Physical, validity: Bitmap?) throws -> Column {
        Column(type: type, validity: validity, values: try values(physical, validity))
    }

    private func values(_ physical: ChunkReader.Physical, _ validity: Bitmap?) throws -> Column.Values {
        switch (physical, conversion) {
        case (.bool(let bits), .none): return .bool(bits)
        case (.int32(let array), .none): return .int32(array)
        case (.int32(let array), .unsignedInt32): return .int64(array.map { Int64(UInt32(bitPattern: $0)) })
        case (.int32(let array), .decimal): return .decimal128(array.map { Int128($0) })
        case (.int64(let array), .none): return .int64(array)
        case (.int64(let array), .decimal): return .decimal128(array.map { Int128($0) })
        case (.int64(let array), .unsignedInt64): return .decimal128(array.map { Int128(UInt64(bitPattern: $0)) })
        case (.int64(let array), .milliseconds): return .int64(try array.map(Self.fromMilliseconds))
        case (.int64(let array), .nanoseconds): return .int64(try array.map(Self.fromNanoseconds))
        case (.int96(let array), .int96):
            return .int64(
                try array.enumerated().map { index, value in
                    validity.map { !$0[index] } ?? false ? 0 : try Self.fromInt96(value)
                })
        case (.float(let array), .widenFloat): return .float64(array.map(Double.init))
        case (.double(let array), .none): return .float64(array)
        case (.bytes(let strings), .none): return .bytes(strings)
        case (.bytes(let strings), .text):
            try UTF8Check.check(strings)
            return .bytes(strings)
        case (.bytes(let strings), .decimal): return .decimal128(try Self.decimals(strings))
        default: throw ParquetError.unsupported("the column's values do not fit the type \(type)")
        }
    }

    private static func fromMilliseconds(_ value: Int64) throws -> Int64 {
        let (result, overflow) = value.multipliedReportingOverflow(by: 1000)
        guard !overflow else { throw ParquetError.unsupported("a timestamp beyond the range of microseconds") }
        return result
    }

    private static func fromNanoseconds(_ value: Int64) throws -> Int64 {
        guard value % 1000 == 0 else {
            throw ParquetError.unsupported(
                "a timestamp with nanoseconds, of which this model keeps microseconds; cast the column first")
        }
        return value / 1000
    }

    /// Julian day 2,440,588 is 1970-01-01.
    private static func fromInt96(_ value: Int96) throws -> Int64 {
        let nanoseconds = Int64(bitPattern: UInt64(value.middle) << 32 | UInt64(value.low))
        let days = Int64(value.day) - 2_440_588
        let (start, overflow) = days.multipliedReportingOverflow(by: 86_400_000_000)
        let (result, overflow2) = start.addingReportingOverflow(try fromNanoseconds(nanoseconds))
        guard !overflow, !overflow2 else {
            throw ParquetError.unsupported("a timestamp beyond the range of microseconds")
        }
        return result
    }

    private static func decimals(_ strings: Column.ByteStrings) throws -> [Int128] {
        try strings.data.withUnsafeBytes { data in
            try (0..<strings.count).map { index in
                let range = strings.range(index)
                guard range.count <= 16 else { throw ParquetError.unsupported("a decimal of \(range.count) bytes") }
                guard let base = data.baseAddress, !range.isEmpty else { return 0 }
                return RangeFinder.bigEndian(base + range.lowerBound, range.count)
            }
        }
    }
}

/// Checks text, so that a `utf8` column never holds anything else.
enum UTF8Check {
    /// Throws when one of the strings is not valid UTF-8.
    static func check(_ strings: Column.ByteStrings) throws {
        let isText = strings.data.withUnsafeBytes { data in
            if isASCII(data) { return true }
            // When the whole is valid and each string begins with a first byte, each string is valid.
            return isValid(data) && strings.offsets.allSatisfy { Int($0) == data.count || data[Int($0)] & 0xC0 != 0x80 }
        }
        guard isText else { throw ParquetError.corrupt("the column is text, and holds bytes that are not UTF-8") }
    }

    private static func isASCII(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var index = 0
        while index + 32 <= bytes.count {
            let first = bytes.loadUnaligned(fromByteOffset: index, as: SIMD4<UInt64>.self)
            if (first[0] | first[1] | first[2] | first[3]) & 0x8080_8080_8080_8080 != 0 { return false }
            index += 32
        }
        while index < bytes.count {
            if bytes[index] >= 0x80 { return false }
            index += 1
        }
        return true
    }

    private static func isValid(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var index = 0
        while index < bytes.count {
            if bytes.count - index >= 8,
                bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self) & 0x8080_8080_8080_8080 == 0
            {
                index += 8
                continue
            }
            let length = scalarLength(bytes, index)
            if length == 0 { return false }
            index += length
        }
        return true
    }

    /// The length of the scalar at `index`, or 0 when it is not valid (Unicode 15, table 3-7).
    @inline(__always)
    private static func scalarLength(_ bytes: UnsafeRawBufferPointer, _ index: Int) -> Int {
        let first = bytes[index]
        if first < 0x80 { return 1 }
        let length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2
        guard first >= 0xC2, first <= 0xF4, index + length <= bytes.count else { return 0 }
        let second = bytes[index + 1]
        let low: UInt8 = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80
        let high: UInt8 = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF
        guard second >= low, second <= high else { return 0 }
        for offset in 2..<max(2, length) where bytes[index + offset] & 0xC0 != 0x80 { return 0 }
        return length
    }
}
