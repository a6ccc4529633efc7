import Cassettes
import Columns
import Pipeline
import Tributary

extension Bench {
    /// An upstream whose lists are in the declared order whatever the request asks for.
    func ignoringOrder(_ base: any Upstream) -> TappedUpstream {
        let names = Set(endpoint.orderParameters.flatMap(\.names))
        return TappedUpstream(base, "which ignores \(names.sorted().joined(separator: " and "))") {
            { request, base in
                try await base.send(request.changingParameters { name, text in names.contains(name) ? nil : text })
            }
        }
    }

    /// An upstream whose answers hold other texts.
    func rewriting(
        _ base: any Upstream, _ what: String, _ change: @escaping @Sendable (JSONValue) -> JSONValue
    ) -> TappedUpstream {
        TappedUpstream(base, what) {
            { request, base in
                var answer = try await base.send(request)
                guard isList(LoggedRequest(index: 0, request: request)) else { return answer }
                let body = try await answer.body.collect()
                guard let value = try? JSONValue(parsing: body) else { return answer }
                answer.body = HTTPBody(change(value).serialized())
                return answer
            }
        }
    }

    /// Parameters that the API takes as bounds.
    var bounds: Set<String> { Set(boundFilters.map(\.parameter)) }

    /// Filters that are bounds. One by the key is none: a search goes on behind an id.
    var boundFilters: [ModelDeclaration.Filter] {
        endpoint.filters.filter { filter in
            filter.comparison != .equal
                && (filter.field == collection.cursor || !collection.key.contains(filter.field))
        }
    }

    /// The span within which a bound cannot tell moments apart, in microseconds: the day of a filter by date; nought where
    /// it takes what the cursor has.
    var boundUnit: Int64 {
        boundFilters.contains { $0.field == collection.cursor && $0.format == .date } ? 86_400_000_000 : 0
    }

    /// Whether a request carries a bound.
    func isBounded(_ request: LoggedRequest) -> Bool {
        guard let call = try? ModelCall(request.request) else { return false }
        return boundFilters.contains { $0.asked(call) != .nothing }
    }

    /// What to declare where a run's bounds are numbers and the upstream's values are texts, which no server compares.
    func misspelling(in run: Lab.Run) -> String? {
        let calls = run.log.requests.filter(isList).compactMap { try? ModelCall($0.request) }
        for filter in boundFilters where filter.format == nil && filter.field == collection.cursor {
            guard let bound = calls.lazy.compactMap({ $0.parameter(filter.parameter) }).first, Int64(bound) != nil,
                let value = objects.first.map(cursor), !spelling.format.isNumber, value.string != nil
            else { continue }
            return
                "The bound \(filter.parameter) is sent as the number \(bound), and values of \(filter.field) are such as "
                + "\(value.text): declare it with \(spelling.format.declaration). If the API takes such numbers, model.json says "
                + "\"format\": \"epoch-seconds\" beside the filter."
        }
        return strangeBound(in: calls)
    }

    /// A value of the cursor that is sent under a name by which this list takes no lower bound.
    private func strangeBound(in calls: [ModelCall]) -> String? {
        let lower = boundFilters.filter {
            $0.field == collection.cursor && [.greater, .greaterOrEqual].contains($0.comparison)
        }
        guard spelling.isTime, let known = lower.first else { return nil }
        let year: Int64 = 366 * 86_400_000_000
        let usual = (oldest - year)..<(newest + year)
        for call in calls where lower.allSatisfy({ $0.asked(call) == .nothing }) {
            let sent = call.query.first { spelling.position(stored: $0.value).map(usual.contains) ?? false }
            guard let sent else { continue }
            let isOther = boundFilters.contains { $0.parameter == sent.name }
            return
                "The increment sends \(sent.name)=\(sent.value), "
                + (isOther
                    ? "which is no lower bound of this list"
                    : "which no recorded request of this list has, and the model does not know")
                + ": it takes \(known.parameter)."
        }
        return nil
    }

    /// What a request's bounds say, for messages.
    func boundText(_ request: LoggedRequest) -> String {
        guard let call = try? ModelCall(request.request) else { return "" }
        let parts = bounds.sorted().compactMap { name in call.parameter(name).map { "\(name)=\($0)" } }
        return parts.isEmpty ? "no bound" : parts.joined(separator: ", ")
    }

    /// The bounds of all list requests of a run.
    func boundTexts(_ run: Lab.Run) -> String {
        if sql != nil {
            let texts = run.log.databases.statements.flatMap(\.statement.parameters).map(TableDiff.text)
            return texts.isEmpty ? "no parameter" : "parameters \(texts.prefix(4).joined(separator: ", "))"
        }
        let texts = run.log.requests.filter(isList).map(boundText)
        return texts.reduce(into: []) { list, text in if list.last != text { list.append(text) } }
            .joined(separator: "; ")
    }

    /// Where a stored value lies, compared with the upstream's values.
    func isSame(_ stored: String?, _ value: JSONValue) -> Bool {
        guard let stored else { return false }
        guard let left = spelling.position(stored: stored), let right = spelling.position(value) else {
            return stored == (value.string ?? value.text) || DecimalText.isSame(stored, value.text)
        }
        return left == right
    }

    /// Rows that a stored value says are there, and that are not.
    ///
    /// - Parameter isStrict: leaves out rows at the very value, of which some may still be under way.
    func uncovered(_ cut: Cut, of shown: [World.Object], isStrict: Bool = false) async throws -> [Finding] {
        guard let state = stored(cut.files), let table = try await storedTable(cut.files) else { return [] }
        let (last, earliest) = (state.mark("last"), state.mark("earliest"))
        let claimed = shown.filter { object in
            guard let value = spelling.position(cursor(object)) else { return false }
            if let last = last.flatMap(markPosition) { return isStrict ? value < last : value <= last }
            if let earliest = earliest.flatMap(markPosition) { return isStrict ? value > earliest : value >= earliest }
            return false
        }
        let there = Set(table.rows.map(\.key))
        let lost = claimed.filter { !there.contains(tableKey($0)) }
        tally.add(Counters(rows: claimed.count, items: 1))
        guard let first = lost.first else { return [] }
        return [
            Finding(
                at: cut.place, expected: "every row that the stored values cover is in the table",
                actual:
                    "\(lost.count) of \(claimed.count) are not, such as \(key(first)) at \(cursor(first).text).",
                witness: lost.map { "not stored: \(key($0)) at \(cursor($0).text)" })
        ]
    }

    /// The table as the newest stored state speaks of it.
    func storedTable(_ files: MemoryLake.Files) async throws -> TableImage? {
        let stage = StoredState.newest(in: files, isStage: true) == nil ? nil : "rebuild"
        return try await lab.table(schema.name, in: files, keys: keyColumns, stage: stage)
    }

    /// Where a stored value lies.
    func markPosition(_ text: String) -> Int64? { spelling.position(stored: text) }

    /// The object as it is after the upstream has changed it: its text, and its cursor where that moves.
    func updated(_ object: World.Object, to position: Int64, as text: String) -> World.Object {
        var object = collection.cursorMovesOnUpdate == true ? moved(object, to: position) : object
        for field in collection.mutable {
            if object.body[path: field]?.string != nil { object.body[path: field] = .string(text) }
            if let flag = object.body[path: field]?.bool { object.body[path: field] = .bool(!flag) }
        }
        return object
    }
}
