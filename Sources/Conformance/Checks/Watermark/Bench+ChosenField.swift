import Cassettes
import Columns
import Pipeline
import Tributary

// What becomes of the cursor field that a user chooses.
extension Bench {
    /// Findings of syncs by one of the fields that the source offers.
    func chosen(_ field: IncrementalField) async throws -> [Finding] {
        var plan = plan()
        plan.cursorField = field.name
        let first = try await successful(plan, of: upstream(), at: "sync by \(field.name)")
        let path = collection.path(ofColumn: field.name)
        let values = objects.map { ModelOrder.value(path, of: $0.body) }.filter { !$0.isNull }
        guard !values.isEmpty else { return [] }
        let greatest = values.max { ModelOrder.isLess($0, $1) } ?? .null
        tally.add(Counters(rows: values.count, items: 1))
        let stored = first.summary?.watermarkAfter
        let isSame = path == collection.cursor ? isSame(stored, greatest) : Self.isAlike(stored, greatest)
        if !isSame {
            return [
                Finding(
                    at: "sync by \(field.name)", expected: "last value \(greatest.text), the greatest \(field.name)",
                    actual: "\(stored ?? "None") is stored.", history: first.log.lines())
            ]
        }
        try demandKnownOrder(of: first, by: field)
        let inversions = try await inversions(by: field)
        if !inversions.isEmpty { return inversions }
        let filters = boundFilters
        let own = Set(filters.filter { $0.field == path }.map(\.parameter))
        // A bound of a field that is never less than the chosen one, such as of the last change for the first, loses nothing.
        let others = Set(filters.filter { !isNeverLess($0.field, than: path) }.map(\.parameter)).subtracting(own)
        let second = try await successful(plan, of: upstream(), into: first.files, at: "increment by \(field.name)")
        for request in second.log.requests where isList(request) {
            guard let call = try? ModelCall(request.request) else { continue }
            if let name = others.first(where: { call.parameter($0) != nil }) {
                return [
                    Finding(
                        at: "increment by \(field.name), request \(request.index)",
                        expected:
                            "a bound of \(field.name)\(own.isEmpty ? ", or none" : ": \(own.sorted().joined(separator: ", "))")",
                        actual: "It asks by another field: \(name)=\(call.parameter(name) ?? "").",
                        history: second.log.lines())
                ]
            }
        }
        let findings = finding(
            try await difference(objects, second), at: "two syncs by \(field.name)", expected: "all rows", second)
        return findings.isEmpty ? try await asksForAll(field, first, second) : findings
    }

    /// A field beside the recorded one whose increments ask as its first read does, though nothing is new.
    private func asksForAll(_ field: IncrementalField, _ first: Lab.Run, _ second: Lab.Run) async throws -> [Finding] {
        func asked(_ run: Lab.Run) -> [String] { run.log.requests.filter(isList).map(\.description) }
        guard field.name != schema.field?.name, asked(second).count > 1, asked(second) == asked(first) else {
            return []
        }
        // Where the API has no bound at all, an increment by the recorded field asks for everything too.
        let usual = try await successful(plan(), of: upstream(), at: "first sync")
        let next = try await successful(plan(), of: upstream(), into: usual.files, at: "increment")
        guard asked(next) != asked(usual) else { return [] }
        return [
            Finding(
                at: "increment by \(field.name), with nothing new",
                expected:
                    "a bound of \(field.name), as increments by \(schema.field?.name ?? "the other field") have one",
                actual: "It asks for all rows again, as the first read does.", history: second.log.lines(),
                cause: "The read takes no notice that \(field.name) was chosen: ask by it, or do not offer it.")
        ]
    }

    /// Ends the check where a field that no scenario was read by is asked for in an order that the model does not know.
    private func demandKnownOrder(of run: Lab.Run, by field: IncrementalField) throws {
        guard field.name != schema.field?.name else { return }
        let calls = run.log.requests.filter(isList).compactMap { try? ModelCall($0.request) }
        for parameter in endpoint.orderParameters {
            for call in calls {
                let values = parameter.names.map { call.parameter($0) ?? "" }
                let text = values.joined(separator: "+")
                guard values.contains(where: { !$0.isEmpty }), parameter.orders[text] == nil else { continue }
                throw Verdicted(
                    verdict: .notExercised(
                        "A read by \(field.name) asks for the order \(parameter.parameter)=\(text), which was never recorded. Say in "
                            + "model.json what it is: \"orderParameters\": {\"\(parameter.parameter)\": {\"\(text)\": "
                            + "[\"\(field.name)\"]}}, and under \"filters\" which parameter bounds \(field.name)."))
            }
        }
    }

    /// Rows that do not come in the order of the chosen field, though the response says that they do.
    private func inversions(by field: IncrementalField) async throws -> [Finding] {
        let upstream = try upstream()
        let log = EventLog()
        let context = try lab.context(upstream, clock: LabClock(upstream.now), log: log, limit: 200)
        let inputs = SourceInputs(schema: schema.name, syncType: .incremental, cursorField: field)
        let response = try await lab.source.read(inputs, in: context)
        guard response.isSorted else { return [] }
        let rows = Lock<[JSONObject]>([])
        try await response.items.run(
            into: Emitter { item, _ in
                let new = try item.map(Self.rows) ?? []
                rows.withLock { $0 += new }
            })
        let values = rows.withLock { $0 }.map { value(field.name, of: $0) }.filter { !$0.isNull }
        let isDescending = response.sortMode == .descending
        guard
            let pair = zip(values, values.dropFirst()).first(where: { left, right in
                isDescending ? ModelOrder.isLess(left, right) : ModelOrder.isLess(right, left)
            })
        else { return [] }
        let open = log.databases.statements.map(\.statement).first { statement in
            statement.leavesOrderOpen && sql.map { statement.reads($0.table.name) } ?? false
        }
        return [
            Finding(
                at: "a read by \(field.name)",
                expected: "rows \(response.sortMode.rawValue) by \(field.name), as declared",
                actual: "\(pair.1.text) comes after \(pair.0.text): "
                    + (open == nil ? "the order is another field's." : "the statement has no ORDER BY."),
                witness: [open.map { LoggedStatement.text($0) }].compactMap { $0 },
                cause: open.map { _ in
                    "Nothing orders the rows, so that the engine gives them as it likes: order by the cursor and the key, or "
                        + "declare `isSorted: false`."
                })
        ]
    }

    /// Whether no object has a smaller value of one field than of another.
    private func isNeverLess(_ field: String, than other: String) -> Bool {
        objects.allSatisfy { object in
            let (left, right) = (ModelOrder.value(field, of: object.body), ModelOrder.value(other, of: object.body))
            return !left.isNull && !right.isNull && !ModelOrder.isLess(left, right)
        }
    }

    /// A stored text and a value of the upstream, compared as moments, numbers or texts.
    private static func isAlike(_ stored: String?, _ value: JSONValue) -> Bool {
        guard let stored else { return false }
        if stored == (value.string ?? value.text) { return true }
        // The lake's column may have more digits behind the point.
        if case .number(let number) = value, DecimalText.isSame(number.text, stored) { return true }
        guard let left = TimestampParser.microseconds(stored), let text = value.string else { return false }
        return TimestampParser.microseconds(text) == left
    }
}
