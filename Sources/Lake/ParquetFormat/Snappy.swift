/// Decompresses raw Snappy blocks (google/snappy, format_description.txt), the default of Spark and delta-rs.
enum Snappy {
    /// Decompresses `source` into `target`, which has exactly the length that the block declares.
    static func decompress(_ source: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer) throws {
        var input = 0
        let declared = try length(source, &input)
        guard declared == target.count else {
            throw ParquetError.corrupt("a Snappy block of \(declared) bytes, where \(target.count) are declared")
        }
        var output = 0
        while input < source.count {
            let tag = source[input]
            input += 1
            if tag & 3 == 0 {
                let count = try literalLength(source, tag, &input)
                guard count <= source.count - input, count <= target.count - output else { throw damaged }
                copyLiteral(source, input, target, output, count)
                input += count
                output += count
            } else {
                let (offset, count) = try copyElement(source, tag, &input)
                guard offset > 0, offset <= output, count <= target.count - output else { throw damaged }
                copyBack(target, output, offset, count)
                output += count
            }
        }
        guard output == target.count else { throw damaged }
    }

    private static var damaged: ParquetError { .corrupt("a Snappy block is damaged") }

    private static func length(_ source: UnsafeRawBufferPointer, _ input: inout Int) throws -> Int {
        var result = 0
        for shift in stride(from: 0, to: 35, by: 7) {
            guard input < source.count else { throw damaged }
            let byte = source[input]
            input += 1
            result |= Int(byte & 0x7F) << shift
            if byte < 0x80 { return result }
        }
        throw damaged
    }

    @inline(__always)
    private static func literalLength(_ source: UnsafeRawBufferPointer, _ tag: UInt8, _ input: inout Int) throws -> Int
    {
        let code = Int(tag >> 2)
        if code < 60 { return code + 1 }
        let width = code - 59
        guard width <= source.count - input else { throw damaged }
        var count = 0
        for index in 0..<width { count |= Int(source[input + index]) << (8 * index) }
        input += width
        return count + 1
    }

    @inline(__always)
    private static func copyElement(
        _ source: UnsafeRawBufferPointer, _ tag: UInt8, _ input: inout Int
    ) throws -> (offset: Int, count: Int) {
        let width = tag & 3 == 1 ? 1 : tag & 3 == 2 ? 2 : 4
        guard width <= source.count - input else { throw damaged }
        var offset = 0
        for index in 0..<width { offset |= Int(source[input + index]) << (8 * index) }
        input += width
        if tag & 3 == 1 { return (offset | Int(tag & 0xE0) << 3, Int(tag >> 2 & 7) + 4) }
        return (offset, Int(tag >> 2) + 1)
    }

    @inline(__always)
    private static func copyLiteral(
        _ source: UnsafeRawBufferPointer, _ input: Int, _ target: UnsafeMutableRawBufferPointer, _ output: Int,
        _ count: Int
    ) {
        guard let from = source.baseAddress, let to = target.baseAddress else { return }
        let slack = source.count - input >= 48 && target.count - output >= 48
        copyShort(to + output, from + input, count, slack: slack)
    }

    /// Copies from what was written before; when the ranges overlap, the copy repeats itself.
    @inline(__always)
    private static func copyBack(_ target: UnsafeMutableRawBufferPointer, _ output: Int, _ offset: Int, _ count: Int) {
        guard let base = target.baseAddress else { return }
        let to = base + output
        let from = to - offset
        if offset >= 8 && target.count - output >= count + 8 {
            var done = 0
            while done < count {
                (to + done).storeBytes(of: (from + done).loadUnaligned(as: UInt64.self), as: UInt64.self)
                done += 8
            }
        } else {
            for index in 0..<count {
                to.storeBytes(of: from.load(fromByteOffset: index, as: UInt8.self), toByteOffset: index, as: UInt8.self)
            }
        }
    }
}
