// The values of a row: by their first byte, straight into the column.

extension JSONPageReader {
    @inline(__always)
    mutating func value(
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
