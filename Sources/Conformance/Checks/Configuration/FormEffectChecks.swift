import Cassettes
import Columns
import Tributary

/// What a user fills in is used.
enum FormEffectChecks {
    static let all = [fieldsHaveEffect]

    private static let fieldsHaveEffect = Check(
        "config-fields-have-effect", group: .configuration, level: .meta, scope: .source,
        proves: "Each field of the form changes what the source asks for, or what it makes of the answers.",
        method:
            "Each field is given another value that the form takes: another option, another number, a day, another "
            + "text. Validation, list of tables, and a first read and an increment of each table must not all stay as they were: "
            + "requests with hosts, headers and options, statements with their parameters, what is connected to, waits, tables, "
            + "layout, rows, or at least the error. Of a list each element is changed by itself, and one is put behind the "
            + "last: where one element of it is asked for, so must be all. Numbers of retries and of requests at once show in none of it, and are not "
            + "judged.",
        likelyCause:
            "The field is declared, and the code never reads it; or it stands for a value that is fixed in the code.",
        profile: .quick, catches: "field-that-nobody-reads", "region-fixed-in-the-code",
        "first-of-a-list-alone-is-used"
    ) { input in
        guard input.scenario.goodState != nil else {
            return .notApplicable("The scenario has no tables: what is refused tells nothing of what is asked for.")
        }
        let stored = try input.storedConfig()
        let known = try await Conduct(input, stored, tables: nil)
        var findings: [Finding] = []
        var looked = known.looked
        for place in FormPlace.all(input.source.form.fields, in: stored) where input.isOfAuthors(place) {
            let changes = place.changesOfElements(in: stored, accepted: { input.stored($0) })
            if !changes.isEmpty {
                looked += Counters(items: changes.count)
                findings += try await known.unseen(changes, of: place, input, &looked)
                continue
            }
            guard let change = place.change(in: stored, accepted: { input.stored($0) }) else { continue }
            looked += Counters(items: 1)
            if try await known.difference(input, change.config, enough: .inAnswers, &looked) != .none { continue }
            findings.append(known.finding(of: change, at: place, "the field is asked for and not used"))
        }
        return .judged(findings, looked: looked)
    }.needing(.fields)
}

extension CheckCase {
    /// Whether what a field does can be seen at all.
    fileprivate func isOfAuthors(_ place: FormPlace) -> Bool {
        if namesFault(place) { return false }
        let unseen = ["concurren", "parallel", "thread", "worker", "retr", "attempt"]
        return !unseen.contains { place.text.lowercased().contains($0) }
    }

    /// What is stored of a config; nil when the form does not take it.
    fileprivate func stored(_ config: JSONObject) -> JSONValue? {
        try? source.configure(.object(config)).storedConfig
    }
}

/// A config in which one field has another value.
private struct FormChange {
    var what: String
    var config: JSONObject
}

extension FormPlace {
    /// Another value of the field that the form takes; nil where there is none that a kit could make up.
    fileprivate func change(in config: JSONObject, accepted: (JSONObject) -> JSONValue?) -> FormChange? {
        change(to: candidates(config.value(at: path) ?? defaultValue), in: config, accepted)
    }

    /// The first of some values that the form takes for another one.
    private func change(
        to values: [JSONValue], in config: JSONObject, _ accepted: (JSONObject) -> JSONValue?
    ) -> FormChange? {
        let now = accepted(config)
        for value in values {
            let other = config.setting(path, to: value)
            guard let taken = accepted(other), taken != now else { continue }
            return FormChange(what: field.secret == true ? "another value" : "given as \(value.text)", config: other)
        }
        return nil
    }

    /// Another text for each element of a list in turn, and one more behind the last; none for what is no list of texts.
    fileprivate func changesOfElements(
        in config: JSONObject, accepted: (JSONObject) -> JSONValue?
    ) -> [FormChange] {
        let texts = config.value(at: path)?.array?.map(\.string) ?? []
        let elements = texts.compactMap(\.self)
        guard field.type != .select, elements.count == texts.count, let last = elements.last else { return [] }
        func list(_ texts: [String]) -> JSONValue { .array(texts.map { .string($0) }) }
        let changed = elements.indices.compactMap { index in
            let others = Self.longer(elements[index]).map { other -> JSONValue in
                var copy = elements
                copy[index] = other
                return list(copy)
            }
            return change(to: others, in: config, accepted)
        }
        let added = change(to: Self.longer(last).map { list(elements + [$0]) }, in: config, accepted)
        return changed + [added].compactMap(\.self)
    }

    private static func longer(_ text: String) -> [String] { ["\(text)x", "x\(text)"] }

    private func candidates(_ now: JSONValue?) -> [JSONValue] {
        if field.type != .switchGroup, let flag = now?.bool { return [.bool(!flag)] }
        switch field.type {
        case .select:
            let chosen = now?["selection"]?.string ?? now?.string
            let others = (field.options ?? []).map(\.value).filter { $0 != chosen }
            return others.map { field.multiple == true ? [.string($0)] : .string($0) }
        case .switchGroup: return [["enabled": .bool(!(now?["enabled"]?.bool ?? false))]]
        case .number: return [(now?.int64 ?? 1) + 1, (now?.int64 ?? 3) - 1, 17].map { .number(JSONNumber($0)) }
        case .oauth, .oauthAccount, .fileUpload, .sshTunnel: return []
        case .text, .email, .search, .url, .password, .time, .textarea:
            let usual = [
                "2020-02-03", "2020-02-03T00:00:00Z", "kit.example.com", "https://kit.example.com", "kit", "17",
            ]
            let longer = now?.string.map(Self.longer) ?? []
            return (longer + usual).map { .string($0) }
        }
    }
}

/// What a source does with a config: how it validates, what it lists, and the first read of each table.
private struct Conduct {
    /// One thing that it does, by all that can be seen of it from outside.
    struct Trace: Equatable {
        var lines: [String]
        /// What is asked for, in full. No report may show it: the values of headers and credentials are among it.
        var sent: [String]
        /// What comes of it.
        var seen: [String]
    }

    private(set) var tables: [SourceSchema]
    private(set) var traces: [Trace] = []
    private(set) var looked = Counters()

    /// - Parameter tables: those to be read; nil: those that the source lists, or the recording has.
    init(_ input: CheckCase, _ config: JSONObject, tables: [SourceSchema]?) async throws {
        let recorded = input.scenario.manifest.schemas.map { SourceSchema($0.name, primaryKeys: $0.primaryKeys) }
        self.tables = tables ?? recorded
        for step in 0..<2 {
            let (trace, listed) = try await Self.trace(input, config, step: step, self.tables)
            if tables == nil, let listed, !listed.isEmpty { self.tables = listed }
            add(trace)
        }
        for index in self.tables.indices {
            add(try await Self.trace(input, config, step: index + 2, self.tables).trace)
        }
    }

    private mutating func add(_ trace: Trace) {
        traces.append(trace)
        looked += Counters(requests: trace.lines.count, runs: 1)
    }

    /// What another config leads to.
    enum Difference {
        case none
        /// The same is asked for, and something else made of it.
        case inAnswers
        case inRequests
    }

    /// What another config leads to.
    ///
    /// - Parameter enough: the difference behind which nothing is looked at any more.
    func difference(
        _ input: CheckCase, _ config: JSONObject, enough: Difference, _ looked: inout Counters
    ) async throws -> Difference {
        var found = Difference.none
        for (step, known) in traces.enumerated() {
            let trace = try await Self.trace(input, config, step: step, tables).trace
            looked += Counters(requests: trace.lines.count, runs: 1)
            if trace.sent != known.sent { return .inRequests }
            if trace != known { found = .inAnswers }
            if found == enough { break }
        }
        return found
    }

    /// Of changes of a list's elements those that nobody sees. A list that only sorts out answers may name what no answer
    /// has; so the elements are held against each other only where one of them changes what is asked for.
    func unseen(
        _ changes: [FormChange], of place: FormPlace, _ input: CheckCase, _ looked: inout Counters
    ) async throws -> [Finding] {
        var found: [Difference] = []
        for change in changes {
            found.append(try await difference(input, change.config, enough: .inRequests, &looked))
        }
        guard let unseen = found.firstIndex(of: .none) else { return [] }
        let isAnyUsed = found.contains { $0 != .none }
        if isAnyUsed, !found.contains(.inRequests) { return [] }
        let reason =
            isAnyUsed
            ? "another element of the list is used, and this one is not" : "the field is asked for and not used"
        return [finding(of: changes[unseen], at: place, reason)]
    }

    /// That a change leads to nothing.
    func finding(of change: FormChange, at place: FormPlace, _ reason: String) -> Finding {
        Finding(
            at: "\(place.text), \(change.what)", expected: "something that the source does otherwise",
            actual: "Validation, list of tables and the reads of \(tables.map(\.name).joined(separator: ", ")) "
                + "stay as they were: \(reason).",
            history: traces.flatMap(\.lines))
    }

    /// - Parameter step: 0 validates, 1 lists, and the others read a table each.
    private static func trace(
        _ input: CheckCase, _ config: JSONObject, step: Int, _ tables: [SourceSchema]
    ) async throws -> (trace: Trace, listed: [SourceSchema]?) {
        var input = input
        input.config = config
        let upstream = try input.material()
        let lab = try input.lab()
        let log = EventLog()
        let clock = LabClock(upstream.now)
        let context = try lab.context(upstream, clock: clock, log: log, limit: 60)
        var (seen, listed): ([String], [SourceSchema]?) = ([], nil)
        do {
            switch step {
            case 0: try await lab.source.validateCredentials(in: context)
            case 1:
                let schemas = try await lab.source.schemas(in: context)
                listed = schemas
                seen.append("\(schemas)")
            default:
                for inputs in Self.inputs(tables[step - 2], input, now: upstream.now) {
                    seen += await read(inputs, lab, context)
                }
            }
        } catch {
            // Positions and amounts are the same in both; an error that names the value differs, as it should.
            seen.append("\(error)")
        }
        let lines = log.requests.map(\.description) + log.databases.statements.map(\.description)
        let requests = log.requests.map {
            "\($0) \($0.bodyText) \($0.request.headers.fields.map(Self.text)) "
                + "\($0.request.query.map { Self.text(($0.name, $0.value)) }) \($0.request.options)"
        }
        seen.append("\(clock.waited)")
        let sent = requests + lines + log.databases.endpoints.map { "\($0.hashValue)" }
        return (Trace(lines: lines, sent: sent, seen: seen), listed)
    }

    /// A first read and, of a table with a cursor, an increment: what lies back from a stored value shows there alone.
    private static func inputs(_ table: SourceSchema, _ input: CheckCase, now: Int64) -> [SourceInputs] {
        let recorded = input.scenario.manifest.schemas.first { $0.name == table.name }
        let field = recorded?.field ?? table.incrementalFields.first
        let type = recorded?.mode ?? (field == nil ? .fullRefresh : .incremental)
        guard type != .fullRefresh, let field else { return [SourceInputs(schema: table.name, syncType: .fullRefresh)] }
        let first = SourceInputs(schema: table.name, syncType: type, cursorField: field)
        var next = first
        let yesterday = now - 86_400_000_000
        switch field.type {
        case .integer, .numeric: next.watermark = Watermark(last: .integer(5))
        case .date: next.watermark = Watermark(last: .date(Int32(yesterday / 86_400_000_000)))
        case .datetime, .timestamp: next.watermark = Watermark(last: .timestamp(yesterday))
        case .objectID: return [first]
        }
        return [first, next]
    }

    /// What the source says of a read, its rows, and how it ended.
    private static func read(_ inputs: SourceInputs, _ lab: Lab, _ context: SourceContext) async -> [String] {
        let seen = Lock<[String]>([])
        do {
            let response = try await lab.source.read(inputs, in: context)
            let limits = [response.chunkRows, response.chunkBytes, response.rowsToSync]
            seen.withLock {
                $0.append("\(response.partitioning) \(response.primaryKeys) \(response.sortMode) \(limits)")
                $0.append("\(response.columnHints.sorted { $0.key < $1.key })")
            }
            try await response.items.run(
                into: Emitter { item, _ in
                    let new = try item.map(Bench.rows) ?? []
                    seen.withLock { $0 += new.map { JSONValue.object($0).text } }
                })
        } catch {
            seen.withLock { $0.append("\(error)") }
        }
        return seen.withLock { $0 }
    }

    private static func text(_ field: (name: String, value: HTTPHeaders.Value)) -> String {
        switch field.value {
        case .plain(let text): "\(field.name): \(text)"
        case .secret(let prefix, let secret): "\(field.name): \(prefix)\(secret.revealed.hashValue)"
        }
    }
}
