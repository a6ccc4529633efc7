import Columns

/// One pass over a list between bounds. A read is one or two of them.
///
/// The bounds are kept in the resume token as they were sent: a position inside a list means nothing in another list,
/// and the watermark has moved since.
struct RESTWalk: Sendable, Hashable {
    /// A bound as it is sent.
    struct Bound: Sendable, Hashable {
        var parameter: RequestParameter
        var text: String
        /// Whether a JSON body takes it as a number.
        var isNumber = false

        /// As a request takes it; in a query it is text either way.
        var value: JSONValue { isNumber ? .number(JSONNumber(text: text)) : .string(text) }
    }

    /// Where a list that comes newest first is left.
    struct Stop: Sendable, Hashable {
        var field: String
        var type: CursorType
        var bound: CursorValue
    }

    var bounds: [Bound] = []
    var stop: Stop?
    /// Parameters that belong to the chosen cursor field, and members of the body.
    var query: [QueryItem] = []
    var body: JSONObject = [:]
}

extension RESTWalk {
    /// The passes that a read is made of.
    ///
    /// Ascending: one, from the watermark on. Descending: first what lies below the earliest value that is there, to
    /// finish an interrupted walk; then what lies above the last. A fan-out and an unsorted list know no earliest value.
    static func plan(_ inputs: SourceInputs, _ endpoint: RESTEndpoint) throws -> [RESTWalk] {
        guard let field = try chosen(inputs, endpoint) else { return [RESTWalk()] }
        let merges = inputs.syncType == .incremental
        let last = inputs.watermark.last ?? inputs.historyStart
        let above = RESTWalk(field, start: last, merges: merges)
        guard endpoint.order(for: field) == .descending, let end = field.end,
            let earliest = inputs.watermark.earliest, let upper = end.upper(earliest)
        else { return [above] }
        let isGap = inputs.watermark.last.map { $0 == earliest || $0.isLess(than: earliest) ?? false } ?? false
        let floor = isGap ? inputs.watermark.last : inputs.historyStart
        var below = RESTWalk(field, start: floor, merges: merges)
        below.bounds.append(Bound(parameter: end.parameter, text: upper, isNumber: end.isNumber(upper, of: earliest)))
        return inputs.watermark.last == nil ? [below] : [below, above]
    }

    private init(_ field: RESTIncremental, start: CursorValue?, merges: Bool) {
        query = field.query
        body = field.body
        guard let start else { return }
        if let lower = field.start, let text = lower.lower(start, merges: merges) {
            bounds = [Bound(parameter: lower.parameter, text: text, isNumber: lower.isNumber(text, of: start))]
        }
        if field.stopsAtWatermark {
            stop = Stop(field: field.field.name, type: field.field.type, bound: start)
        }
    }

    /// The declaration of the cursor field that the user chose; nil for a full refresh.
    static func chosen(_ inputs: SourceInputs, _ endpoint: RESTEndpoint) throws -> RESTIncremental? {
        guard inputs.syncType != .fullRefresh, let name = inputs.cursorField?.name else { return nil }
        if let field = endpoint.incremental.first(where: { $0.field.name == name }) { return field }
        throw SourceError(
            .missingCursorField, "Reading \(endpoint.name): '\(name)' is none of its cursor fields.",
            advice: NearestName.advice(for: name, among: endpoint.incremental.map(\.field.name))
                ?? "Choose a full refresh: the table has no cursor field.")
    }
}

extension RESTEndpoint {
    /// The order in which rows arrive when this cursor field was chosen.
    func order(for field: RESTIncremental?) -> RESTSort {
        parent == nil ? field?.sort ?? sort : .unsorted
    }
}

/// A resume token of the REST layer: which passes are left, and how far the first of them is.
struct RESTToken {
    private static let version: Int64 = 1
    var walks: [RESTWalk]
    /// The position inside the first pass; null is its beginning.
    var position: JSONValue

    func token(_ inputs: SourceInputs) -> ResumeToken {
        var object = JSONObject([
            ("v", .number(JSONNumber(Self.version))), ("schema", .string(inputs.schema)),
            ("sync", .string(inputs.syncType.rawValue)),
        ])
        object["cursor"] = inputs.cursorField.map { .string($0.name) }
        object["walks"] = .array(walks.map(\.stored))
        object["at"] = position
        return ResumeToken(.object(object))
    }

    init(walks: [RESTWalk], position: JSONValue) {
        self.walks = walks
        self.position = position
    }

    /// Reads a token back.
    ///
    /// - Throws: `SourceError` of kind `resumeTokenExpired` when it belongs to another read, or to another version.
    init(_ token: ResumeToken, _ inputs: SourceInputs, _ endpoint: RESTEndpoint) throws {
        let value = token.value
        guard value["v"]?.int64 == Self.version, value["schema"]?.string == inputs.schema,
            value["sync"]?.string == inputs.syncType.rawValue, value["cursor"]?.string == inputs.cursorField?.name,
            let walks = value["walks"]?.array?.map({ RESTWalk(stored: $0) }), !walks.contains(nil)
        else { throw Self.expired(inputs.schema, "belongs to another read") }
        let field = try RESTWalk.chosen(inputs, endpoint)
        self.walks = walks.compactMap { $0 }.map { walk in
            var walk = walk
            walk.query = field?.query ?? []
            walk.body = field?.body ?? [:]
            return walk
        }
        position = value["at"] ?? .null
    }

    static func expired(_ table: String, _ why: String) -> SourceError {
        SourceError(
            .resumeTokenExpired, "Resuming \(table): the resume token \(why).",
            advice: "The read has to start again from its beginning.")
    }
}

extension RESTWalk {
    /// The walk as a token keeps it.
    fileprivate var stored: JSONValue {
        var object = JSONObject()
        object["bounds"] = .array(
            bounds.map { bound in
                var stored: JSONObject =
                    switch bound.parameter {
                    case .query(let name): ["query": .string(name), "text": .string(bound.text)]
                    case .body(let path): ["body": .string(path), "text": .string(bound.text)]
                    }
                if bound.isNumber { stored["number"] = true }
                return .object(stored)
            })
        object["stop"] = stop.map { stop in
            [
                "field": .string(stop.field), "type": .string(stop.type.rawValue),
                "kind": .string(stop.bound.type.rawValue), "bound": .string(stop.bound.storedText),
            ]
        }
        return .object(object)
    }

    fileprivate init?(stored: JSONValue) {
        for bound in stored["bounds"]?.array ?? [] {
            guard let text = bound["text"]?.string else { return nil }
            let place = bound["query"]?.string.map { RequestParameter.query($0) }
            guard let parameter = place ?? bound["body"]?.string.map({ .body($0) }) else { return nil }
            bounds.append(Bound(parameter: parameter, text: text, isNumber: bound["number"]?.bool ?? false))
        }
        guard let stop = stored["stop"] else { return }
        guard let field = stop["field"]?.string, let type = stop["type"]?.string.flatMap(CursorType.init(rawValue:)),
            let kind = stop["kind"]?.string.flatMap(CursorType.init(rawValue:)),
            let bound = stop["bound"]?.string.flatMap({ CursorValue(storedText: $0, as: kind) })
        else { return nil }
        self.stop = Stop(field: field, type: type, bound: bound)
    }
}
