/// Physical types (parquet.thrift, `Type`).
enum PhysicalType: Int32 {
    case boolean = 0
    case int32 = 1
    case int64 = 2
    case int96 = 3
    case float = 4
    case double = 5
    case byteArray = 6
    case fixedLengthByteArray = 7
}

enum Repetition: Int32 {
    case required = 0
    case optional = 1
    case repeated = 2
}

/// Encodings of pages (parquet.thrift, `Encoding`).
enum PageEncoding: Int32 {
    case plain = 0
    case plainDictionary = 2
    case rle = 3
    case bitPacked = 4
    case deltaBinaryPacked = 5
    case deltaLengthByteArray = 6
    case deltaByteArray = 7
    case rleDictionary = 8
    case byteStreamSplit = 9
}

/// Compressions (parquet.thrift, `CompressionCodec`).
enum Codec: Int32 {
    case uncompressed = 0
    case snappy = 1
    case gzip = 2
    case lzo = 3
    case brotli = 4
    case lz4 = 5
    case zstd = 6
    case lz4Raw = 7
}

enum TimeUnit: Int16 {
    case milliseconds = 1
    case microseconds = 2
    case nanoseconds = 3
}

/// What a physical value stands for (parquet.thrift, `LogicalType`); older files say it by a converted type.
enum LogicalType: Equatable {
    case string
    case map
    case list
    case enumeration
    case decimal(precision: Int32, scale: Int32)
    case date
    case time
    case timestamp(TimeUnit, isAdjustedToUTC: Bool)
    case integer(bits: Int8, isSigned: Bool)
    case null
    case json
    case bson
    case uuid
    case float16
    case interval
    case other(Int16)
}

/// One node of the schema tree, which is stored depth first.
struct SchemaElement {
    var name = ""
    var type: PhysicalType?
    var typeLength: Int32?
    var repetition: Repetition?
    var childCount: Int32?
    var convertedType: Int32?
    var scale: Int32?
    var precision: Int32?
    var logicalType: LogicalType?
}

/// The range of a column chunk, values in PLAIN encoding without length.
struct Statistics {
    var nullCount: Int64?
    var minimum: [UInt8]?
    var maximum: [UInt8]?
    var isMinimumExact: Bool?
    var isMaximumExact: Bool?
}

struct ColumnChunkMetadata {
    var type = PhysicalType.boolean
    var encodings: [PageEncoding] = []
    var path: [String] = []
    /// Nil for a code that the specification does not know.
    var codec: Codec? = .uncompressed
    var valueCount: Int64 = 0
    var uncompressedSize: Int64 = 0
    var compressedSize: Int64 = 0
    var dataPageOffset: Int64 = 0
    var dictionaryPageOffset: Int64?
    var statistics: Statistics?
    var bloomFilterOffset: Int64?
    var bloomFilterLength: Int32?
    /// Another file that holds the chunk: allowed by the format, written by nobody.
    var externalPath: String?
}

struct RowGroupMetadata {
    var columns: [ColumnChunkMetadata] = []
    var byteSize: Int64 = 0
    var rowCount: Int64 = 0
}

struct FileMetadata {
    var version: Int32 = 2
    var schema: [SchemaElement] = []
    var rowCount: Int64 = 0
    var rowGroups: [RowGroupMetadata] = []
    var keyValues: [(key: String, value: String?)] = []
    var createdBy: String?
    /// Whether the file says how each column is ordered; without it `min` and `max` cannot be trusted.
    var hasColumnOrders = false
}

/// The header in front of each page.
struct PageHeader {
    enum Kind {
        case data(DataPageHeader)
        case dictionary(valueCount: Int32, encoding: PageEncoding?)
        case dataV2(DataPageHeaderV2)
        /// An index page, or a type of a later version: to be passed over.
        case other
    }

    struct DataPageHeader {
        var valueCount: Int32 = 0
        var encoding: PageEncoding?
        var definitionEncoding: PageEncoding? = .rle
        var repetitionEncoding: PageEncoding? = .rle
    }

    struct DataPageHeaderV2 {
        var valueCount: Int32 = 0
        var nullCount: Int32 = 0
        var rowCount: Int32 = 0
        var encoding: PageEncoding?
        var definitionBytes: Int32 = 0
        var repetitionBytes: Int32 = 0
        var isCompressed = true
    }

    var kind = Kind.other
    var uncompressedSize: Int32 = 0
    var compressedSize: Int32 = 0
    var checksum: UInt32?
}
