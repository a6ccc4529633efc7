/// One column of values in Arrow's layout: a validity bitmap and a buffer of values.
///
/// The slot of a null holds an unspecified value (zero, or an empty range of bytes).
public struct Column: Sendable {
    /// The type of every value.
    public let type: ColumnType
    /// Set bits mark values that are present; nil when no value is null.
    public let validity: Bitmap?
    /// The buffer of values.
    public let values: Values

    /// The buffer behind a column, one case for each physical layout.
    public enum Values: Sendable {
        case bool(Bitmap)
        /// `int32` and `date32`.
        case int32([Int32])
        /// `int64` and `timestamp`.
        case int64([Int64])
        case float64([Double])
        /// The unscaled values of a decimal.
        case decimal128([Int128])
        /// `utf8` (always valid UTF-8) and `binary`.
        case bytes(ByteStrings)
    }

    /// Strings of bytes in one buffer: value `i` lies in `data[offsets[i]..<offsets[i + 1]]`.
    public struct ByteStrings: Sendable {
        /// Where each string starts, and at the end where the last one ends: one more than there are strings.
        public var offsets: [Int32]
        /// The bytes of all strings.
        public var data: [UInt8]

        /// Takes over buffers; without any it is empty.
        public init(offsets: [Int32] = [0], data: [UInt8] = []) {
            self.offsets = offsets
            self.data = data
        }

        /// The number of strings.
        public var count: Int { offsets.count - 1 }

        /// Appends one string of bytes. A column holds less than 2 GiB: batches are limited far below.
        public mutating func append(_ bytes: some Collection<UInt8>) {
            data.append(contentsOf: bytes)
            offsets.append(Int32(data.count))
        }

        /// Where string `index` lies in `data`.
        @inlinable public func range(_ index: Int) -> Range<Int> {
            Int(offsets[index])..<Int(offsets[index + 1])
        }
    }

    /// Makes a column. The layout of `values` must be the one that `type` uses, and `validity` as long.
    public init(type: ColumnType, validity: Bitmap?, values: Values) {
        self.type = type
        self.validity = validity
        self.values = values
    }

    /// The number of values, nulls included.
    public var count: Int {
        switch values {
        case .bool(let bits): bits.count
        case .int32(let array): array.count
        case .int64(let array): array.count
        case .float64(let array): array.count
        case .decimal128(let array): array.count
        case .bytes(let strings): strings.count
        }
    }

    /// The number of nulls.
    public var nullCount: Int { validity.map { $0.count - $0.setCount } ?? 0 }

    /// Whether the value at `index` is null.
    public func isNull(_ index: Int) -> Bool { validity.map { !$0[index] } ?? false }

    /// Bytes of memory that the buffers hold.
    public var byteCount: Int {
        let buffer =
            switch values {
            case .bool(let bits): bits.bytes.count
            case .int32(let array): array.count * 4
            case .int64(let array): array.count * 8
            case .float64(let array): array.count * 8
            case .decimal128(let array): array.count * 16
            case .bytes(let strings): strings.data.count + strings.offsets.count * 4
            }
        return buffer + (validity?.bytes.count ?? 0)
    }

    /// The value at `index`, boxed: for tests, keys and messages, never for the hot path.
    public subscript(index: Int) -> Value {
        if isNull(index) { return .null }
        switch (values, type) {
        case (.bool(let bits), _): return .bool(bits[index])
        case (.int32(let array), .date32): return .date(array[index])
        case (.int32(let array), _): return .int(Int64(array[index]))
        case (.int64(let array), .timestamp): return .timestamp(array[index])
        case (.int64(let array), _): return .int(array[index])
        case (.float64(let array), _): return .double(array[index])
        case (.decimal128(let array), .decimal128(_, let scale)):
            return .decimal(Decimal128(unscaled: array[index], scale: scale))
        case (.decimal128(let array), _): return .decimal(Decimal128(unscaled: array[index], scale: 0))
        case (.bytes(let strings), .binary): return .binary(Array(strings.data[strings.range(index)]))
        case (.bytes(let strings), _):
            return .string(String(decoding: strings.data[strings.range(index)], as: UTF8.self))
        }
    }
}
