import Columns
import Tributary

/// Which parameters of a list bound its rows.
struct FilterGuess {
    let cursor: String?
    /// Every row that was recorded of the list.
    let rows: [JSONObject]
    /// The bounds on the cursor that the source itself declares.
    var declared: [PageHint.Bound] = []

    /// Parameters that are bounds, as `filters` of `model.json` has them.
    func filters(_ runs: [PageRun], but known: Set<String>) -> [JSONValue] {
        guard let cursor else { return [] }
        let names = Set(runs.flatMap { $0.pages.flatMap { $0.parameters.keys } }).subtracting(known)
        return names.sorted().compactMap { name in
            let values = runs.map { $0.pages.first?.parameters[name] }
            let given = Set(values.compactMap { $0 })
            if let filter = declaredFilter(name, given, cursor) ?? expression(name, given, cursor) {
                return .object(filter)
            }
            let isBound = given.allSatisfy { TimestampParser.microseconds($0) != nil || Double($0) != nil }
            guard isBound, let bound = given.sorted().first else { return nil }
            let mentions = name.lowercased().contains(MemberPath.last(cursor).lowercased())
            let isDeclared = declared.contains { $0.parameter.name == name }
            guard mentions || isDeclared || Set(values).count > 1 || Self.isWord(name) else { return nil }
            var filter = JSONObject([
                ("parameter", .string(name)), ("field", .string(cursor)),
                ("comparison", .string(comparison(name, runs))),
            ])
            if let format = format(bound) { filter["format"] = .string(format.rawValue) }
            return .object(filter)
        }
    }

    /// What to say of lower bounds that were seen to leave out a row which equals what was sent.
    func strictNotes(_ runs: [PageRun], _ filters: [JSONValue], of table: String) -> [String] {
        strictBounds(runs, filters).map { parameter in
            "\(table): \(parameter) leaves out the rows that equal the bound that was sent, so a row that gets the last value "
                + "of \(cursor ?? "the cursor") after a sync would never come: declare the bound with isInclusive: false."
        }
    }

    /// What to say of a lower bound to which rows came that lie below it; nil where none did.
    func unheeded(_ runs: [PageRun], _ filters: [JSONValue], of table: String) -> String? {
        guard let cursor else { return nil }
        for filter in filters {
            guard let name = filter["parameter"]?.string, filter["comparison"]?.string?.hasPrefix(">") == true else {
                continue
            }
            for run in runs {
                guard let text = run.pages.first?.parameters[name], let bound = bound(in: text, filter) else {
                    continue
                }
                let below = run.rows.map { ModelOrder.value(cursor, of: $0) }.first { isBelow($0, bound) }
                guard let below else { continue }
                return
                    "The API does not heed the bound of \(table), or reads it otherwise: \(name) said \(text), and a row came "
                    + "with \(cursor) \(below.text). See in its documentation which fields it filters by, and how times are "
                    + "spelt there; where it does not filter by \(cursor), declare no such cursor field."
            }
        }
        return nil
    }

    private func bound(in text: String, _ filter: JSONValue) -> String? {
        guard let template = filter["template"]?.string else { return text }
        return TextPattern(template, names: ["value"]).match(text)?["value"]
    }

    /// Whether a moment lies before a bound that can be read as one, or a number below a number.
    private func isBelow(_ value: JSONValue, _ bound: String) -> Bool {
        let filter = ModelDeclaration.Filter(
            parameter: "", field: "value", comparison: .greaterOrEqual, format: format(bound))
        let isComparable = value.string.map { TimestampParser.microseconds($0) != nil } ?? (value.int64 != nil)
        return isComparable && ModelOrder.isReadable(bound, like: value)
            && !ModelOrder.satisfies(JSONObject([("value", value)]), filter, bound: bound)
    }

    /// Parameters of lower bounds that were seen to leave out a row which equals what was sent.
    private func strictBounds(_ runs: [PageRun], _ filters: [JSONValue]) -> [String] {
        filters.compactMap { filter in
            guard let name = filter["parameter"]?.string, filter["template"] == nil, let cursor else { return nil }
            let bounded = runs.filter { $0.pages.first?.parameters[name] != nil }
            let isStrict = bounded.contains { run in
                guard let bound = run.pages.first?.parameters[name] else { return false }
                return rows.contains { equals($0, cursor, bound) } && !run.rows.contains { equals($0, cursor, bound) }
            }
            // An upper bound may leave it out.
            return isStrict && filter["comparison"]?.string == ">" ? name : nil
        }
    }

    /// A bound that the source declares as a part of the parameter's text, such as `{value}/..`.
    private func declaredFilter(_ name: String, _ texts: Set<String>, _ cursor: String) -> JSONObject? {
        guard let bound = declared.first(where: { $0.parameter.name == name }), bound.template != "{value}" else {
            return nil
        }
        let pattern = TextPattern(bound.template, names: ["value"])
        let values = texts.compactMap { pattern.match($0)?["value"] }
        let rest = texts.filter { pattern.match($0) == nil }
        guard !pattern.names.isEmpty, let value = values.sorted().first, rest.count < 2 else { return nil }
        let comparison = (bound.isUpper ? "<" : ">") + (bound.isInclusive ? "=" : "")
        return filter(name, bound.template, cursor, comparison, like: value, any: rest.first)
    }

    /// A filter whose bound is a part of the parameter's text.
    ///
    /// - Parameters:
    ///   - value: a bound that was sent.
    ///   - any: what is sent without one.
    private func filter(
        _ name: String, _ template: String, _ cursor: String, _ comparison: String, like value: String, any: String?
    ) -> JSONObject {
        var filter = JSONObject([
            ("parameter", .string(name)), ("template", .string(template)), ("field", .string(cursor)),
            ("comparison", .string(comparison)),
        ])
        if let format = format(value) { filter["format"] = .string(format.rawValue) }
        filter["any"] = any.map { .string($0) }
        return filter
    }

    /// A condition as text that names the cursor. One text of another form, such as `id > 0`, is what is sent without a
    /// bound.
    private func expression(_ name: String, _ texts: Set<String>, _ cursor: String) -> JSONObject? {
        func bound(_ text: String) -> BoundExpression? {
            BoundExpression(text).flatMap { bound in
                (bound.template + " " + name).lowercased().contains(MemberPath.last(cursor).lowercased()) ? bound : nil
            }
        }
        let bounds = texts.compactMap(bound)
        let rest = texts.filter { bound($0) == nil }
        guard let first = bounds.first, bounds.allSatisfy({ $0.template == first.template }), rest.count < 2 else {
            return nil
        }
        return filter(
            name, first.template, cursor, first.comparison.rawValue, like: first.value, any: rest.first)
    }

    private static func isWord(_ name: String) -> Bool {
        ["since", "after", "from", "until", "before", "gte", "lte"].contains { name.lowercased().contains($0) }
    }

    private func comparison(_ name: String, _ runs: [PageRun]) -> String {
        let text = name.lowercased()
        let parts = Set(text.split { !$0.isLetter }.map(String.init))
        if parts.contains("gte") || parts.contains("ge") { return ">=" }
        if parts.contains("lte") || parts.contains("le") { return "<=" }
        if parts.contains("gt") { return ">" }
        if parts.contains("lt") { return "<" }
        let isUpper = !parts.isDisjoint(with: ["until", "before", "to", "end", "max"])
        let includes = runs.contains { run in
            guard let bound = run.pages.first?.parameters[name], let cursor else { return false }
            return run.rows.contains { equals($0, cursor, bound) }
        }
        let leavesOut = runs.contains { run in
            guard let bound = run.pages.first?.parameters[name], let cursor else { return false }
            return rows.contains { equals($0, cursor, bound) } && !run.rows.contains { equals($0, cursor, bound) }
        }
        // A counter that is asked for "after" one of its values: where no row has that value, the name alone says it.
        let isNamedStrict = !leavesOut && parts.contains("after") && isCounter
        let isStrict = !includes && (leavesOut || isNamedStrict)
        return isUpper ? (isStrict ? "<" : "<=") : (isStrict ? ">" : ">=")
    }

    /// Whether the cursor's values are numbers that are no times.
    private var isCounter: Bool {
        guard let cursor else { return false }
        return ModelDeclaration.CursorFormat(
            spelling: rows.lazy.map { ModelOrder.value(cursor, of: $0) }.first { !$0.isNull } ?? .null) == .integer
    }

    private func equals(_ row: JSONObject, _ field: String, _ bound: String) -> Bool {
        let filter = ModelDeclaration.Filter(
            parameter: "", field: field, comparison: .greaterOrEqual, format: format(bound))
        var upper = filter
        upper.comparison = .lessOrEqual
        return ModelOrder.satisfies(row, filter, bound: bound) && ModelOrder.satisfies(row, upper, bound: bound)
    }

    /// How a number bounds a time that is spelt as text, or a day a moment.
    private func format(_ bound: String) -> ModelDeclaration.CursorFormat? {
        guard let cursor else { return nil }
        if bound.count == 10, TimestampParser.days(bound) != nil,
            rows.contains(where: { (ModelOrder.value(cursor, of: $0).string?.count ?? 0) > 10 })
        {
            return .date
        }
        guard let number = Int64(bound),
            rows.contains(where: { ModelOrder.value(cursor, of: $0).string != nil })
        else { return nil }
        return number > 100_000_000_000 ? .epochMilliseconds : .epochSeconds
    }
}
