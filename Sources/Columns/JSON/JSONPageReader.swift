/// Reads one page of JSON into columns: the hot path.
///
/// One pass: everything is checked by `JSONScanner` and appended at once. Keys are expected in the order of the columns,
/// which most upstreams keep; only a key out of order is looked up.
struct JSONPageReader {
    typealias Place = JSONScanner.Place
    typealias Mark = ColumnSink.Mark

    var scanner: JSONScanner
    private let path: JSONPath
    private let store: ColumnStore
    private var constants: [(index: Int, value: JSONValue)] = []
    private var lift: RowLift?
    private var rowCount = 0
    /// What is wrong above the grammar; found first, reported when the grammar is in order.
    private var problem: (reason: JSONError.Reason, place: Place)?

    init(_ scanner: JSONScanner, path: JSONPath, store: ColumnStore) {
        self.scanner = scanner
        self.path = path
        self.store = store
    }

    /// Reads the page and returns the number of its rows.
    ///
    /// - Throws: `JSONError`, or `TableBuildError` where a lifted column's path is spelled wrong.
    mutating func read(constants: [(name: String, value: JSONValue)], lifting: [LiftedColumn]) throws -> Int {
        if !lifting.isEmpty {
            lift = try RowLift(lifting, in: store)
            if lift == nil { throw scanner.error(refusal, at: scanner.start) }
        }
        return try read(constants: constants)
    }

    private mutating func read(constants: [(name: String, value: JSONValue)]) throws(JSONError) -> Int {
        for (name, value) in constants {
            guard let index = store.constant(name) else { throw scanner.error(refusal, at: scanner.start) }
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

    /// Why the store gave no column.
    private var refusal: JSONError.Reason {
        store.takenName.map { .liftedNameTaken($0) } ?? .tooManyColumns(limit: store.options.maximumColumns)
    }

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
        if let lift { try lift.append(from: start, &scanner, to: store) }
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
            note(refusal, at: place)
            throw JSONScanFailure(reason: .content, place: place)
        }
        return (index, last + 1)
    }

    private func index(escaped spelled: UnsafeBufferPointer<UInt8>) -> Int? {
        Self.unescaped(spelled).withUnsafeBufferPointer { store.index(key: $0, spelled: spelled) }
    }

    static func unescaped(_ spelled: UnsafeBufferPointer<UInt8>) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: spelled.count) { target, written in
            guard let source = spelled.baseAddress, let target = target.baseAddress else { return }
            written = JSONText.unescape(source, count: spelled.count, to: target)
        }
    }
}
