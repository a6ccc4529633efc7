/// One column of one row group as it lies in the file.
struct ChunkInput {
    var leaf: LeafColumn
    var metadata: ColumnChunkMetadata
    var bytes: ArraySlice<UInt8>
    /// Where `bytes` begin in the file.
    var offset: Int
    var limits: ParquetReadLimits
}

/// A data page, decompressed. Its memory is valid until the next page is read, and has ``RawBuffer/slack`` behind it.
struct DataPage {
    var valueCount: Int
    var encoding: PageEncoding?
    var repetition: UnsafeRawBufferPointer?
    var definition: UnsafeRawBufferPointer?
    var values: UnsafeRawBufferPointer
}

/// Walks over the pages of a column chunk, and checks all that they declare.
final class PageReader {
    private let input: ChunkInput
    private let decompressor: PageDecompressor
    private let levels = RawBuffer()
    private var valuesSeen = 0

    init(_ input: ChunkInput, _ decompressor: PageDecompressor) {
        self.input = input
        self.decompressor = decompressor
    }

    /// Calls `dictionary` and `data` with each page, in order; together the data pages hold all values declared.
    func forEachPage(
        dictionary: (_ entries: UnsafeRawBufferPointer, _ count: Int) throws -> Void, data: (DataPage) throws -> Void
    ) throws {
        try input.bytes.withUnsafeBytes { bytes in
            var position = 0
            while valuesSeen < Int(input.metadata.valueCount) {
                let offset = input.offset + position
                try locating(offset: offset) {
                    try readPage(bytes, &position, dictionary: dictionary, data: data)
                }
            }
        }
    }

    private func readPage(
        _ bytes: UnsafeRawBufferPointer, _ position: inout Int,
        dictionary: (UnsafeRawBufferPointer, Int) throws -> Void, data: (DataPage) throws -> Void
    ) throws {
        let (header, body) = try nextPage(bytes, &position)
        switch header.kind {
        case .dictionary(let count, let encoding):
            guard encoding == .plain || encoding == .plainDictionary, count >= 0 else {
                throw ParquetError.unsupported("a dictionary that is not in PLAIN encoding")
            }
            try dictionary(try decompress(body, header), Int(count))
        case .data(let page): try data(try dataPage(page, body, header))
        case .dataV2(let page): try data(try dataPage(page, body, header))
        case .other: break
        }
    }

    /// Cuts the next page out of the chunk; its bytes are still compressed.
    private func nextPage(
        _ bytes: UnsafeRawBufferPointer, _ position: inout Int
    ) throws -> (PageHeader, UnsafeRawBufferPointer) {
        guard position < bytes.count else {
            throw ParquetError.corrupt("the pages hold \(valuesSeen) of \(input.metadata.valueCount) values")
        }
        var reader = ThriftReader(bytes, at: position)
        let header = try PageHeader(from: &reader)
        let size = Int(header.compressedSize)
        guard size >= 0, size <= reader.remaining, header.uncompressedSize >= 0 else {
            throw ParquetError.corrupt("a page of \(size) bytes, where \(reader.remaining) are left")
        }
        guard header.uncompressedSize <= input.limits.pageBytes else {
            throw ParquetError.limit(
                "a page of \(header.uncompressedSize) bytes; the limit is \(input.limits.pageBytes)")
        }
        let body = UnsafeRawBufferPointer(rebasing: bytes[reader.position..<reader.position + size])
        position = reader.position + size
        if input.limits.verifiesChecksums, let checksum = header.checksum, Checksum.crc32(body) != checksum {
            throw ParquetError.corrupt("the checksum of a page does not match its bytes")
        }
        return (header, body)
    }

    private func decompress(_ body: UnsafeRawBufferPointer, _ header: PageHeader) throws -> UnsafeRawBufferPointer {
        try decompressor.decompress(body, codec: input.metadata.codec, size: Int(header.uncompressedSize))
    }

    /// Version 1: levels with their lengths in front and values are compressed together.
    private func dataPage(
        _ page: PageHeader.DataPageHeader, _ body: UnsafeRawBufferPointer, _ header: PageHeader
    ) throws -> DataPage {
        let count = try take(page.valueCount)
        var rest = try decompress(body, header)
        var repetition: UnsafeRawBufferPointer?
        var definition: UnsafeRawBufferPointer?
        if input.leaf.maximumRepetition > 0 { repetition = try cutLevels(&rest, page.repetitionEncoding) }
        if input.leaf.maximumDefinition > 0 { definition = try cutLevels(&rest, page.definitionEncoding) }
        return DataPage(
            valueCount: count, encoding: page.encoding, repetition: repetition, definition: definition, values: rest)
    }

    private func cutLevels(
        _ rest: inout UnsafeRawBufferPointer, _ encoding: PageEncoding?
    ) throws -> UnsafeRawBufferPointer {
        guard encoding == .rle else { throw ParquetError.unsupported("levels in the old bit-packed encoding") }
        guard rest.count >= 4 else { throw ParquetError.corrupt("a page ends before its levels") }
        let length = Int(UInt32(littleEndian: rest.loadUnaligned(as: UInt32.self)))
        guard length <= rest.count - 4 else { throw ParquetError.corrupt("levels longer than their page") }
        defer { rest = UnsafeRawBufferPointer(rebasing: rest[(4 + length)...]) }
        return UnsafeRawBufferPointer(rebasing: rest[4..<4 + length])
    }

    /// Version 2: levels stand uncompressed in front of the values.
    private func dataPage(
        _ page: PageHeader.DataPageHeaderV2, _ body: UnsafeRawBufferPointer, _ header: PageHeader
    ) throws -> DataPage {
        let count = try take(page.valueCount)
        let repetitionSize = Int(page.repetitionBytes)
        let levelSize = repetitionSize + Int(page.definitionBytes)
        guard repetitionSize >= 0, page.definitionBytes >= 0, levelSize <= body.count,
            levelSize <= header.uncompressedSize
        else { throw ParquetError.corrupt("levels longer than their page") }
        levels.count = 0
        levels.append(UnsafeRawBufferPointer(rebasing: body[..<levelSize]))
        let rest = UnsafeRawBufferPointer(rebasing: body[levelSize...])
        let size = Int(header.uncompressedSize) - levelSize
        let codec = page.isCompressed ? input.metadata.codec : .uncompressed
        let values = try decompressor.decompress(rest, codec: codec, size: size)
        return DataPage(
            valueCount: count, encoding: page.encoding,
            repetition: UnsafeRawBufferPointer(rebasing: levels.bytes[..<repetitionSize]),
            definition: UnsafeRawBufferPointer(rebasing: levels.bytes[repetitionSize...]), values: values)
    }

    /// Counts the values of a page against those declared for the chunk.
    private func take(_ count: Int32) throws -> Int {
        guard count >= 0, Int(count) <= Int(input.metadata.valueCount) - valuesSeen else {
            throw ParquetError.corrupt("a page of \(count) values in a chunk of \(input.metadata.valueCount)")
        }
        valuesSeen += Int(count)
        return Int(count)
    }
}
