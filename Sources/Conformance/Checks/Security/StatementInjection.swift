import Cassettes
import Columns
import Pipeline
import Tributary

/// The statements that a source sends while a text of its config means something to an engine.
enum StatementInjection {
    /// Texts that end a literal or a quoted name before their own end, where they are put into a statement as they are.
    private static let hostile = [
        "' OR '1'='1", "\" OR \"1\"=\"1", "` OR `1`=`1", "\\' OR 1=1 -- ", " OR 1=1", "; SELECT 1 -- ",
    ]

    /// The texts for a table: all, of a table that is read as one before it is each third, and others for the next table.
    private static func texts(for input: CheckCase) throws -> [String] {
        let place = input.profile == .hostile ? 0 : try input.placeAmongAlike
        return place == 0 ? hostile : hostile.indices.filter { $0 % 3 == place % 3 }.map { hostile[$0] }
    }

    /// Each text of the form in turn, those that the scenario leaves out among them.
    static func judge(_ input: CheckCase) async throws -> Verdict {
        try await Bench.judging(input) { bench in
            _ = try bench.demandDatabase()
            let stored = try input.storedConfig()
            // Validation and listing are no matter of the table.
            let readsAlone = try input.isStoodFor
            let texts = try texts(for: input)
            for place in input.openTexts(in: stored) {
                let value = stored.value(at: place.path)?.string ?? "kit"
                guard let known = try await forms(bench, stored.setting(place.path, to: .string(value))) else {
                    continue
                }
                for text in texts.map({ value + $0 }) {
                    guard
                        let sent = try await forms(
                            bench, stored.setting(place.path, to: .string(text)), readsAlone: readsAlone)
                    else { continue }
                    bench.tally.add(Counters(items: 1))
                    guard let other = sent.first(where: { known[$0.key] == nil })?.value else { continue }
                    return [
                        Finding(
                            at: "config field \(place.text)",
                            expected: "statements of the same form whatever its value, or a config that is refused",
                            actual: "With “\(text)” another one was sent: \(other)",
                            witness: known.values.filter { $0.contains(value) }.sorted(),
                            cause:
                                "The value is put into the text: write a question mark there and hand the value over in `parameters`, or "
                                + "quote a name by the connection's `quote`.")
                    ]
                }
            }
            return []
        }
    }

    /// The statements of a source with a config, by their forms; nil where the form refuses it.
    ///
    /// - Parameter readsAlone: whether the source only reads the table, and neither validates nor lists.
    private static func forms(
        _ bench: Bench, _ config: JSONObject, readsAlone: Bool = false
    ) async throws -> [String: String]? {
        guard let source = try? bench.input.source.configure(.object(config)) else { return nil }
        let sql = try bench.demandDatabase()
        let lab = Lab(source: source, stack: bench.lab.stack, runtime: bench.lab.runtime)
        let upstream = try bench.database()
        let log = EventLog()
        let context = try lab.context(upstream, clock: LabClock(upstream.now), log: log, limit: 200)
        // What the engine or the source makes of the value is no matter: what was sent is.
        if !readsAlone {
            try? await source.validateCredentials(in: context)
            _ = try? await source.schemas(in: context)
        }
        try? await source.validateCredentials(schema: bench.schema.name, in: context)
        for type in Set([bench.schema.mode, .fullRefresh]) {
            try? await source.read(bench.inputs(type), in: context).items.run(into: Emitter { _, _ in })
        }
        bench.tally.add(Counters(requests: log.databases.statements.count, runs: 1))
        let texts = log.databases.statements.map(\.statement.text)
        return Dictionary(texts.map { (StatementForm($0, sql.base.engine).text, $0) }) { first, _ in first }
    }
}

extension CheckCase {
    /// The places of texts that a user may enter as he likes, whether or not the scenario does.
    func openTexts(in config: JSONObject) -> [FormPlace] {
        FormPlace.all(source.form.fields, in: config).filter { place in
            !namesFault(place) && [.text, .search, .textarea].contains(place.field.type) && place.field.secret != true
        }
    }

    /// Whether a field is none of the source's own: a specimen has one that names its fault.
    func namesFault(_ place: FormPlace) -> Bool {
        if case .specimen = origin { place.text == "fault" } else { false }
    }
}
