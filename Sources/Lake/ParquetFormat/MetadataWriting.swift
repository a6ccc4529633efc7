// Field numbers are those of parquet.thrift (parquet-format 2.11).

extension FileMetadata {
    func write(to writer: inout ThriftWriter) {
        writer.structure { writer in
            writer.int32(1, version)
            writer.list(2, .structure, schema) { $1.write(to: &$0) }
            writer.int64(3, rowCount)
            writer.list(4, .structure, rowGroups) { $1.write(to: &$0) }
            if !keyValues.isEmpty {
                writer.list(5, .structure, keyValues) { writer, pair in
                    writer.structure { writer in
                        writer.binary(1, pair.key.utf8)
                        writer.binary(2, pair.value?.utf8)
                    }
                }
            }
            writer.binary(6, createdBy?.utf8)
            // ColumnOrder is a union whose first member is TypeDefinedOrder, an empty structure.
            let leaves = schema.filter { $0.type != nil }
            writer.list(7, .structure, leaves) { writer, _ in
                writer.structure { $0.structure(1) { _ in } }
            }
        }
    }
}

extension SchemaElement {
    func write(to writer: inout ThriftWriter) {
        writer.structure { writer in
            writer.int32(1, type?.rawValue)
            writer.int32(2, typeLength)
            writer.int32(3, repetition?.rawValue)
            writer.binary(4, name.utf8)
            writer.int32(5, childCount)
            writer.int32(6, convertedType)
            writer.int32(7, scale)
            writer.int32(8, precision)
            if let logicalType { writer.structure(10) { logicalType.write(to: &$0) } }
        }
    }
}

extension LogicalType {
    /// Writes the member of the union; only what this writer makes.
    func write(to writer: inout ThriftWriter) {
        switch self {
        case .string: writer.structure(1) { _ in }
        case .map: writer.structure(2) { _ in }
        case .list: writer.structure(3) { _ in }
        case .decimal(let precision, let scale):
            writer.structure(5) { writer in
                writer.int32(1, scale)
                writer.int32(2, precision)
            }
        case .date: writer.structure(6) { _ in }
        case .timestamp(let unit, let isAdjustedToUTC):
            writer.structure(8) { writer in
                writer.bool(1, isAdjustedToUTC)
                writer.structure(2) { $0.structure(unit.rawValue) { _ in } }
            }
        case .enumeration, .time, .integer, .null, .json, .bson, .uuid, .float16, .interval, .other:
            break
        }
    }
}

extension RowGroupMetadata {
    func write(to writer: inout ThriftWriter) {
        writer.structure { writer in
            writer.list(1, .structure, columns) { $1.write(to: &$0) }
            writer.int64(2, byteSize)
            writer.int64(3, rowCount)
            writer.int64(5, columns.first.map(\.firstPageOffset))
            writer.int64(6, columns.reduce(0) { $0 + $1.compressedSize })
        }
    }
}

extension ColumnChunkMetadata {
    /// Where the chunk begins: at its dictionary, or else at its first data page.
    ///
    /// Some writers note a dictionary at 0 where there is none.
    var firstPageOffset: Int64 {
        guard let dictionaryPageOffset, dictionaryPageOffset > 0 else { return dataPageOffset }
        return min(dictionaryPageOffset, dataPageOffset)
    }

    func write(to writer: inout ThriftWriter) {
        writer.structure { writer in
            // file_offset is deprecated; 0 is what the specification now asks for.
            writer.int64(2, 0)
            writer.structure(3) { writer in
                writer.int32(1, type.rawValue)
                writer.list(2, .int32, encodings) { $0.zigzag(Int64($1.rawValue)) }
                writer.list(3, .binary, path) { $0.binary($1.utf8) }
                writer.int32(4, codec?.rawValue)
                writer.int64(5, valueCount)
                writer.int64(6, uncompressedSize)
                writer.int64(7, compressedSize)
                writer.int64(9, dataPageOffset)
                writer.int64(11, dictionaryPageOffset)
                if let statistics { writer.structure(12) { statistics.writeFields(to: &$0) } }
                writer.int64(14, bloomFilterOffset)
                writer.int32(15, bloomFilterLength)
            }
        }
    }
}

extension Statistics {
    func writeFields(to writer: inout ThriftWriter) {
        writer.int64(3, nullCount)
        writer.binary(5, maximum)
        writer.binary(6, minimum)
        if maximum != nil { writer.bool(7, isMaximumExact) }
        if minimum != nil { writer.bool(8, isMinimumExact) }
    }
}

extension PageHeader {
    func write(to writer: inout ThriftWriter) {
        writer.structure { writer in
            writer.int32(1, kindCode)
            writer.int32(2, uncompressedSize)
            writer.int32(3, compressedSize)
            writer.int32(4, checksum.map { Int32(bitPattern: $0) })
            switch kind {
            case .data(let page):
                writer.structure(5) { writer in
                    writer.int32(1, page.valueCount)
                    writer.int32(2, page.encoding?.rawValue)
                    writer.int32(3, page.definitionEncoding?.rawValue)
                    writer.int32(4, page.repetitionEncoding?.rawValue)
                }
            case .dictionary(let valueCount, let encoding):
                writer.structure(7) { writer in
                    writer.int32(1, valueCount)
                    writer.int32(2, encoding?.rawValue)
                }
            case .dataV2, .other: break
            }
        }
    }

    private var kindCode: Int32 {
        switch kind {
        case .data: 0
        case .other: 1
        case .dictionary: 2
        case .dataV2: 3
        }
    }
}
