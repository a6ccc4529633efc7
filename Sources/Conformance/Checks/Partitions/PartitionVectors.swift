import Columns
import Tributary

/// Values whose partitions are known, at every edge of the three modes: worked out by hand and with the Python original.
enum PartitionVectors {
    struct Vector: Sendable {
        var value: Value
        var layout: Partitioning
        var partition: String
    }

    /// The vectors that a runtime answers otherwise, one line each.
    static func wrong(in runtime: LabRuntime, _ vectors: [Vector] = numbers + times + hashes) -> [String] {
        Dictionary(grouping: vectors, by: \.layout).flatMap { layout, vectors -> [String] in
            // One table for each kind of value: a column has one type.
            Dictionary(grouping: vectors) { type(of: $0.value) }.flatMap { type, vectors -> [String] in
                guard let type else { return [] }
                let places = runtime.partitions(layout, table(vectors.map(\.value), type))
                return zip(vectors, places).filter { $0.partition != $1 }.map { vector, place in
                    "\(TableDiff.text(vector.value)), \(layout.text): \(place) instead of \(vector.partition)"
                }
            }
        }.sorted()
    }

    // MARK: Whole numbers

    static let numbers: [Vector] =
        [
            (0, 10, "0"), (1, 10, "0"), (9, 10, "0"), (10, 10, "1"), (19, 10, "1"), (20, 10, "2"), (99, 10, "9"),
            (-1, 10, "-1"), (-9, 10, "-1"), (-10, 10, "-1"), (-11, 10, "-2"), (-20, 10, "-2"), (-21, 10, "-3"),
            (999_999, 1_000_000, "0"), (1_000_000, 1_000_000, "1"), (5, 1, "5"), (-5, 1, "-5"), (6, 3, "2"),
            (8, 3, "2"),
            (9_007_199_254_740_993, 1, "9007199254740993"), (.max, 1, "9223372036854775807"),
            (.min, 1, "-9223372036854775808"), (.max, .max, "1"), (.max - 1, .max, "0"), (.min, .max, "-2"),
            (-.max, .max, "-1"), (.min, 10, "-922337203685477581"),
        ].map { number, size, partition in
            Vector(value: .int(number), layout: .numerical(key: "k", size: size), partition: partition)
        } + [Vector(value: .null, layout: .numerical(key: "k", size: 10), partition: "null")]

    // MARK: Times

    /// Moments in UTC with their hour; day and month are its beginning.
    private static let moments: [(text: String, hour: String, week: String)] = [
        ("2025-03-01T00:00:00Z", "2025-03-01T00", "2025-w09"), ("2025-02-28T23:59:59Z", "2025-02-28T23", "2025-w09"),
        ("2024-02-29T12:30:00Z", "2024-02-29T12", "2024-w09"),
        ("2024-02-29T23:59:59.999999Z", "2024-02-29T23", "2024-w09"),
        ("2024-03-01T00:00:00Z", "2024-03-01T00", "2024-w09"), ("2023-02-28T23:59:59Z", "2023-02-28T23", "2023-w09"),
        ("2024-12-29T23:59:59Z", "2024-12-29T23", "2024-w52"), ("2024-12-30T00:00:00Z", "2024-12-30T00", "2025-w01"),
        ("2025-12-28T23:59:59Z", "2025-12-28T23", "2025-w52"), ("2026-01-01T00:00:00Z", "2026-01-01T00", "2026-w01"),
        ("2021-01-03T23:59:59Z", "2021-01-03T23", "2020-w53"), ("2021-01-04T00:00:00Z", "2021-01-04T00", "2021-w01"),
        ("1970-01-01T00:00:00Z", "1970-01-01T00", "1970-w01"), ("1969-12-31T23:59:59.5Z", "1969-12-31T23", "1970-w01"),
        ("1900-03-01T00:00:00Z", "1900-03-01T00", "1900-w09"), ("1900-02-28T23:00:00Z", "1900-02-28T23", "1900-w09"),
        ("2000-02-29T00:00:00Z", "2000-02-29T00", "2000-w09"), ("0001-01-01T00:00:00Z", "0001-01-01T00", "0001-w01"),
        ("9999-12-31T23:59:59Z", "9999-12-31T23", "9999-w52"),
    ]

    static let times: [Vector] =
        moments.flatMap { moment -> [Vector] in
            guard let microseconds = TimestampParser.microseconds(moment.text) else { return [] }
            let names: [(PartitionFormat, String)] = [
                (.hour, moment.hour), (.day, String(moment.hour.prefix(10))), (.month, String(moment.hour.prefix(7))),
                (.week, moment.week),
            ]
            let isWhole = microseconds % 1_000_000 == 0
            return names.flatMap { format, name -> [Vector] in
                let layout = Partitioning.datetime(key: "k", format: format)
                let value = Vector(value: .timestamp(microseconds), layout: layout, partition: name)
                let text = Vector(value: .string(moment.text), layout: layout, partition: name)
                let epoch = Vector(value: .int(microseconds / 1_000_000), layout: layout, partition: name)
                return isWhole ? [value, text, epoch] : [value, text]
            }
        } + refused

    /// What is no date of four digits goes to the one place for such, whatever the format.
    private static let refused = PartitionFormat.allCases.flatMap { format in
        [.int(253_402_300_800), .int(-62_135_596_801), .int(.max), .string(""), .string("soon"), .null].map { value in
            Vector(value: value, layout: .datetime(key: "k", format: format), partition: "1970-01")
        }
    }

    // MARK: Hashes

    /// Values, and their buckets: of 7, of 1,000, and of 1,000 where the column stands twice among the keys.
    static let hashes: [Vector] = [
        (Value.int(0), "0", "850", "217"),
        (Value.int(-1), "3", "592", "788"),
        (Value.int(9_007_199_254_740_993), "2", "719", "861"),
        (Value.int(.min), "0", "330", "980"),
        (Value.string(""), "1", "366", "983"),
        (Value.string("cus_Q1"), "1", "321", "403"),
        (Value.string("CUS_Q1"), "0", "88", "186"),
        (Value.string("Zoë"), "3", "524", "866"),
        (Value.string(" a "), "5", "43", "690"),
        (Value.null, "0", "316", "986"),
        (Value.timestamp(0), "5", "145", "987"),
        (Value.timestamp(1_709_251_199_500_000), "5", "881", "174"),
    ].flatMap { value, ofSeven, ofThousand, twice in
        [
            Vector(value: value, layout: .md5(keys: ["k"], count: 7), partition: ofSeven),
            Vector(value: value, layout: .md5(keys: ["k"], count: 1_000), partition: ofThousand),
            Vector(value: value, layout: .md5(keys: ["k", "k"], count: 1_000), partition: twice),
        ]
    }

    // MARK: Tables

    private static func type(of value: Value) -> ColumnType? {
        switch value {
        case .int: .int64
        case .timestamp: .timestamp
        case .string, .null: .utf8
        default: nil
        }
    }

    private static func table(_ values: [Value], _ type: ColumnType) -> Table {
        var builder = ColumnBuilder(type)
        for value in values {
            switch value {
            case .int(let number), .timestamp(let number): builder.append(int: number)
            case .string(let text): builder.append(bytes: text.utf8)
            default: builder.appendNull()
            }
        }
        let column = builder.finish()
        return Table(schema: TableSchema([Field("k", type)]), columns: [column], rowCount: values.count)
    }
}
