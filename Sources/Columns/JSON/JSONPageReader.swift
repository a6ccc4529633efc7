/// Reads one page of JSON into columns: the hot path.
///
/// One pass: everything is checked by `JSONScanner` and appended at once. Keys are expected in the order of the columns,
/// which most upstreams keep; only a key out of order is looked up.
struct JSONPageReader {
    typealias Place = JSONScanner.Place
    typealias Mark = ColumnSink.Mark

    private var scanner: JSONScanner
    private let path: JSONPath
    private let store: ColumnStore
    private var constants: [(index: Int, value: JSONValue)] = []
    private var rowCount = 0
    /// What is wrong above the grammar; found first, reported when the grammar is in order.
    private var problem: (reason: JSONError.Reason, place: Place)?

    init(_ scanner: JSONScanner, path: JSONPath, store: ColumnStore) {
        self.scanner = scanner
        self.path = path
        self.store = store
    }

    /// Reads the page and returns the number of its rows.
    mutating func read(constants: [(name: String, value: JSONValue)]) throws(JSONError) -> Int {
        for (name, value) in constants {
            guard let index = store.constant(name) else { throw scanner.error(tooManyColumns, at: scanner.start) }
            self.constants.append((index, value))
        }
        do throws(JSONScanFailure) {
            let last = try walk(scanner.first(), level: 0)
            try scanner.finish(last)
        } catch {
            if error.reason != .content { throw scanner.error(error) }
        }
        if let problem { throw scanner.error(problem.reason, at: problem.place) }
        return rowCount
    }

    private var tooManyColumns: JSONError.Reason { .tooManyColumns(limit: store.options.maximumColumns) }

    private mutating func note(_ reason: JSONError.Reason, at place: Place) {
        if problem == nil { problem = (reason, place) }
    }

    // MARK: The way to the rows

    private mutating func walk(_ place: Place, level: Int) throws(JSONScanFailure) -> Place {
        guard level < path.segments.count else { return try rows(place, depth: level) }
        guard level < scanner.maximumDepth else { throw JSONScanFailure(reason: .depth, place: place) }
        let segment = path.segments[level]
        if place.pointee == 0x7B, !segment.isIndexOnly { return try walkObject(place, level: level) }
        if place.pointee == 0x5B, let index = segment.index, index >= 0 {
            return try walkArray(place, index: index, level: level)
        }
        noteMissing(level: level, keys: [], at: place)
        return try scanner.pass(place, depth: level)
    }

    private mutating func noteMissing(level: Int, keys: [String], at place: Place) {
        let missing = path.segments[level].name
        note(.missingPath(path: path.description, missing: missing, keys: keys), at: place)
    }

    private mutating func walkObject(_ start: Place, level: Int) throws(JSONScanFailure) -> Place {
        var place = scanner.skipSpace(start + 1)
        var keys: [String] = []
        var isFound = false
        if place.pointee != 0x7D {
            while true {
                guard place.pointee == 0x22 else { throw JSONScanFailure(reason: .key, place: place) }
                let key = try scanner.string(&place)
                place = try scanner.passColon(place)
                if !isFound, key == path.segments[level].name {
                    isFound = true
                    place = try walk(place, level: level + 1)
                } else {
                    if keys.count < 20 { keys.append(String(key.prefix(40))) }
                    place = try scanner.pass(place, depth: level + 1)
                }
                place = scanner.skipSpace(place)
                guard place.pointee == 0x2C else { break }
                place = scanner.skipSpace(place + 1)
            }
            guard place.pointee == 0x7D else { throw JSONScanFailure(reason: .commaOrBrace, place: place) }
        }
        if !isFound { noteMissing(level: level, keys: keys, at: start) }
        return place + 1
    }

    private mutating func walkArray(_ start: Place, index: Int, level: Int) throws(JSONScanFailure) -> Place {
        var place = scanner.skipSpace(start + 1)
        var position = 0
        if place.pointee != 0x5D {
            while true {
                place =
                    position == index
                    ? try walk(place, level: level + 1) : try scanner.pass(place, depth: level + 1)
                position += 1
                place = scanner.skipSpace(place)
                guard place.pointee == 0x2C else { break }
                place = scanner.skipSpace(place + 1)
            }
            guard place.pointee == 0x5D else { throw JSONScanFailure(reason: .commaOrBracket, place: place) }
        }
        if position <= index { noteMissing(level: level, keys: [], at: start) }
        return place + 1
    }

    // MARK: Rows

    private mutating func rows(_ place: Place, depth: Int) throws(JSONScanFailure) -> Place {
        switch place.pointee {
        case 0x5B: return try array(place, depth: depth + 1)
        case 0x7B: return try row(place, depth: depth + 1)
        default:
            let last = try scanner.pass(place, depth: depth)
            if place.pointee != 0x6E {
                note(.notRows(path: path.description, came: Self.kind(place.pointee)), at: place)
            }
            return last
        }
    }

    private mutating func array(_ start: Place, depth: Int) throws(JSONScanFailure) -> Place {
        guard depth <= scanner.maximumDepth else { throw JSONScanFailure(reason: .depth, place: start) }
        var place = scanner.skipSpace(start + 1)
        if place.pointee == 0x5D { return place + 1 }
        while true {
            if place.pointee == 0x7B {
                place = try row(place, depth: depth + 1)
            } else {
                let first = place
                place = try scanner.pass(place, depth: depth)
                note(
                    .notAnObject(path: path.description, index: rowCount, came: Self.kind(first.pointee)), at: first)
            }
            place = scanner.skipSpace(place)
            guard place.pointee == 0x2C else { break }
            place = scanner.skipSpace(place + 1)
        }
        guard place.pointee == 0x5D else { throw JSONScanFailure(reason: .commaOrBracket, place: place) }
        return place + 1
    }

    private static func kind(_ byte: UInt8) -> String {
        switch byte {
        case 0x22: "a string"
        case 0x7B: "an object"
        case 0x5B: "an array"
        case 0x74, 0x66: "a boolean"
        case 0x6E: "null"
        default: "a number"
        }
    }

    /// Reads the object at `start` as a row.
    private mutating func row(_ start: Place, depth: Int) throws(JSONScanFailure) -> Place {
        guard depth <= scanner.maximumDepth else { throw JSONScanFailure(reason: .depth, place: start) }
        store.beginRow()
        let rows = store.rows
        for (index, value) in constants { append(constant: value, to: index, rows: rows) }
        var (sinks, columns) = (store.sinks, store.count)
        var next = 0
        var place = scanner.skipSpace(start + 1)
        if place.pointee != 0x7D {
            while true {
                guard place.pointee == 0x22 else { throw JSONScanFailure(reason: .key, place: place) }
                place += 1
                if next < columns, sinks[next].matches(place) {
                    place += sinks[next].keyLength
                } else {
                    (next, place) = try find(place, after: next)
                    (sinks, columns) = (store.sinks, store.count)
                }
                place = try scanner.passColon(place)
                let sink = sinks + next
                // Of a repeated key the last value counts.
                if sink.pointee.count != rows { sink.pointee.align(rows) }
                place = scanner.skipSpace(try value(place, into: sink, depth: depth))
                next &+= 1
                guard place.pointee == 0x2C else { break }
                place = scanner.skipSpace(place + 1)
            }
            guard place.pointee == 0x7D else { throw JSONScanFailure(reason: .commaOrBrace, place: place) }
        }
        store.endRow()
        store.byteCount &+= place - start
        rowCount &+= 1
        return place + 1
    }

    private func append(constant value: JSONValue, to index: Int, rows: Int) {
        store.sinks[index].align(rows)
        store.append(value, to: index)
    }

    /// The column of the key that starts at `place`, and the place behind the key's closing quote.
    @inline(never)
    private mutating func find(_ place: Place, after next: Int) throws(JSONScanFailure) -> (Int, Place) {
        // Keys that are left out in some rows: the one meant is often one of the next.
        for index in next..<max(next, min(next + 4, store.count)) where store.sinks[index].matches(place) {
            return (index, place + store.sinks[index].keyLength)
        }
        var hasEscape = false
        let last = try scanner.scanString(place, &hasEscape)
        let spelled = UnsafeBufferPointer(start: place, count: last - place)
        let index = hasEscape ? index(escaped: spelled) : store.index(key: spelled, spelled: spelled)
        guard let index else {
            note(tooManyColumns, at: place)
            throw JSONScanFailure(reason: .content, place: place)
        }
        return (index, last + 1)
    }

    private func index(escaped spelled: UnsafeBufferPointer<UInt8>) -> Int? {
        Self.unescaped(spelled).withUnsafeBufferPointer { store.index(key: $0, spelled: spelled) }
    }

    private static func unescaped(_ spelled: UnsafeBufferPointer<UInt8>) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: spelled.count) { target, written in
            guard let source = spelled.baseAddress, let target = target.baseAddress else { return }
            written = JSONText.unescape(source, count: spelled.count, to: target)
        }
    }

    // MARK: Values

    @inline(__always)
    private mutating func value(
        _ place: Place, into sink: UnsafeMutablePointer<ColumnSink>, depth: Int
    ) throws(JSONScanFailure) -> Place {
        switch place.pointee {
        case 0x22:
            var hasEscape = false
            let last = try scanner.scanString(place + 1, &hasEscape)
            if hasEscape {
                Self.append(escaped: UnsafeBufferPointer(start: place + 1, count: last - place - 1), to: sink)
            } else {
                sink.pointee.append(padded: place + 1, count: last - place - 1, mark: Mark.value)
            }
            return last + 1
        case 0x2D, 0x30...0x39: return try number(place, into: sink)
        case 0x6E where JSONScanner.isNull(place):
            sink.pointee.appendNull()
            return place + 4
        case 0x74 where JSONScanner.isTrue(place):
            sink.pointee.append(bool: true)
            return place + 4
        case 0x66 where JSONScanner.isFalse(place):
            sink.pointee.append(bool: false)
            return place + 5
        case 0x7B, 0x5B: return try container(place, into: sink, depth: depth)
        default: throw JSONScanFailure(reason: .value, place: place)
        }
    }

    private mutating func container(
        _ place: Place, into sink: UnsafeMutablePointer<ColumnSink>, depth: Int
    ) throws(JSONScanFailure) -> Place {
        scanner.sawSpace = false
        let isObject = place.pointee == 0x7B
        let last =
            isObject
            ? try scanner.passObject(place + 1, depth: depth + 1) : try scanner.passArray(place + 1, depth: depth + 1)
        let mark = isObject ? Mark.object : Mark.array
        if scanner.sawSpace {
            Self.append(spaced: UnsafeBufferPointer(start: place, count: last - place), mark: mark, to: sink)
        } else {
            sink.pointee.append(padded: place, count: last - place, mark: mark)
        }
        return last
    }

    @inline(never)
    private static func append(escaped text: UnsafeBufferPointer<UInt8>, to sink: UnsafeMutablePointer<ColumnSink>) {
        guard sink.pointee.storage == .text, sink.pointee.hint == nil, let source = text.baseAddress else {
            return unescaped(text).withUnsafeBufferPointer {
                sink.pointee.appendWidening(text: $0, mark: Mark.value)
            }
        }
        sink.pointee.storeWritten(limit: text.count, mark: Mark.value) {
            JSONText.unescape(source, count: text.count, to: $0)
        }
    }

    @inline(never)
    private static func append(
        spaced text: UnsafeBufferPointer<UInt8>, mark: UInt8, to sink: UnsafeMutablePointer<ColumnSink>
    ) {
        let compact = [UInt8](unsafeUninitializedCapacity: text.count) { target, written in
            guard let source = text.baseAddress, let target = target.baseAddress else { return }
            written = JSONText.compact(source, count: text.count, to: target)
        }
        compact.withUnsafeBufferPointer { sink.pointee.appendWidening(text: $0, mark: mark) }
    }

    // MARK: Numbers

    /// Reads a number: integers of up to 18 digits here, all others by their text.
    @inline(__always)
    private func number(
        _ start: Place, into sink: UnsafeMutablePointer<ColumnSink>
    ) throws(JSONScanFailure) -> Place {
        let isNegative = start.pointee == 0x2D
        let first = isNegative ? start + 1 : start
        var place = first
        var value: Int64 = 0
        var digit = place.pointee &- 0x30
        while digit < 10 {
            value = value &* 10 &+ Int64(digit)
            place += 1
            digit = place.pointee &- 0x30
        }
        let digits = place - first
        guard digits == 1 || (digits > 1 && first.pointee != 0x30) else {
            throw JSONScanFailure(reason: .number, place: digits == 0 ? place : first)
        }
        let isFraction = place.pointee == 0x2E || place.pointee | 0x20 == 0x65
        guard digits <= 18, !isFraction else { return try longNumber(start, from: place, mantissa: value, into: sink) }
        sink.pointee.append(int: isNegative ? 0 &- value : value)
        return place
    }

    /// Reads the rest of a number with a fraction or many digits. Up to 15 digits and powers of ten up to 22 the double
    /// is exact by one division or multiplication (Clinger 1990), and spells the same number.
    @inline(never)
    private func longNumber(
        _ start: Place, from rest: Place, mantissa: Int64, into sink: UnsafeMutablePointer<ColumnSink>
    ) throws(JSONScanFailure) -> Place {
        let last = try scanner.passFraction(rest)
        let length = last - start
        if length <= 16, rest.pointee == 0x2E, sink.pointee.hint == nil || sink.pointee.hint == .float64 {
            var value = mantissa
            var place = rest + 1
            while place < last, place.pointee &- 0x30 < 10 {
                value = value &* 10 &+ Int64(place.pointee &- 0x30)
                place += 1
            }
            if place == last {
                // At most 15 digits: the length counts the point too.
                let number = Double(value) / Self.powers[last - rest - 1]
                sink.pointee.append(double: start.pointee == 0x2D ? -number : number)
                return last
            }
        }
        sink.pointee.append(spelledNumber: UnsafeBufferPointer(start: start, count: length))
        return last
    }

    private static let powers: [Double] = [
        1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
    ]
}
