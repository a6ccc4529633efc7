import Columns
import Foundation
import Testing

@Suite struct CursorValueTests {
    static func decimal(_ text: String) -> CursorValue { Decimal128(text).map { .decimal($0) } ?? .integer(0) }

    static let ordered: [[CursorValue]] = [
        [
            .integer(.min), decimal("-99999999999999999999"), .integer(-1), decimal("-0.5"), .integer(0),
            decimal("0.10"), decimal("0.2"),
            .integer(9), .integer(10), decimal("10.5"), .integer(.max), decimal("99999999999999999999"),
        ].sorted { $0.isLess(than: $1) ?? false },
        [.date(-1), .date(0), .date(20_000)], [.timestamp(-1), .timestamp(9), .timestamp(10)],
        [.objectID("0a0000000000000000000000"), .objectID("0b0000000000000000000000")],
    ]

    @Test("Values of one kind are in order, by value and not by text", arguments: ordered)
    func order(_ values: [CursorValue]) {
        for (left, first) in values.enumerated() {
            for (right, second) in values.enumerated() {
                #expect(first.isLess(than: second) == (left < right))
                #expect(CursorValue.maximum(first, second) == values[max(left, right)])
                #expect(CursorValue.minimum(first, second) == values[min(left, right)])
            }
        }
    }

    @Test("Values of different kinds have no order")
    func kinds() {
        #expect(CursorValue.integer(1).isLess(than: .timestamp(2)) == nil)
        #expect(CursorValue.date(1).isLess(than: .timestamp(2)) == nil)
        #expect(CursorValue.maximum(.objectID("a"), .integer(1)) == nil)
    }

    @Test("Stored text reads back", arguments: ordered.flatMap { $0 })
    func stored(_ value: CursorValue) throws {
        let read = try #require(CursorValue(storedText: value.storedText, as: value.type))
        #expect(read.storedText == value.storedText)
        #expect(read.isLess(than: value) == false && value.isLess(than: read) == false)
        let data = try JSONEncoder().encode(value)
        #expect(try JSONDecoder().decode(CursorValue.self, from: data).storedText == value.storedText)
    }

    @Test(
        "Upstream text is read as its kind says",
        arguments: [
            ("1700000000", .integer, .integer(1_700_000_000)), ("1.50", .numeric, decimal("1.50")),
            ("2024-01-02T03:04:05+01:00", .datetime, .timestamp(1_704_161_045_000_000)),
            ("2024-01-02", .date, .date(19_724)),
            ("0123456789ABCDEF01234567", .objectID, .objectID("0123456789abcdef01234567")), ("", .datetime, nil),
            ("None", .integer, nil), ("x", .objectID, nil), ("soon", .timestamp, nil),
        ] as [(String, CursorType, CursorValue?)])
    func text(_ text: String, _ type: CursorType, _ expected: CursorValue?) {
        #expect(CursorValue(storedText: text, as: type) == expected)
    }

    @Test("The extremes of a column leave nulls out")
    func extremes() throws {
        let table = try table(
            #"[{"i":5,"t":"2024-01-02","f":1.5,"n":null},{"i":null,"t":"x","f":-2,"n":null},{"i":-7,"t":"2023-01-02","f":null}]"#
        )
        let integers = try #require(table.column("i")?.extremes())
        #expect(integers.min == .integer(-7) && integers.max == .integer(5))
        let floats = try #require(table.column("f")?.extremes())
        #expect(floats.min == .integer(-2) && floats.max == Self.decimal("1.5"))
        #expect(table.column("t")?.extremes() == nil)
        let times = try #require(table.column("t")?.extremes(as: .datetime))
        #expect(times.min == .timestamp(1_672_617_600_000_000) && times.max == .timestamp(1_704_153_600_000_000))
        #expect(table.column("n")?.extremes(as: .datetime) == nil)
    }
}
