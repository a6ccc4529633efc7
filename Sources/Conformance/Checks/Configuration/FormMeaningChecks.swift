import Cassettes
import Columns
import Pipeline
import Tributary

/// What a config means: the same whether a default is left out or given, and with every later version.
enum FormMeaningChecks {
    static let all = [omittedEqualsDefault, backwardCompatible]

    private static let omittedEqualsDefault = Check(
        "config-optional-omitted-equals-default", group: .configuration, level: .meta, scope: .source,
        proves: "Leaving out a field that has a default, and giving that default, are the same thing.",
        method: "For each field with a default, also of switched-off groups, the source validates and reads two tables "
            + "of the recording twice: requests and resulting tables must be equal.",
        likelyCause: "The code asks whether the field was given, or its default stands in two places.", profile: .quick,
        catches: "default-means-more-than-omitted"
    ) { input in
        let stored = try input.storedConfig()
        let places = FormPlace.all(input.source.form.fields, in: stored).filter { $0.defaultValue != nil }
        if places.isEmpty { return .notApplicable("No field of the form has a default.") }
        var findings: [Finding] = []
        var looked = Counters()
        for place in places {
            let omitted = try await Behaviour(input, stored.setting(place.path, to: nil))
            let given = try await Behaviour(input, stored.setting(place.path, to: place.defaultValue))
            looked += omitted.looked + given.looked + Counters(items: 1)
            guard let difference = omitted.difference(to: given) else { continue }
            findings.append(
                Finding(
                    at: "\(place.text), left out and given as \(place.defaultValue?.text ?? "")",
                    expected: "the same requests and the same tables",
                    actual: "They differ: left out \(difference.0); given \(difference.1).",
                    history: given.requests))
        }
        return .judged(findings, looked: looked)
    }.needing(.fields)

    private static let backwardCompatible = Check(
        "config-backward-compatible", group: .configuration, level: .static, scope: .source,
        proves: "Every config that the last released version accepted is accepted now.",
        method:
            "Released configs are read by the source as it is now, as they are and with optional fields left out and "
            + "other options chosen, up to 100 variations of each.",
        likelyCause:
            "A field was renamed, removed or made required. Keep the old name, or give the new field a default.",
        profile: .quick, catches: "required-field-added-later"
    ) { input in
        guard let released = try input.released() else {
            return .notApplicable(ReleasedDeclaration.missing)
        }
        var findings: [Finding] = []
        var looked = Counters()
        for example in released.examples {
            for variation in Self.variations(of: example, form: released.form) {
                looked += Counters(items: 1)
                do {
                    _ = try input.source.configure(.object(variation.config))
                } catch  where findings.count < 3 {
                    findings.append(
                        Finding(
                            at: "a config of version \(released.version)\(variation.what)", expected: "it is accepted",
                            actual: "\(error)", file: "../\(ReleasedDeclaration.folder)/\(released.version).json"))
                } catch {}
            }
        }
        return .judged(findings, looked: looked)
    }.needing(.fields)

    /// The config, without each optional field, and with defaults in their places: what the old form says is allowed.
    private static func variations(
        of example: JSONObject, form: [FormField]
    ) -> [(what: String, config: JSONObject)] {
        var all: [(what: String, config: JSONObject)] = [("", example)]
        for place in FormPlace.all(form, in: example) {
            let isSet = example.value(at: place.path) != nil
            for (what, config) in all where all.count < 100 {
                if isSet, place.field.required != true, place.field.type != .oauth {
                    all.append(("\(what), without \(place.text)", config.setting(place.path, to: nil)))
                }
                if let value = place.defaultValue {
                    all.append(("\(what), with the default of \(place.text)", config.setting(place.path, to: value)))
                }
            }
        }
        return all
    }
}

/// What a source does with a config, as far as the recording goes.
private struct Behaviour {
    var requests: [String] = []
    var tables: [String: [TableImage.Row]] = [:]
    var looked = Counters()

    init(_ input: CheckCase, _ config: JSONObject) async throws {
        var input = input
        input.config = config
        let upstream = try input.material()
        let lab = try input.lab()
        let log = EventLog()
        try? await lab.source.validateCredentials(
            in: try lab.context(upstream, clock: LabClock(upstream.now), log: log))
        requests = log.requests.map(\.description)
        for schema in input.scenario.manifest.schemas.prefix(2) {
            var plan = Lab.Plan(schema.name, schema.mode, cursorField: schema.field?.name)
            plan.requestLimit = 100
            let run = try await lab.run(plan, of: upstream)
            requests += run.log.requests.map(\.description)
            let image = try await lab.table(schema.name, in: run.files)
            tables[schema.name] = (image?.rows ?? []).sorted { $0.key.lexicographicallyPrecedes($1.key) }
        }
        looked = Counters(rows: tables.values.reduce(0) { $0 + $1.count }, requests: requests.count, runs: tables.count)
    }

    /// The first thing in which two behaviours differ.
    func difference(to other: Behaviour) -> (String, String)? {
        for index in 0..<max(requests.count, other.requests.count) {
            let (a, b) = (
                requests.indices.contains(index) ? requests[index] : "nothing",
                other.requests.indices.contains(index) ? other.requests[index] : "nothing"
            )
            if a != b { return ("request \(index) is \(a)", "it is \(b)") }
        }
        for (name, rows) in tables.sorted(by: { $0.key < $1.key }) where rows != other.tables[name] {
            return ("\(name) has \(rows.count) rows", "it has \(other.tables[name]?.count ?? 0), or other values")
        }
        return nil
    }
}
