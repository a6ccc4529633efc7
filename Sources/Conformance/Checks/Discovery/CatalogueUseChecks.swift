import Cassettes
import Columns
import Pipeline
import Tributary

/// That what is listed can be had, and what is not listed cannot.
enum CatalogueUseChecks {
    static let all = [roundTrip, unknownTable, incrementalFieldsUsable]

    private static let roundTrip = Check(
        "discovery-selectable-round-trip", group: .discovery, level: .replay, scope: .source,
        proves: "Every listed table can be read to its end.",
        method:
            "Each listed table that the scenario recorded is synced over the recording; every other must at least be "
            + "known to a read, and to the engine of a database. A table that no scenario of the source recorded makes the check not exercised, and so does one "
            + "that offers increments where none was ever recorded.",
        likelyCause: "The list and the read look tables up in different places.", profile: .quick,
        catches: "listed-table-cannot-be-read", "table-listed-that-is-not-there"
    ) { input in
        try await input.judging { tally in
            // A scenario of a refusal must not stand for one that reads tables.
            guard input.scenario.goodState != nil else {
                throw Bench.Verdicted(verdict: .notExercised(ConfigurationChecks.noTables))
            }
            let listing = try await input.listing()
            let here = input.scenario.manifest.schemas
            let everywhere = try input.scenarios().flatMap(\.manifest.schemas)
            let recorded = everywhere.map(\.name)
            tally.add(listing.looked)
            var findings: [Finding] = []
            var skipped: [String] = []
            for table in listing.tables {
                if let schema = here.first(where: { $0.name == table.name }) {
                    let reading = try await Reading(input, schema, try input.material())
                    // An upstream that asks to come back later has not refused the table.
                    if let error = reading.error as? SourceError, error.kind == .unmatchedRequest || error.isPassing {
                        if recorded.count(where: { $0 == table.name }) < 2 { skipped.append(table.name) }
                        continue
                    }
                    tally.add(reading.looked + Counters(items: 1))
                    if let error = reading.error { findings.append(finding(table, error, reading.history)) }
                } else if let error = try await Self.unknown(table.name, input) {
                    findings.append(finding(table, error, []))
                }
            }
            let missing = listing.names.subtracting(Set(recorded)).sorted() + skipped
            let increments = Set(everywhere.filter { $0.mode != .fullRefresh }.map(\.name))
            let untried = listing.tables.filter { table in
                !table.incrementalFields.isEmpty && recorded.contains(table.name) && !increments.contains(table.name)
            }
            // A database offers whatever columns may serve, and reads all of them alike.
            if findings.isEmpty, let table = untried.first, try SQLScenario(input.scenario) == nil {
                let fields = table.incrementalFields.map(\.name).joined(separator: ", ")
                throw Bench.Verdicted(
                    verdict: .notExercised(
                        "\(table.name) offers increments by \(fields), and no scenario reads it so: record one, or offer none. "
                            + "A user would choose what nobody has seen work."))
            }
            if findings.isEmpty, !missing.isEmpty, input.source.description.listsSchemasWithoutCredentials {
                throw Bench.Verdicted(
                    verdict: .notExercised("No scenario holds a complete read of \(missing.joined(separator: ", "))."))
            }
            return findings
        }
    }

    private static func finding(_ table: SourceSchema, _ error: any Error, _ history: [String]) -> Finding {
        Finding(
            at: "\(table.name), which is listed", expected: "it is read to its end", actual: "It ended with: \(error)",
            history: history)
    }

    /// The error of a read that does not know the table; nil where it does.
    private static func unknown(_ name: String, _ input: CheckCase) async throws -> SourceError? {
        let upstream = try input.material()
        let lab = try input.lab()
        let context = try lab.context(upstream, clock: LabClock(upstream.now), log: EventLog())
        do {
            let response = try await lab.source.read(SourceInputs(schema: name, syncType: .fullRefresh), in: context)
            // An engine knows its tables, recorded or not.
            if DatabaseTales.areTold(in: input) { try await response.items.run(into: Emitter { _, _ in }) }
        } catch let error as SourceError where error.kind == .unknownSchema {
            return error
        } catch {}
        return nil
    }

    private static let unknownTable = Check(
        "discovery-unknown-table-typed-error", group: .discovery, level: .replay, scope: .source,
        proves: "A table that does not exist is told as unknown-schema, never read as empty.",
        method: "Reads of a made-up name, and of listed names in other case, with a blank behind or a letter less.",
        likelyCause: "A switch over names has a default that returns nothing.", profile: .quick,
        catches: "unknown-table-read-as-empty"
    ) { input in
        try await input.judging { tally in
            let listing = try await input.listing()
            let first = listing.tables.first?.name ?? ""
            let wrong = ["kit_no_table_\(input.seed)", first.uppercased(), first + " ", String(first.dropLast()), ""]
            var findings: [Finding] = []
            for name in wrong where !listing.names.contains(name) {
                tally.add(Counters(runs: 1, items: 1))
                let end = try await Self.end(of: name, input)
                if (end.error as? SourceError)?.kind == .unknownSchema { continue }
                findings.append(
                    Finding(
                        at: "a read of '\(name)'", expected: "an error of kind unknown-schema",
                        actual: end.error.map { "It ended with: \($0)" } ?? "It succeeded, with \(end.items) items.",
                        history: end.history))
            }
            return Array(findings.prefix(2))
        }
    }.needing(.engine)

    /// How a read ends that nothing of the runtime stands before.
    private static func end(
        of name: String, _ input: CheckCase
    ) async throws -> (error: (any Error)?, items: Int, history: [String]) {
        let upstream = try input.material()
        let lab = try input.lab()
        let log = EventLog()
        let context = try lab.context(upstream, clock: LabClock(upstream.now), log: log, limit: 100)
        let items = Lock(0)
        do {
            let response = try await lab.source.read(SourceInputs(schema: name, syncType: .fullRefresh), in: context)
            try await response.items.run(into: Emitter { _, _ in items.withLock { $0 += 1 } })
        } catch {
            return (error, items.withLock { $0 }, log.lines())
        }
        return (nil, items.withLock { $0 }, log.lines())
    }

    private static let incrementalFieldsUsable = Check(
        "discovery-incremental-fields-usable", group: .discovery, level: .simulated,
        proves: "Each cursor field that a table offers is in its rows, has comparable values of its type, no nulls "
            + "unless that is said, and moves with the rows where another one does, or nobody says that it stays.",
        method:
            "A full read; the offered fields are looked up in the resulting table. Rows that changed between two recorded "
            + "states must have moved in each field that a source of fixed tables offers; of an only one model.json may say "
            + "that it stays.",
        likelyCause: "The field is spelt otherwise in the rows, or is absent from some of them: "
            + "choose one that every row has. Mark it nullable only if the API takes a bound on it all the same.",
        profile: .quick, catches: "cursor-field-not-in-rows", "cursor-field-often-null", "field-that-stays-offered",
        "only-field-stays"
    ) { input in
        try await Bench.judging(input) { bench in
            let upstream = try bench.upstream()
            let listing = try await Listing(input, upstream)
            guard let table = listing.tables.first(where: { $0.name == bench.schema.name }) else {
                throw Bench.Verdicted(verdict: .notExercised("The table is not listed over the modelled upstream."))
            }
            if table.incrementalFields.isEmpty {
                throw Bench.Verdicted(verdict: .notApplicable("The table offers no cursor field."))
            }
            let run = try await bench.successful(bench.plan(.fullRefresh), of: upstream, at: "a full read")
            let rows = try await bench.table(run)?.rows.map(\.values) ?? []
            bench.tally.add(Counters(rows: rows.count, items: table.incrementalFields.count))
            if rows.isEmpty { throw Bench.Verdicted(verdict: .notExercised("The table has no rows.")) }
            let problems = table.incrementalFields.compactMap { problem(of: $0, in: rows) }
            return problems.isEmpty ? try await bench.stayingFields(of: table) : problems
        }
    }

    private static func problem(of field: IncrementalField, in rows: [[String: Value]]) -> Finding? {
        let values = rows.map { $0[Bench.column(field.name)] ?? .null }
        let nulls = values.count { $0 == .null }
        let odd = values.first { $0 != .null && !isComparable($0, as: field.type) }
        let actual: String
        if nulls == values.count {
            actual = "None of \(values.count) rows has it."
        } else if nulls > 0, !field.isNullable {
            actual = "\(nulls) of \(values.count) rows have no value in it."
        } else if let odd {
            actual = "A value is \(TableDiff.text(odd)), which is no \(field.type.rawValue)."
        } else {
            return nil
        }
        let promise = field.isNullable ? "values of type \(field.type.rawValue) in some rows" : "a value in every row"
        return Finding(at: "cursor field \(field.name)", expected: promise, actual: actual)
    }

    private static func isComparable(_ value: Value, as type: CursorType) -> Bool {
        switch (type, value) {
        case (.integer, .int), (.numeric, .int), (.numeric, .double), (.numeric, .decimal), (.objectID, .string): true
        case (.integer, .decimal), (.integer, .string), (.numeric, .string):
            Int64(TableDiff.text(value)) != nil || type == .numeric && Double(TableDiff.text(value)) != nil
        case (.datetime, .timestamp), (.timestamp, .timestamp), (.date, .date), (.date, .timestamp), (.datetime, .date):
            true
        // Epoch numbers stand for moments.
        case (.datetime, .int), (.timestamp, .int), (.datetime, .double), (.timestamp, .double): true
        case (.datetime, .string(let text)), (.timestamp, .string(let text)), (.date, .string(let text)):
            TimestampParser.microseconds(text) != nil || TimestampParser.microseconds(text + "T00:00:00Z") != nil
        default: false
        }
    }
}

extension SourceError {
    /// Whether the same call may succeed later.
    fileprivate var isPassing: Bool { if case .retry = recovery { true } else { false } }
}
