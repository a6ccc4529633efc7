import Cassettes
import Columns
import Pipeline
import Tributary

extension Bench {
    /// What is wrong with the lower bound that an increment sent, where it shows beside the stored value: another unit, the
    /// clock, a time zone, a rounding. Nil where nothing stands out.
    ///
    /// - Parameter files: the lake before the increment.
    func causeOfBound(_ run: Lab.Run, after files: MemoryLake.Files) -> String? {
        guard spelling.isTime, let last = stored(files)?.mark("last"), let stored = markPosition(last) else {
            return nil
        }
        if sql != nil { return causeOfParameter(run, beside: stored, last) }
        let calls = run.log.requests.filter(isList).compactMap { try? ModelCall($0.request) }
        let own = boundFilters.filter { $0.field == collection.cursor }
        if !calls.isEmpty, calls.allSatisfy({ call in own.allSatisfy { $0.asked(call) == .nothing } }) {
            return
                "No bound was sent, and stored was \(last): where the increment ended is the source's own rule. It may end behind "
                + "a page whose rows all lie before the stored value, and not at a row that equals it."
        }
        for filter in own where filter.template == nil {
            let isUpper = [.less, .lessOrEqual].contains(filter.comparison)
            if isUpper, let text = calls.lazy.compactMap({ $0.parameter(filter.parameter) }).first,
                moment(text, filter.format ?? spelling.format) == stored
            {
                return
                    "The stored value, \(last), was sent as \(filter.parameter), which is the upper bound of this list."
            }
            guard [.greater, .greaterOrEqual].contains(filter.comparison),
                let text = calls.lazy.compactMap({ $0.parameter(filter.parameter) }).first,
                let bound = moment(text, filter.format ?? spelling.format)
            else { continue }
            return Self.oddity(of: bound, beside: stored, now: run.clock.now).map {
                "The bound sent is \(filter.parameter)=\(text), and stored was \(last): \($0)"
            }
        }
        return nil
    }

    /// The same of a statement's parameters: the first that is a moment near the stored one, or of another unit.
    private func causeOfParameter(_ run: Lab.Run, beside stored: Int64, _ last: String) -> String? {
        let bounds = statementBounds(run)
        guard let first = bounds.first else {
            return "No statement of the increment has a parameter: it asks for no bound, or has one in its text."
        }
        if bounds.contains(where: { $0.position == stored }) {
            return
                "The stored value, \(last), was sent as a parameter: the statement compares it as greater, in whole days or "
                + "with another column, or rows that came are left out by the source."
        }
        return Self.oddity(of: first.position, beside: stored, now: run.clock.now).map {
            "The parameter of the statement is \(first.text), and stored was \(last): \($0)"
        }
    }

    /// The parameters of a run's statements that may be moments: text, and microseconds since 1970.
    func statementBounds(_ run: Lab.Run) -> [(text: String, position: Int64)] {
        run.log.databases.statements.flatMap(\.statement.parameters).compactMap { value in
            let text = TableDiff.text(value)
            switch value {
            case .timestamp(let moment): return (text, moment)
            case .date(let days): return (text, Int64(days) * 86_400_000_000)
            case .string(let words): return spelling.position(stored: words).map { (text, $0) }
            // Seconds, milliseconds and microseconds of this century lie far apart.
            case .int(let number) where number > 100_000_000_000_000: return (text, number)
            case .int(let number) where number > 100_000_000_000: return (text, number * 1_000)
            case .int(let number) where number > 100_000_000: return (text, number * 1_000_000)
            default: return nil
            }
        }
    }

    private func moment(_ text: String, _ format: ModelDeclaration.CursorFormat) -> Int64? {
        guard let number = Double(text) else { return TimestampParser.microseconds(text) }
        switch format {
        case .epochSeconds: return Int64(exactly: (number * 1e6).rounded())
        case .epochMilliseconds: return Int64(exactly: (number * 1e3).rounded())
        case .iso8601, .date, .integer: return nil
        }
    }

    /// - Parameters: microseconds since 1970.
    static func oddity(of bound: Int64, beside stored: Int64, now: Int64) -> String? {
        let (second, hour): (Int64, Int64) = (1_000_000, 3_600_000_000)
        let ratio = Double(bound) / Double(max(stored, 1))
        if ratio > 500 {
            return
                "it is a thousand times as great, as milliseconds are where seconds are taken: declare format: .epochSeconds."
        }
        if ratio < 0.002, ratio > 0 {
            return
                "it is a thousandth of it, as seconds are where milliseconds are taken: declare format: .epochMilliseconds."
        }
        let distance = bound - stored
        if distance != 0, abs(bound - now) <= 25 * hour, abs(stored - now) > 50 * hour {
            return "it is made of the clock, and not of what was stored."
        }
        if distance != 0, abs(distance) <= 14 * hour, distance % (hour / 4) == 0 {
            let quarters = Double(abs(distance) / (hour / 4)) / 4
            return
                "it lies \(quarters.formatted) hours \(distance > 0 ? "behind" : "before") that, as when a time zone is added, taken off or left out."
        }
        guard distance > 0, distance <= 31 * 24 * hour else { return nil }
        return distance <= second
            ? "it is moved on so that the row which was read last does not come again, nor any other of that moment."
            : "it is rounded up, or moved on past rows that were not read."
    }
}

extension Double {
    /// Without a fraction where there is none.
    fileprivate var formatted: String { self == rounded() ? String(Int(self)) : String(self) }
}
