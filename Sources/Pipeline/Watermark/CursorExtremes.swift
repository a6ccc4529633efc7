import Columns

/// The two greatest and the two least distinct values of a cursor field among some rows; nulls do not count.
///
/// Two of each, because the group of rows that share an extreme value may not be complete yet: more of them can come
/// with the next page. The value next to the extreme is the one up to which everything is known.
struct CursorExtremes: Hashable, Sendable {
    private(set) var greatest: CursorValue?
    private(set) var secondGreatest: CursorValue?
    private(set) var least: CursorValue?
    private(set) var secondLeast: CursorValue?

    /// Takes one value in. False: it is of another kind than those before, and has no order with them.
    mutating func insert(_ value: CursorValue) -> Bool {
        insertGreat(value) && insertSmall(value)
    }

    /// Takes the extremes of more rows in. False: they are of another kind.
    mutating func merge(_ other: CursorExtremes) -> Bool {
        [other.greatest, other.secondGreatest, other.least, other.secondLeast]
            .allSatisfy { value in value.map { insert($0) } ?? true }
    }

    private mutating func insertGreat(_ value: CursorValue) -> Bool {
        guard let first = greatest else {
            greatest = value
            return true
        }
        guard let isGreater = first.isLess(than: value), let isLess = value.isLess(than: first) else { return false }
        if isGreater {
            secondGreatest = first
            greatest = value
        } else if isLess, secondGreatest.map({ $0.isLess(than: value) == true }) ?? true {
            secondGreatest = value
        }
        return true
    }

    private mutating func insertSmall(_ value: CursorValue) -> Bool {
        guard let first = least else {
            least = value
            return true
        }
        guard let isLess = value.isLess(than: first), let isGreater = first.isLess(than: value) else { return false }
        if isLess {
            secondLeast = first
            least = value
        } else if isGreater, secondLeast.map({ value.isLess(than: $0) == true }) ?? true {
            secondLeast = value
        }
        return true
    }
}

extension CursorExtremes {
    /// Reads a column in one pass without boxing its values; text counts as `type` says (object ids).
    ///
    /// Nil where a value cannot be read as a cursor value.
    init?(_ column: Column, as type: CursorType) {
        switch column.values {
        case .int64(let array): self.init(scanning: array, column) { Self.value($0, column.type) }
        case .int32(let array): self.init(scanning: array, column) { Self.value(Int64($0), column.type) }
        case .decimal128(let array): self.init(scanning: array, column) { Self.value(decimal: $0, column.type) }
        default: self.init(boxing: column, as: type)
        }
    }

    private static func value(_ number: Int64, _ type: ColumnType) -> CursorValue {
        switch type {
        case .timestamp: .timestamp(number)
        case .date32: .date(Int32(truncatingIfNeeded: number))
        default: .integer(number)
        }
    }

    private static func value(decimal: Int128, _ type: ColumnType) -> CursorValue {
        guard case .decimal128(_, let scale) = type else { return .decimal(Decimal128(unscaled: decimal, scale: 0)) }
        return .decimal(Decimal128(unscaled: decimal, scale: scale))
    }

    /// The rare kinds, and a check of each value: object ids as text, doubles.
    private init?(boxing column: Column, as type: CursorType) {
        self.init()
        for index in 0..<column.count where !column.isNull(index) {
            guard let value = CursorValue(column[index], as: type), insert(value) else { return nil }
        }
    }

    private init<Element: FixedWidthInteger>(
        scanning array: [Element], _ column: Column, _ value: (Element) -> CursorValue
    ) {
        self.init()
        var scan = Scan<Element>()
        if let validity = column.validity {
            for index in 0..<array.count where validity[index] { scan.take(array[index]) }
        } else {
            for element in array { scan.take(element) }
        }
        guard !scan.isEmpty else { return }
        greatest = value(scan.greatest)
        least = value(scan.least)
        secondGreatest = scan.secondGreatest.map(value)
        secondLeast = scan.secondLeast.map(value)
    }

    /// The four extremes of numbers, kept unboxed.
    private struct Scan<Element: FixedWidthInteger> {
        var isEmpty = true
        var greatest: Element = .min
        var least: Element = .max
        var secondGreatest: Element?
        var secondLeast: Element?

        mutating func take(_ element: Element) {
            if isEmpty {
                (greatest, least, isEmpty) = (element, element, false)
                return
            }
            if element > greatest {
                (secondGreatest, greatest) = (greatest, element)
            } else if element < greatest, secondGreatest.map({ element > $0 }) ?? true {
                secondGreatest = element
            }
            if element < least {
                (secondLeast, least) = (least, element)
            } else if element > least, secondLeast.map({ element < $0 }) ?? true {
                secondLeast = element
            }
        }
    }
}
