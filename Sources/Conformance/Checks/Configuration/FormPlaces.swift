import Columns
import Tributary

/// A field of a form, and where its value stands in a stored config.
struct FormPlace: Sendable {
    var path: [String]
    var field: FormField

    var text: String { path.joined(separator: ".") }

    /// The value that is taken when none is given; nil when there is none.
    var defaultValue: JSONValue? {
        switch field.type == .switchGroup ? field.default : field.defaultValue {
        case .string(let text): .string(text)
        case .int(let value): .number(JSONNumber(value))
        case .double(let value): .number(JSONNumber(value))
        case .bool(let value): field.type == .switchGroup ? ["enabled": .bool(value)] : .bool(value)
        case nil: nil
        }
    }

    /// The fields that count for a config: those of chosen options and of groups that are on, at every depth.
    static func all(_ fields: [FormField], in config: JSONObject, below path: [String] = []) -> [FormPlace] {
        fields.flatMap { field -> [FormPlace] in
            let place = FormPlace(path: path + [field.name], field: field)
            let inside = fieldsInside(field, config[field.name])
            return [place] + all(inside, in: config[field.name]?.object ?? JSONObject(), below: place.path)
        }
    }

    private static func fieldsInside(_ field: FormField, _ value: JSONValue?) -> [FormField] {
        switch field.type {
        case .select:
            let chosen = value?["selection"]?.string ?? value?.string
            return field.options?.first { $0.value == chosen }?.fields ?? []
        case .switchGroup: return value?["enabled"]?.bool == true ? field.fields ?? [] : []
        default: return []
        }
    }
}

/// How a config was refused.
enum ConfigRefusal {
    /// What is wrong with a refusal; nil when it is typed and names the field.
    static func problem(with error: any Error, of place: FormPlace, value: JSONValue? = nil) -> String? {
        guard let error = error as? SourceError else { return "The error is no SourceError: \(type(of: error))." }
        guard error.kind == .invalidConfig else {
            return "Its kind is \(error.kind.rawValue), not invalid-config: \(error.message)"
        }
        let name = place.path.last ?? ""
        guard error.description.contains(name) else { return "It does not name the field: \(error.message)" }
        if place.field.secret == true, let text = value?.string, text.count > 3, error.description.contains(text) {
            return "It quotes the value of a secret field."
        }
        return nil
    }
}
