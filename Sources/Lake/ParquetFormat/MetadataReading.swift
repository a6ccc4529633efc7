// Field numbers are those of parquet.thrift (parquet-format 2.11). Unknown fields are passed over.

extension FileMetadata {
    init(from reader: inout ThriftReader) throws {
        try reader.structure { reader, field, type in
            switch field {
            case 1: version = try reader.int32(type)
            case 2: schema = try reader.list { reader, _ in try SchemaElement(from: &reader) }
            case 3: rowCount = try reader.integer(type)
            case 4: rowGroups = try reader.list { reader, _ in try RowGroupMetadata(from: &reader) }
            case 5: keyValues = try reader.list { reader, _ in try Self.readKeyValue(&reader) }
            case 6: createdBy = try reader.string(type)
            case 7:
                hasColumnOrders = true
                return false
            default: return false
            }
            return true
        }
    }

    private static func readKeyValue(_ reader: inout ThriftReader) throws -> (key: String, value: String?) {
        var pair: (key: String, value: String?) = ("", nil)
        try reader.structure { reader, field, type in
            switch field {
            case 1: pair.key = try reader.string(type)
            case 2: pair.value = try reader.string(type)
            default: return false
            }
            return true
        }
        return pair
    }
}

extension SchemaElement {
    init(from reader: inout ThriftReader) throws {
        try reader.structure { reader, field, type in
            switch field {
            case 1:
                let code = try reader.int32(type)
                guard let known = PhysicalType(rawValue: code) else {
                    throw ParquetError.unsupported("the schema has a column of the unknown physical type \(code)")
                }
                self.type = known
            case 2: typeLength = try reader.int32(type)
            case 3: repetition = Repetition(rawValue: try reader.int32(type))
            case 4: name = try reader.string(type)
            case 5: childCount = try reader.int32(type)
            case 6: convertedType = try reader.int32(type)
            case 7: scale = try reader.int32(type)
            case 8: precision = try reader.int32(type)
            case 10: logicalType = try LogicalType(from: &reader)
            default: return false
            }
            return true
        }
    }
}

extension LogicalType {
    init?(from reader: inout ThriftReader) throws {
        var result: LogicalType?
        try reader.structure { reader, field, _ in
            switch field {
            case 5: result = try Self.readDecimal(&reader)
            case 8: result = try Self.readTimestamp(&reader)
            case 10: result = try Self.readInteger(&reader)
            default:
                result = Self.withoutParameters[field] ?? .other(field)
                return false
            }
            return true
        }
        guard let result else { return nil }
        self = result
    }

    private static let withoutParameters: [Int16: LogicalType] = [
        1: .string, 2: .map, 3: .list, 4: .enumeration, 6: .date, 7: .time, 11: .null, 12: .json, 13: .bson, 14: .uuid,
        15: .float16,
    ]

    private static func readDecimal(_ reader: inout ThriftReader) throws -> LogicalType {
        var scale: Int32 = 0
        var precision: Int32 = 0
        try reader.structure { reader, field, type in
            switch field {
            case 1: scale = try reader.int32(type)
            case 2: precision = try reader.int32(type)
            default: return false
            }
            return true
        }
        return .decimal(precision: precision, scale: scale)
    }

    private static func readTimestamp(_ reader: inout ThriftReader) throws -> LogicalType {
        var isAdjusted = false
        var unit: TimeUnit?
        try reader.structure { reader, field, type in
            switch field {
            case 1: isAdjusted = try reader.bool(type)
            case 2:
                try reader.structure { _, field, _ in
                    unit = TimeUnit(rawValue: field)
                    return false
                }
            default: return false
            }
            return true
        }
        return unit.map { .timestamp($0, isAdjustedToUTC: isAdjusted) } ?? .other(8)
    }

    private static func readInteger(_ reader: inout ThriftReader) throws -> LogicalType {
        var bits: Int8 = 0
        var isSigned = true
        try reader.structure { reader, field, type in
            switch field {
            case 1: bits = Int8(truncatingIfNeeded: try reader.integer(type))
            case 2: isSigned = try reader.bool(type)
            default: return false
            }
            return true
        }
        return .integer(bits: bits, isSigned: isSigned)
    }
}

extension RowGroupMetadata {
    init(from reader: inout ThriftReader) throws {
        try reader.structure { reader, field, type in
            switch field {
            case 1: columns = try reader.list { reader, _ in try ColumnChunkMetadata(fromChunk: &reader) }
            case 2: byteSize = try reader.integer(type)
            case 3: rowCount = try reader.integer(type)
            default: return false
            }
            return true
        }
    }
}

extension ColumnChunkMetadata {
    init(fromChunk reader: inout ThriftReader) throws {
        var hasMetadata = false
        try reader.structure { reader, field, type in
            switch field {
            case 1: externalPath = try reader.string(type)
            case 3:
                try readMetadata(&reader)
                hasMetadata = true
            default: return false
            }
            return true
        }
        guard hasMetadata else { throw ParquetError.unsupported("a column chunk keeps its metadata in another place") }
    }

    private mutating func readMetadata(_ reader: inout ThriftReader) throws {
        var result = self
        try reader.structure { reader, field, fieldType in
            switch field {
            case 1:
                let code = try reader.int32(fieldType)
                guard let known = PhysicalType(rawValue: code) else {
                    throw ParquetError.unsupported("a column chunk has the unknown physical type \(code)")
                }
                result.type = known
            case 3: result.path = try reader.list { reader, type in try reader.string(type) }
            case 4: result.codec = Codec(rawValue: try reader.int32(fieldType))
            case 5: result.valueCount = try reader.integer(fieldType)
            case 6: result.uncompressedSize = try reader.integer(fieldType)
            case 7: result.compressedSize = try reader.integer(fieldType)
            case 9: result.dataPageOffset = try reader.integer(fieldType)
            case 11: result.dictionaryPageOffset = try reader.integer(fieldType)
            case 12: result.statistics = try Statistics(from: &reader)
            case 14: result.bloomFilterOffset = try reader.integer(fieldType)
            case 15: result.bloomFilterLength = try reader.int32(fieldType)
            default: return false
            }
            return true
        }
        self = result
    }
}

extension Statistics {
    init(from reader: inout ThriftReader) throws {
        try reader.structure { reader, field, type in
            switch field {
            case 3: nullCount = try reader.integer(type)
            case 5: maximum = try reader.binary(type)
            case 6: minimum = try reader.binary(type)
            case 7: isMaximumExact = try reader.bool(type)
            case 8: isMinimumExact = try reader.bool(type)
            default: return false
            }
            return true
        }
    }
}

extension PageHeader {
    init(from reader: inout ThriftReader) throws {
        try reader.structure { reader, field, type in
            switch field {
            case 2: uncompressedSize = try reader.int32(type)
            case 3: compressedSize = try reader.int32(type)
            case 4: checksum = UInt32(bitPattern: try reader.int32(type))
            case 5: kind = .data(try DataPageHeader(from: &reader))
            case 7: kind = try Self.readDictionaryHeader(&reader)
            case 8: kind = .dataV2(try DataPageHeaderV2(from: &reader))
            default: return false
            }
            return true
        }
    }

    private static func readDictionaryHeader(_ reader: inout ThriftReader) throws -> Kind {
        var valueCount: Int32 = 0
        var encoding: PageEncoding?
        try reader.structure { reader, field, type in
            switch field {
            case 1: valueCount = try reader.int32(type)
            case 2: encoding = PageEncoding(rawValue: try reader.int32(type))
            default: return false
            }
            return true
        }
        return .dictionary(valueCount: valueCount, encoding: encoding)
    }
}

extension PageHeader.DataPageHeader {
    init(from reader: inout ThriftReader) throws {
        try reader.structure { reader, field, type in
            switch field {
            case 1: valueCount = try reader.int32(type)
            case 2: encoding = PageEncoding(rawValue: try reader.int32(type))
            case 3: definitionEncoding = PageEncoding(rawValue: try reader.int32(type))
            case 4: repetitionEncoding = PageEncoding(rawValue: try reader.int32(type))
            default: return false
            }
            return true
        }
    }
}

extension PageHeader.DataPageHeaderV2 {
    init(from reader: inout ThriftReader) throws {
        try reader.structure { reader, field, type in
            switch field {
            case 1: valueCount = try reader.int32(type)
            case 2: nullCount = try reader.int32(type)
            case 3: rowCount = try reader.int32(type)
            case 4: encoding = PageEncoding(rawValue: try reader.int32(type))
            case 5: definitionBytes = try reader.int32(type)
            case 6: repetitionBytes = try reader.int32(type)
            case 7: isCompressed = try reader.bool(type)
            default: return false
            }
            return true
        }
    }
}
