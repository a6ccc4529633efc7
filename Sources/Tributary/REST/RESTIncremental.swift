import Columns

/// How an endpoint is read from a cursor value on: the field in the data, and what the upstream takes as bounds.
public struct RESTIncremental: Sendable {
    /// One bound of a query.
    public struct Bound: Sendable {
        /// Where the value goes.
        public var parameter: RequestParameter
        /// How the value is spelt.
        public var format: CursorFormat
        /// Whether the upstream's answer holds rows that are equal to the bound.
        public var isInclusive: Bool
        /// The parameter's text, with `{value}` where the value belongs. A time that the upstream takes in a form of its own
        /// is `{value:yyyy-MM-dd.HH:mm:ss}`, in UTC; `SSS` are milliseconds, `SSSSSS` microseconds.
        public var template: String

        /// A bound, by default inclusive and in ISO 8601.
        public init(
            _ parameter: RequestParameter, format: CursorFormat = .iso8601, isInclusive: Bool = true,
            template: String = "{value}"
        ) {
            self.parameter = parameter
            self.format = format
            self.isInclusive = isInclusive
            self.template = template
        }
    }

    /// The field as the user chooses it.
    public var field: IncrementalField
    /// Where the lower bound goes; nil when the upstream takes none.
    public var start: Bound?
    /// Where the upper bound goes; lets an interrupted descending walk go on below what it has.
    public var end: Bound?
    /// For a list that comes newest first and takes no bound: reading stops at the first page that is older than the
    /// watermark as a whole.
    public var stopsAtWatermark: Bool
    /// Parameters that are sent when this field was chosen, such as the order by it.
    public var query: [QueryItem]
    /// The same for a search by POST: values of the body by their places, such as `sort.by`, over those of the endpoint's.
    public var body: JSONObject
    /// The order in which rows arrive when this field was chosen; nil means the endpoint's.
    public var sort: RESTSort?

    /// A cursor field with the bounds that the upstream takes.
    public init(
        _ field: IncrementalField, start: Bound? = nil, end: Bound? = nil, stopsAtWatermark: Bool = false,
        query: KeyValuePairs<String, String> = [:], body: JSONObject = [:], sort: RESTSort? = nil
    ) {
        self.field = field
        self.start = start
        self.end = end
        self.stopsAtWatermark = stopsAtWatermark
        self.query = query.map { QueryItem($0.key, $0.value) }
        self.body = body
        self.sort = sort
    }
}

extension RESTIncremental {
    /// Its bounds, as a recorder is told of them.
    var hints: [PageHint.Bound] {
        [(start, false), (end, true)].compactMap { bound, isUpper in
            bound.map {
                PageHint.Bound(
                    field: field.name, parameter: $0.parameter, template: $0.template, isUpper: isUpper,
                    isInclusive: $0.isInclusive)
            }
        }
    }

    /// Whether the bound names a day, and the values moments of it.
    var isBoundedByTheDay: Bool {
        guard let start, field.type != .date else { return false }
        return (BoundTemplate(start.template).patternFormat ?? start.format) == .date
    }

    /// A point in time with a lower bound in the query: `.datetime("updated_at", parameter: "updated_since")`. A number
    /// since 1970 is one too: `.datetime("created", parameter: "created[gte]", format: .epochSeconds)`.
    ///
    /// - Parameter template: the text of the lower bound, where it is more than the value: `">={value}"`.
    public static func datetime(
        _ name: String, parameter: RequestParameter, end: RequestParameter? = nil, format: CursorFormat = .iso8601,
        template: String = "{value}", isInclusive: Bool = true, query: KeyValuePairs<String, String> = [:],
        body: JSONObject = [:], sort: RESTSort? = nil
    ) -> Self {
        Self(
            .datetime(name),
            start: Bound(parameter, format: format, isInclusive: isInclusive, template: template),
            end: end.map { Bound($0, format: format, isInclusive: isInclusive) }, query: query, body: body, sort: sort)
    }

    /// A number that grows, such as an id; a time that is a number is no counter, see ``datetime(_:parameter:end:format:template:isInclusive:query:body:sort:)``.
    public static func integer(
        _ name: String, parameter: RequestParameter, end: RequestParameter? = nil, isInclusive: Bool = true,
        query: KeyValuePairs<String, String> = [:], body: JSONObject = [:], sort: RESTSort? = nil
    ) -> Self {
        Self(
            .integer(name), start: Bound(parameter, format: .plain, isInclusive: isInclusive),
            end: end.map { Bound($0, format: .plain, isInclusive: isInclusive) }, query: query, body: body, sort: sort)
    }

    /// A point in time of a list that comes newest first and takes no bound.
    public static func newestFirst(_ field: IncrementalField, query: KeyValuePairs<String, String> = [:]) -> Self {
        Self(field, stopsAtWatermark: true, query: query, sort: .descending)
    }
}

/// The order in which the rows of an endpoint arrive.
public enum RESTSort: String, Hashable, Sendable, Codable {
    case ascending
    case descending
    /// In no order that can be trusted: the watermark moves only when a read is complete.
    case unsorted
}

/// How a cursor value is spelt in a query.
public enum CursorFormat: String, Hashable, Sendable, Codable {
    /// `2026-01-31T09:00:00Z`, with six more digits where there are parts of a second.
    case iso8601
    /// `2026-01-31T09:00:00Z`; parts of a second are cut off.
    case iso8601Seconds
    case epochSeconds
    case epochMilliseconds
    /// `2026-01-31`
    case date
    /// Numbers and object ids as they are.
    case plain
}

extension CursorFormat {
    /// The value in this spelling; nil when it cannot be spelt so.
    ///
    /// - Parameters:
    ///   - roundingUp: what becomes of parts of a unit that the format leaves out.
    ///   - units: added, in the smallest unit of the format.
    func text(for value: CursorValue, roundingUp: Bool = false, moved units: Int64 = 0) -> String? {
        switch value {
        case .timestamp(let microseconds): text(microseconds: microseconds, roundingUp, units)
        case .date(let days):
            self == .date || self == .plain
                ? CursorValue.date(days + Int32(units)).storedText
                : text(microseconds: Int64(days) * 86_400_000_000, roundingUp, units)
        case .integer(let number): text(integer: number, roundingUp, units)
        case .decimal(let number): text(decimal: number, roundingUp, units)
        case .objectID: value.storedText
        }
    }

    private var microsecondsPerUnit: Int64 {
        switch self {
        case .iso8601: 1
        case .iso8601Seconds, .epochSeconds, .plain: 1_000_000
        case .epochMilliseconds: 1_000
        case .date: 86_400_000_000
        }
    }

    private func text(microseconds: Int64, _ roundingUp: Bool, _ units: Int64) -> String? {
        let (quotient, remainder) = microseconds.quotientAndRemainder(dividingBy: microsecondsPerUnit)
        let rounded = quotient + (roundingUp ? (remainder > 0 ? 1 : 0) : (remainder < 0 ? -1 : 0))
        let whole = rounded + units
        switch self {
        case .epochSeconds, .epochMilliseconds, .plain: return String(whole)
        case .date: return CursorValue.date(Int32(truncatingIfNeeded: whole)).storedText
        case .iso8601, .iso8601Seconds:
            let (product, overflow) = whole.multipliedReportingOverflow(by: microsecondsPerUnit)
            return overflow ? nil : CursorValue.timestamp(product).storedText
        }
    }

    /// The same for a number with a fraction. A plain bound is the number itself.
    private func text(decimal: Decimal128, _ roundingUp: Bool, _ units: Int64) -> String? {
        switch self {
        case .plain: return decimal.description
        case .epochSeconds, .epochMilliseconds:
            return Self.whole(decimal, roundingUp).map { String($0.addingReportingOverflow(units).partialValue) }
        case .iso8601, .iso8601Seconds, .date:
            let micros = Decimal128(unscaled: decimal.unscaled, scale: decimal.scale - 6)
            return Self.whole(micros, roundingUp).flatMap { text(microseconds: $0, roundingUp, units) }
        }
    }

    /// The whole number below, or above; nil when it needs more than 64 bits.
    private static func whole(_ decimal: Decimal128, _ roundingUp: Bool) -> Int64? {
        var (number, rest) = (decimal.unscaled, false)
        for _ in 0..<max(0, -decimal.scale) {
            let (product, overflow) = number.multipliedReportingOverflow(by: 10)
            if overflow { return nil }
            number = product
        }
        let isNegative = number < 0
        for _ in 0..<max(0, decimal.scale) {
            if number % 10 != 0 { rest = true }
            number /= 10
        }
        if rest, roundingUp, !isNegative { number += 1 }
        if rest, !roundingUp, isNegative { number -= 1 }
        return Int64(exactly: number)
    }

    /// A number in the data counts in the unit of the query; a query by date or ISO text takes it as seconds.
    private func text(integer: Int64, _ roundingUp: Bool, _ units: Int64) -> String? {
        switch self {
        case .plain, .epochSeconds, .epochMilliseconds:
            return String(integer.addingReportingOverflow(units).partialValue)
        case .iso8601, .iso8601Seconds, .date:
            let (product, overflow) = integer.multipliedReportingOverflow(by: 1_000_000)
            return overflow ? nil : text(microseconds: product, roundingUp, units)
        }
    }
}

extension RESTIncremental.Bound {
    /// The text of a lower bound.
    ///
    /// Where rows that come twice are merged, rows equal to the watermark are asked for again, even of an upstream that
    /// leaves them out: some may not have been there the last time. Where rows are appended, whole numbers and days
    /// start behind the watermark, for nothing must come twice; points in time start at it, since their parts may be
    /// finer than the format.
    func lower(_ value: CursorValue, merges: Bool) -> String? {
        var units: Int64 = merges && !isInclusive ? -1 : 0
        switch value {
        case .integer, .date: if !merges && isInclusive { units = 1 }
        default: break
        }
        return spelling.text(for: value, moved: units).map(BoundTemplate(template).filled)
    }

    /// The text of an upper bound; rows equal to it are always asked for again.
    func upper(_ value: CursorValue) -> String? {
        spelling.text(for: value, roundingUp: true, moved: isInclusive ? 0 : 1).map(BoundTemplate(template).filled)
    }

    /// How the value is spelt before the template takes it: a pattern says that itself.
    private var spelling: CursorFormat { BoundTemplate(template).patternFormat ?? format }

    /// Whether a JSON body takes the bound as a number: an epoch or a plain number, with nothing around it.
    func isNumber(_ text: String, of value: CursorValue) -> Bool {
        if case .objectID = value { return false }
        guard BoundTemplate(template).isPlain, JSONNumber(text: text).isValid else { return false }
        switch format {
        case .plain, .epochSeconds, .epochMilliseconds: return true
        case .iso8601, .iso8601Seconds, .date: return false
        }
    }
}
