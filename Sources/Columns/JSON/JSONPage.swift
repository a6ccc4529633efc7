/// A page of JSON from which a few values are wanted, such as those that lead to the next page.
///
/// The bytes are walked over, not parsed into values; the walk ends when all that was asked for is found. Rows go to
/// `TableBuilder`, which reads the same bytes.
public struct JSONPage: Sendable {
    /// The page as it came.
    public let bytes: [UInt8]
    private let maximumDepth: Int

    /// Takes a page; nothing is read yet.
    public init(_ bytes: [UInt8], maximumDepth: Int = 512) {
        self.bytes = bytes
        self.maximumDepth = maximumDepth
    }

    /// The value at a path such as `meta.next` or `data[-1].id` (the last row's); nil where there is none.
    ///
    /// - Throws: where the page, as far as it was read, is not JSON.
    public func value(at path: String) throws(JSONError) -> JSONValue? {
        try values(at: [path])[0]
    }

    /// The value at `path` if it is a string, number or boolean; nil for null, objects and arrays, and where there is none.
    public func scalar(at path: String) throws(JSONError) -> JSONValue? {
        switch try value(at: path) {
        case .array, .object, .null, nil: nil
        case .some(let value): value
        }
    }

    /// The values at several paths, found in one walk. A path that is spelled wrong leads to nothing.
    public func values(at paths: [String]) throws(JSONError) -> [JSONValue?] {
        let parsed = paths.map { JSONPath($0) }
        return try walk(parsed, counting: false).values
    }

    /// The values at several paths, and whether there is anything at one more, all found in one walk. What is there is
    /// not read.
    public func values(
        at paths: [String], probing probe: String
    ) throws(JSONError) -> (values: [JSONValue?], isThere: Bool) {
        let parsed = (paths + [probe]).map { JSONPath($0) }
        let values = try walk(parsed, counting: false, probe: paths.count).values
        return (Array(values.dropLast()), values[paths.count] != nil)
    }

    /// The number of elements of the array at `path`; nil where there is no array.
    public func count(at path: String) throws(JSONError) -> Int? {
        try walk([JSONPath(path)], counting: true).counts[0]
    }

    private func walk(
        _ paths: [JSONPath?], counting: Bool, probe: Int? = nil
    ) throws(JSONError) -> JSONPageWalk {
        let result: Result<JSONPageWalk, JSONError> = PaddedBytes.scan(bytes, maximumDepth: maximumDepth) { scanner in
            var walk = JSONPageWalk(paths, counting: counting, probe: probe)
            do throws(JSONScanFailure) {
                try walk.run(&scanner)
                return .success(walk)
            } catch {
                return .failure(scanner.error(error))
            }
        }
        return try result.get()
    }
}

/// One walk over a page towards several paths.
struct JSONPageWalk {
    typealias Place = JSONScanner.Place

    private let paths: [[JSONPath.Segment]]
    private let counting: Bool
    /// The path of which only the presence counts: null stands for whatever is there.
    private let probe: Int?
    private var missing: Int
    private(set) var values: [JSONValue?]
    private(set) var counts: [Int?]

    init(_ paths: [JSONPath?], counting: Bool, probe: Int? = nil) {
        self.paths = paths.map { $0?.segments ?? [] }
        self.counting = counting
        self.probe = probe
        values = Array(repeating: nil, count: paths.count)
        counts = Array(repeating: nil, count: paths.count)
        wanted = paths.indices.filter { paths[$0] != nil }
        missing = wanted.count
    }

    private let wanted: [Int]

    mutating func run(_ scanner: inout JSONScanner) throws(JSONScanFailure) {
        guard !wanted.isEmpty, let last = try visit(scanner.first(), wanted, level: 0, &scanner) else { return }
        try scanner.finish(last)
    }

    /// Looks for the paths within one value, such as a row; what lies behind it is not read.
    mutating func find(in place: Place, _ scanner: inout JSONScanner) throws(JSONScanFailure) {
        _ = try visit(place, wanted, level: 0, &scanner)
    }

    /// Visits a value that the paths `wanted` lead to or through; nil when everything is found.
    private mutating func visit(
        _ place: Place, _ wanted: [Int], level: Int, _ scanner: inout JSONScanner
    ) throws(JSONScanFailure) -> Place? {
        guard level < scanner.maximumDepth else { throw JSONScanFailure(reason: .depth, place: place) }
        for index in wanted where paths[index].count == level { try take(index, place, level: level, &scanner) }
        if missing == 0 { return nil }
        let onwards = wanted.filter { paths[$0].count > level }
        if !onwards.isEmpty, place.pointee == 0x7B { return try object(place, onwards, level: level, &scanner) }
        if !onwards.isEmpty, place.pointee == 0x5B { return try array(place, onwards, level: level, &scanner) }
        return try scanner.pass(place, depth: level)
    }

    private mutating func take(
        _ index: Int, _ place: Place, level: Int, _ scanner: inout JSONScanner
    ) throws(JSONScanFailure) {
        guard values[index] == nil, counts[index] == nil else { return }
        if counting {
            guard place.pointee == 0x5B else { return }
            counts[index] = try countElements(place, level: level, &scanner)
        } else if index == probe {
            values[index] = .null
        } else {
            var last = place
            values[index] = try scanner.value(&last, depth: level)
        }
        missing -= 1
    }

    private func countElements(_ start: Place, level: Int, _ scanner: inout JSONScanner) throws(JSONScanFailure) -> Int
    {
        var place = scanner.skipSpace(start + 1)
        if place.pointee == 0x5D { return 0 }
        var count = 1
        while true {
            place = scanner.skipSpace(try scanner.pass(place, depth: level + 1))
            guard place.pointee == 0x2C else { break }
            count += 1
            place = scanner.skipSpace(place + 1)
        }
        guard place.pointee == 0x5D else { throw JSONScanFailure(reason: .commaOrBracket, place: place) }
        return count
    }

    private mutating func object(
        _ start: Place, _ wanted: [Int], level: Int, _ scanner: inout JSONScanner
    ) throws(JSONScanFailure) -> Place? {
        var place = scanner.skipSpace(start + 1)
        if place.pointee == 0x7D { return place + 1 }
        while true {
            guard place.pointee == 0x22 else { throw JSONScanFailure(reason: .key, place: place) }
            let name = try scanner.string(&place)
            place = try scanner.passColon(place)
            let matching = wanted.filter { !paths[$0][level].isIndexOnly && paths[$0][level].name == name }
            if matching.isEmpty {
                place = try scanner.pass(place, depth: level + 1)
            } else {
                guard let next = try visit(place, matching, level: level + 1, &scanner) else { return nil }
                place = next
            }
            place = scanner.skipSpace(place)
            guard place.pointee == 0x2C else { break }
            place = scanner.skipSpace(place + 1)
        }
        guard place.pointee == 0x7D else { throw JSONScanFailure(reason: .commaOrBrace, place: place) }
        return place + 1
    }

    /// Positions from the end are visited when the end is reached; the places of the last elements are kept for that.
    private mutating func array(
        _ start: Place, _ wanted: [Int], level: Int, _ scanner: inout JSONScanner
    ) throws(JSONScanFailure) -> Place? {
        let indices = wanted.compactMap { path in paths[path][level].index.map { (path: path, index: $0) } }
        let kept = indices.map { max(0, -$0.index) }.max() ?? 0
        var recent: [Place] = []
        var position = 0
        var place = scanner.skipSpace(start + 1)
        if place.pointee == 0x5D { return place + 1 }
        while true {
            if kept > 0 {
                if recent.count == kept, kept <= 64 { recent.removeFirst() }
                recent.append(place)
            }
            let matching = indices.filter { $0.index == position }.map(\.path)
            guard let next = try visit(place, matching, level: level + 1, &scanner) else { return nil }
            place = scanner.skipSpace(next)
            position += 1
            guard place.pointee == 0x2C else { break }
            place = scanner.skipSpace(place + 1)
        }
        guard place.pointee == 0x5D else { throw JSONScanFailure(reason: .commaOrBracket, place: place) }
        for (path, index) in indices where index < 0 && -index <= recent.count {
            let element = recent[recent.count + index]
            if try visit(element, [path], level: level + 1, &scanner) == nil { return nil }
        }
        return place + 1
    }
}
