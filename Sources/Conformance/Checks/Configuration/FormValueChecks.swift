import Cassettes
import Columns
import Tributary

/// What is taken for a config, and what is not.
enum FormValueChecks {
    static let all = [requiredMissing, wrongValue, roundTrip]

    private static let requiredMissing = Check(
        "config-required-field-missing", group: .configuration, level: .static, scope: .source,
        proves:
            "A config that lacks a field which the source needs is refused at once, by an error that names the field.",
        method: "Each field of the scenario's config is left out by itself, also inside chosen options and switched-on "
            + "groups. What the form calls required must be refused. What it calls optional must be accepted, and the "
            + "source must get to its first request without it.",
        likelyCause: "The property's type is optional although the source cannot do without it.", profile: .quick,
        catches: "needed-field-declared-optional"
    ) { input in
        let stored = try input.storedConfig()
        let baseline = try await input.errorBeforeTraffic(stored)
        var findings: [Finding] = []
        var looked = Counters()
        for place in FormPlace.all(input.source.form.fields, in: stored) {
            guard stored.value(at: place.path) != nil else { continue }
            looked += Counters(items: 1)
            let reduced = stored.setting(place.path, to: nil)
            let actual: String?
            do {
                let error = try await input.errorBeforeTraffic(reduced)
                if place.field.required == true {
                    actual = "It was accepted, although the form calls the field required."
                } else {
                    actual = baseline == nil ? error.flatMap { Self.late($0, place) } : nil
                }
            } catch {
                actual = ConfigRefusal.problem(with: error, of: place)
            }
            if let actual {
                findings.append(
                    Finding(
                        at: "config without \(place.text)",
                        expected: place.field.required == true
                            ? "an invalid-config error that names \(place.text), before any request"
                            : "the source works without the optional \(place.text), or refuses the config and names it",
                        actual: actual))
            }
        }
        return .judged(findings, looked: looked)
    }.needing(.fields)

    private static func late(_ error: any Error, _ place: FormPlace) -> String? {
        ConfigRefusal.problem(with: error, of: place).map {
            "The config was accepted, then the source stopped before its first request. \($0)"
        }
    }

    private static let wrongValue = Check(
        "config-wrong-value-rejected", group: .configuration, level: .static, scope: .source,
        proves: "A value of the wrong kind is refused by an error that names the field, or understood in one way only.",
        method: "Each field is given texts, lists, objects, blanks, control characters and, where it is a number or a "
            + "choice, what is none. A number or choice must be refused; whatever is accepted must be understood alike "
            + "each time, and again when it is stored and read back.",
        likelyCause: "A FieldValue reads what it does not understand as something: return nil from read(_:).",
        profile: .quick, catches: "number-read-leniently", "wrong-value-named-nowhere"
    ) { input in
        let stored = try input.storedConfig()
        var findings: [Finding] = []
        var looked = Counters()
        for place in FormPlace.all(input.source.form.fields, in: stored) {
            for trial in WrongValue.all(for: place.field) {
                looked += Counters(items: 1)
                let config = stored.setting(place.path, to: trial.value)
                guard let actual = Self.outcome(input, config, place, trial) else { continue }
                let shown = place.field.secret == true ? Secret.mask : trial.value.text
                findings.append(
                    Finding(
                        at: "\(place.text) = \(shown) (\(trial.what))",
                        expected: trial.mustBeRefused
                            ? "an invalid-config error that names \(place.text)"
                            : "an invalid-config error that names \(place.text), or one understanding of the value",
                        actual: actual))
            }
        }
        return .judged(findings, looked: looked)
    }.needing(.fields)

    private static func outcome(
        _ input: CheckCase, _ config: JSONObject, _ place: FormPlace, _ trial: WrongValue
    ) -> String? {
        do {
            let first = try input.source.configure(.object(config)).storedConfig
            if trial.mustBeRefused { return "It was accepted, as \(Self.masked(first, place))." }
            let second = try input.source.configure(.object(config)).storedConfig
            if first != second { return "It was understood in two ways." }
            let again = try input.source.configure(first).storedConfig
            return first == again ? nil : "What is stored of it is understood in another way when it is read back."
        } catch {
            return ConfigRefusal.problem(with: error, of: place, value: trial.value)
        }
    }

    private static func masked(_ config: JSONValue, _ place: FormPlace) -> String {
        if place.field.secret == true { return Secret.mask }
        return config.object?.value(at: place.path)?.text ?? "nothing"
    }

    private static let roundTrip = Check(
        "config-round-trip-stable", group: .configuration, level: .static, scope: .source,
        proves: "A config that is stored and read back stays the same, however often.",
        method:
            "The config is read, stored, read and stored again: the bytes must be equal. One member more, which the "
            + "form does not know, must be ignored, kept, or refused by an error that names it.",
        likelyCause: "A FieldValue's storedValue is not what its read(_:) takes.", profile: .quick,
        catches: "value-grows-when-stored"
    ) { input in
        let first = try input.source.configure(.object(input.config)).storedConfig
        let second = try input.source.configure(first).storedConfig
        var findings: [Finding] = []
        if let difference = JSONDifference(first, second) {
            let place = FormPlace.all(input.source.form.fields, in: first.object ?? JSONObject()).first {
                "$." + $0.text == difference.path
            }
            let shown = place?.field.secret == true ? Secret.mask : difference.actual
            findings.append(
                Finding(
                    at: "config, \(difference.path)", expected: "the same after storing and reading back",
                    actual: "It became \(shown)."))
        }
        let name = "unknown_to_the_form"
        do {
            _ = try input.source.configure(.object(input.config.setting([name], to: 1)))
        } catch let error as SourceError where error.kind == .invalidConfig && error.message.contains(name) {
        } catch {
            findings.append(
                Finding(
                    at: "config with \(name)", expected: "ignored, kept, or refused by its name",
                    actual: "It ended with: \(error)"))
        }
        return .judged(
            findings, looked: Counters(items: FormPlace.all(input.source.form.fields, in: JSONObject()).count))
    }.needing(.fields)
}

/// A value that a field should not take, or not without thought.
struct WrongValue: Sendable {
    var what: String
    var value: JSONValue
    var mustBeRefused = false

    static func all(for field: FormField) -> [WrongValue] {
        let isRequired = field.required == true
        var values = [
            WrongValue(what: "empty", value: "", mustBeRefused: isRequired),
            WrongValue(what: "blanks", value: " \t ", mustBeRefused: isRequired),
            WrongValue(what: "a list", value: [[1], "x"]), WrongValue(what: "an object", value: ["kit": [1]]),
            WrongValue(what: "a truth value", value: true),
            WrongValue(what: "control characters", value: "a\u{0}\u{7}b"),
            WrongValue(what: "two lines", value: "a\r\nb: c"), WrongValue(what: "64 KiB", value: .string(long)),
        ]
        switch field.type {
        case .number:
            for text in ["abc", "12abc", "0x1G", "NaN", "1e999", "--1"] {
                values.append(WrongValue(what: "no number", value: .string(text), mustBeRefused: true))
            }
        case .select:
            values.append(WrongValue(what: "no option", value: "kit-no-option", mustBeRefused: true))
        case .switchGroup:
            values.append(WrongValue(what: "neither on nor off", value: "perhaps", mustBeRefused: true))
        default: break
        }
        return values
    }

    private static let long = String(repeating: "x", count: 65_536)
}
