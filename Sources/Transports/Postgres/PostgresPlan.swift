#if PostgreSQL
    import Columns

    /// A column of a result as the server describes it.
    struct PostgresColumn {
        var name: String
        /// The type's object id (catalogue pg_type); of a domain the server sends the type below it.
        var type: UInt32
        /// Length, precision and the like; -1 when there is none.
        var modifier: Int32
    }

    /// What a type that the decoder does not know by its number is.
    enum PostgresTypeKind {
        case enumeration
        /// An array or a row: has a JSON form.
        case composite
        case other

        /// From pg_type's typtype and typcategory.
        init(type: Value, category: Value) {
            switch (type, category) {
            case (.string("e"), _): self = .enumeration
            case (.string("c"), _), (_, .string("A")): self = .composite
            default: self = .other
            }
        }
    }

    /// How the bytes of one column's values are read.
    enum PostgresCell: UInt8 {
        case bool, int16, int32, int64, oid, float4, float8
        /// A decimal that fits the column's type, rounded half-even where an undeclared scale is larger.
        case numeric
        /// A decimal too wide for 128 bits, as text.
        case numericText
        case text, jsonb, uuid, network, bytes, date, timestamp, time, interval
    }

    /// How a query's rows become columns: a cell reader and a type for each column, and the casts that the query needs.
    struct PostgresPlan {
        /// Digits behind the point of a numeric without declared precision. 38 digits in all leave 20 before it.
        static let undeclaredScale = 18

        let fields: [(name: String, type: ColumnType)]
        let cells: [PostgresCell]
        let scales: [Int]
        /// Whether text surely is UTF-8; a database in SQL_ASCII may hold anything.
        let isUTF8: Bool
        private let casts: [Cast]

        private enum Cast {
            case none
            /// The type's output as text.
            case text
            /// JSON text, for arrays and rows.
            case json
            case numeric
        }

        init(_ columns: [PostgresColumn], kinds: [UInt32: PostgresTypeKind], isUTF8: Bool) {
            let plans = columns.map { Self.plan($0, kind: kinds[$0.type]) }
            self.isUTF8 = isUTF8
            fields = zip(columns, plans).map { ($0.name, $1.type) }
            cells = plans.map(\.cell)
            casts = plans.map(\.cast)
            scales = plans.map { if case .decimal128(_, let scale) = $0.type { scale } else { 0 } }
        }

        /// The query itself, or around it one that turns the types without a binary reader into text or JSON.
        func wrap(_ text: String) -> String {
            guard casts.contains(where: { $0 != .none }) else { return text }
            let names = casts.indices.map { "c\($0)" }
            let list = zip(names, casts).map { name, cast in
                switch cast {
                case .none: name
                case .text: "\(name)::text"
                case .json: "pg_catalog.to_json(\(name))::text"
                case .numeric: "\(name)::numeric(21, 4)"
                }
            }
            return "SELECT \(list.joined(separator: ", ")) FROM (\(text)) AS q(\(names.joined(separator: ", ")))"
        }

        private static func plan(
            _ column: PostgresColumn, kind: PostgresTypeKind?
        ) -> (cell: PostgresCell, type: ColumnType, cast: Cast) {
            if column.type == money { return (.numeric, .decimal128(precision: 21, scale: 4), .numeric) }
            guard let cell = cell(for: column.type) else {
                switch records.contains(column.type) ? .composite : kind ?? .other {
                case .enumeration: return (.text, .utf8, .none)
                case .composite: return (.text, .utf8, .json)
                case .other: return (.text, .utf8, .text)
                }
            }
            guard cell == .numeric else { return (cell, type(of: cell), .none) }
            guard let type = decimalType(column.modifier) else { return (.numericText, .utf8, .none) }
            return (.numeric, type, .none)
        }

        private static let money: UInt32 = 790
        /// Rows without a type of their own, and arrays of them.
        private static let records: Set<UInt32> = [2249, 2287]

        /// The reader for a type's object id (src/include/catalog/pg_type.dat); nil when there is none.
        static func cell(for type: UInt32) -> PostgresCell? {
            switch type {
            case 16: .bool
            case 21: .int16
            case 23: .int32
            case 20: .int64
            case 26: .oid
            case 700: .float4
            case 701: .float8
            case 1700, money: .numeric
            case 19, 25, 114, 1042, 1043: .text
            case 3802: .jsonb
            case 2950: .uuid
            case 869, 650: .network
            case 17: .bytes
            case 1082: .date
            case 1114, 1184: .timestamp
            case 1083: .time
            case 1186: .interval
            default: nil
            }
        }

        private static func type(of cell: PostgresCell) -> ColumnType {
            switch cell {
            case .bool: .bool
            case .int16, .int32: .int32
            case .int64, .oid: .int64
            case .float4, .float8, .time, .interval: .float64
            case .bytes: .binary
            case .date: .date32
            case .timestamp: .timestamp
            case .numeric, .numericText, .text, .jsonb, .uuid, .network: .utf8
            }
        }

        /// The decimal type of numeric(p, s), or nil when 38 digits do not hold it.
        ///
        /// The modifier holds the precision in its upper half and the scale, signed, in its lowest 11 bits. A negative
        /// scale means zeros before the point, one above the precision means zeros behind it.
        private static func decimalType(_ modifier: Int32) -> ColumnType? {
            guard modifier >= 4 else { return .decimal128(precision: 38, scale: undeclaredScale) }
            let precision = Int((modifier - 4) >> 16) & 0xFFFF
            let scale = Int(((modifier - 4) & 0x7FF) ^ 1024) - 1024
            let digits = scale < 0 ? precision - scale : max(precision, scale)
            guard digits <= 38 else { return nil }
            return .decimal128(precision: max(digits, 1), scale: max(scale, 0))
        }
    }
#endif
