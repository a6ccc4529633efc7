/// Compresses pages and strings them together into a column chunk.
final class PageWriter {
    private(set) var output = RawBuffer(capacity: 1 << 16)
    private let compressor: PageCompressor
    private let hasChecksums: Bool
    private var dictionaryStart: Int?
    private var firstDataPage: Int?
    private var uncompressedSize = 0
    private var encodings: [PageEncoding] = []

    init(_ options: ParquetOptions) {
        compressor = PageCompressor(options.compression)
        hasChecksums = options.pageChecksums
    }

    /// Begins a new chunk.
    func begin() {
        output.count = 0
        (dictionaryStart, firstDataPage, uncompressedSize) = (nil, nil, 0)
        encodings = [.rle]
    }

    func dictionary(_ entries: RawBuffer, entryCount: Int) throws {
        dictionaryStart = output.count
        note(.plain)
        try append(.dictionary(valueCount: Int32(entryCount), encoding: .plain), entries)
    }

    /// Appends a data page, version 1: levels and values in one compressed body.
    func data(_ body: RawBuffer, valueCount: Int, encoding: PageEncoding) throws {
        if firstDataPage == nil { firstDataPage = output.count }
        note(encoding)
        try append(.data(PageHeader.DataPageHeader(valueCount: Int32(valueCount), encoding: encoding)), body)
    }

    /// The metadata of the chunk as far as the pages know it; `offset` is where it begins in the file.
    func metadata(at offset: Int) -> ColumnChunkMetadata {
        var metadata = ColumnChunkMetadata()
        metadata.encodings = encodings
        metadata.codec = compressor.codec
        metadata.uncompressedSize = Int64(uncompressedSize)
        metadata.compressedSize = Int64(output.count)
        metadata.dataPageOffset = Int64(offset + (firstDataPage ?? 0))
        metadata.dictionaryPageOffset = dictionaryStart.map { Int64(offset + $0) }
        return metadata
    }

    private func note(_ encoding: PageEncoding) {
        if !encodings.contains(encoding) { encodings.append(encoding) }
    }

    private func append(_ kind: PageHeader.Kind, _ body: RawBuffer) throws {
        let compressed = try compressor.compress(body.bytes)
        guard let size = Int32(exactly: body.count), let compressedSize = Int32(exactly: compressed.count) else {
            throw ParquetError.limit("a page of \(body.count) bytes; a page holds less than 2 GiB")
        }
        var header = PageHeader(kind: kind, uncompressedSize: size, compressedSize: compressedSize)
        if hasChecksums { header.checksum = Checksum.crc32(compressed) }
        var writer = ThriftWriter()
        header.write(to: &writer)
        writer.bytes.withUnsafeBytes { output.append($0) }
        output.append(compressed)
        uncompressedSize += writer.bytes.count + body.count
    }
}

/// Writes definition and repetition levels as data pages of version 1 hold them: four bytes of length, then runs.
enum LevelWriter {
    /// The definition levels of rows of a flat, nullable column. Levels of one bit, packed, are validity bits as such.
    static func appendDefinition(_ validity: RawBuffer, _ rows: Range<Int>, to output: RawBuffer) {
        let lengthPosition = beginLength(output)
        let present = presentCount(validity, rows)
        if present == rows.count || present == 0 {
            HybridEncoder.run(of: present == 0 ? 0 : 1, count: rows.count, 1, output)
        } else {
            HybridEncoder.packedHeader(count: rows.count, output)
            let size = (rows.count + 7) / 8
            output.reserve(size)
            let target = (output.base + output.count).initializeMemory(as: UInt8.self, repeating: 0, count: size)
            BitCopy.copy(validity.base.assumingMemoryBound(to: UInt8.self), rows.lowerBound, target, 0, rows.count)
            output.count += size
        }
        endLength(lengthPosition, output)
    }

    /// Levels of any height, one number each.
    static func append(_ levels: [UInt32], maximum: Int, to output: RawBuffer) {
        let lengthPosition = beginLength(output)
        levels.withUnsafeBufferPointer {
            HybridEncoder.encode($0, width: HybridEncoder.bitWidth(of: maximum), to: output)
        }
        endLength(lengthPosition, output)
    }

    /// How many of the rows hold a value. A validity without bits means all.
    static func presentCount(_ validity: RawBuffer, _ rows: Range<Int>) -> Int {
        validity.count == 0 ? rows.count : BitCopy.count(validity.base.assumingMemoryBound(to: UInt8.self), rows)
    }

    private static func beginLength(_ output: RawBuffer) -> Int {
        defer { output.append(littleEndian: 0) }
        return output.count
    }

    private static func endLength(_ position: Int, _ output: RawBuffer) {
        let size = UInt32(output.count - position - 4)
        output.base.storeBytes(of: size.littleEndian, toByteOffset: position, as: UInt32.self)
    }
}
