import Columns

/// Reads a file's footer, and checks what it claims before anything is done with it.
struct FooterReader {
    let source: any RandomAccessSource
    let limits: ParquetReadLimits

    /// The length of the footer and the magic bytes stand at the end.
    private static let tailSize = 8

    nonisolated(nonsending) func read() async throws -> FileMetadata {
        let size = source.size
        guard size >= Self.tailSize + 4 else {
            throw ParquetError(.corrupt, "a file of \(size) bytes is no Parquet file", offset: 0)
        }
        // Most footers are short: one read brings the length and the footer itself.
        let tail = try await source.read(max(0, size - (64 << 10))..<size)
        let length = try footerLength(tail, fileSize: size)
        let start = size - Self.tailSize - length
        guard length + Self.tailSize > tail.count else {
            return try Self.parse(Array(tail.suffix(length + Self.tailSize).prefix(length)), at: start)
        }
        return try Self.parse(try await source.read(start..<start + length), at: start)
    }

    /// The length that stands in front of the magic bytes at the end, checked.
    private func footerLength(_ tail: [UInt8], fileSize size: Int) throws -> Int {
        let magic = Array(tail.suffix(4))
        guard magic == ParquetOutput.magic else {
            let isEncrypted = magic == Array("PARE".utf8)
            throw ParquetError(
                isEncrypted ? .unsupported : .corrupt,
                isEncrypted ? "the file is encrypted" : "it does not end as a Parquet file; it may be cut short",
                offset: size - 4)
        }
        let length = tail.suffix(Self.tailSize).prefix(4).reversed().reduce(0) { $0 << 8 | Int($1) }
        guard length <= size - Self.tailSize - 4 else {
            throw ParquetError(.corrupt, "a footer of \(length) bytes in a file of \(size)", offset: size - 8)
        }
        guard length <= limits.footerBytes else {
            throw ParquetError(.limit, "a footer of \(length) bytes; the limit is \(limits.footerBytes)")
        }
        return length
    }

    private static func parse(_ footer: [UInt8], at start: Int) throws -> FileMetadata {
        try footer.withUnsafeBytes { bytes in
            var reader = ThriftReader(bytes)
            do {
                return try FileMetadata(from: &reader)
            } catch let error as ParquetError {
                throw ParquetError(error.kind, error.message, offset: start + reader.position)
            }
        }
    }

    /// Checks that the row groups fit the schema and lie inside of the file.
    static func check(
        _ metadata: FileMetadata, _ tree: SchemaTree, fileSize: Int, _ limits: ParquetReadLimits
    ) throws {
        var rows: Int64 = 0
        for (index, group) in metadata.rowGroups.enumerated() {
            guard group.rowCount >= 0, group.columns.count == tree.leaves.count else {
                throw ParquetError.corrupt("row group \(index) does not fit the schema")
            }
            guard group.rowCount <= limits.rowGroupRows else {
                throw ParquetError.limit(
                    "row group \(index) has \(group.rowCount) rows; \(limits.rowGroupRows) are the limit")
            }
            rows += group.rowCount
            for (chunk, leaf) in zip(group.columns, tree.leaves) {
                try locating(column: leaf.name) { try check(chunk, leaf, group, fileSize, limits) }
            }
        }
        guard rows == metadata.rowCount else {
            throw ParquetError.corrupt("the footer counts \(metadata.rowCount) rows, its row groups \(rows)")
        }
    }

    private static func check(
        _ chunk: ColumnChunkMetadata, _ leaf: LeafColumn, _ group: RowGroupMetadata, _ fileSize: Int,
        _ limits: ParquetReadLimits
    ) throws {
        guard chunk.externalPath == nil else { throw ParquetError.unsupported("the column lies in another file") }
        guard chunk.type == leaf.element.type else {
            throw ParquetError.corrupt("the column is \(chunk.type) in a row group, and not in the schema")
        }
        let isWhole = leaf.maximumRepetition > 0 ? chunk.valueCount >= 0 : chunk.valueCount == group.rowCount
        guard isWhole else {
            throw ParquetError.corrupt("\(chunk.valueCount) values in a row group of \(group.rowCount) rows")
        }
        guard chunk.valueCount <= limits.rowGroupRows else {
            throw ParquetError.limit("\(chunk.valueCount) values in a row group; \(limits.rowGroupRows) are the limit")
        }
        guard chunk.firstPageOffset >= 4 || chunk.valueCount == 0, chunk.firstPageOffset >= 0,
            chunk.compressedSize >= 0, chunk.compressedSize <= Int64(fileSize),
            chunk.firstPageOffset <= Int64(fileSize) - chunk.compressedSize
        else {
            throw ParquetError.corrupt("the column's pages would lie outside of the file of \(fileSize) bytes")
        }
    }
}

extension ColumnChunkMetadata {
    /// Where the chunk lies in the file; checked when the file was opened.
    var byteRange: Range<Int> {
        let start = Int(firstPageOffset)
        return start..<start + Int(compressedSize)
    }
}

extension ColumnInterpretation {
    /// A value of statistics, in PLAIN encoding; nil when it is not one of the column's type.
    func value(ofPlain bytes: [UInt8], _ element: SchemaElement) -> Value? {
        guard let column = try? column(physical(ofPlain: bytes, element), validity: nil) else { return nil }
        let value = column[0]
        if case .double(let number) = value, number.isNaN { return nil }
        return value
    }

    private func physical(ofPlain bytes: [UInt8], _ element: SchemaElement) throws -> ChunkReader.Physical {
        switch element.type {
        case .boolean where bytes.count == 1: .bool(Bitmap(repeating: bytes[0] != 0, count: 1))
        case .int32 where bytes.count == 4: .int32([Self.load(bytes)])
        case .int64 where bytes.count == 8: .int64([Self.load(bytes)])
        case .float where bytes.count == 4: .float([Float(bitPattern: Self.load(bytes))])
        case .double where bytes.count == 8: .double([Double(bitPattern: Self.load(bytes))])
        case .byteArray, .fixedLengthByteArray:
            .bytes(Column.ByteStrings(offsets: [0, Int32(clamping: bytes.count)], data: bytes))
        default: throw ParquetError.corrupt("statistics of another type than the column's")
        }
    }

    private static func load<Number: FixedWidthInteger & BitwiseCopyable>(_ bytes: [UInt8]) -> Number {
        bytes.withUnsafeBytes { Number(littleEndian: $0.loadUnaligned(as: Number.self)) }
    }
}
