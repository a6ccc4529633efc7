import Columns
import Foundation
import Tributary

/// Fills a form by asking on the terminal for what was not given.
struct FormPrompt {
    private(set) var answers: JSONObject

    init(given: JSONObject) { answers = given }

    /// Asks for every field that has no value yet.
    mutating func ask(_ fields: [FormField]) { ask(fields, under: []) }

    private mutating func ask(_ fields: [FormField], under path: [String]) {
        for field in fields { ask(field, at: path + [field.name]) }
    }

    private mutating func ask(_ field: FormField, at path: [String]) {
        switch field.type {
        case .select: askSelect(field, at: path)
        case .switchGroup: askGroup(field, at: path)
        case .sshTunnel: askGroup(field, at: path)
        case .fileUpload:
            guard value(at: path) == nil, let file = line(field, hint: "path of a JSON file"), !file.isEmpty else {
                return
            }
            let text = FileManager.default.contents(atPath: file).map { String(decoding: $0, as: UTF8.self) }
            ConfigInput.set(.string(text ?? ""), at: path, in: &answers)
        default: askInput(field, at: path)
        }
    }

    private mutating func askInput(_ field: FormField, at path: [String]) {
        guard value(at: path) == nil else { return }
        // An account may be given by its token.
        let isHidden = field.secret == true || field.type == .oauth
        let answer = isHidden ? Prompt.secret(question(field, hint: nil)) : line(field, hint: field.placeholder)
        guard let answer, !answer.isEmpty else { return }
        ConfigInput.set(.string(answer), at: path, in: &answers)
    }

    private mutating func askSelect(_ field: FormField, at path: [String]) {
        let options = field.options ?? []
        let hasInner = options.contains { $0.fields?.isEmpty == false }
        let chosenPath = hasInner ? path + ["selection"] : path
        var chosen = value(at: chosenPath)?.string ?? value(at: path)?.string
        if chosen == nil {
            let names = options.map(\.value)
            chosen = line(field, hint: names.joined(separator: " | ")).flatMap { $0.isEmpty ? nil : $0 }
            if let chosen { ConfigInput.set(.string(chosen), at: chosenPath, in: &answers) }
        }
        let fallback: String? = if case .string(let text) = field.defaultValue { text } else { nil }
        let option = options.first { $0.value == chosen ?? fallback }
        ask(option?.fields ?? [], under: path)
    }

    private mutating func askGroup(_ field: FormField, at path: [String]) {
        if value(at: path) == nil {
            guard let answer = line(field, hint: "y/N"), ["y", "yes"].contains(answer.lowercased()) else { return }
            ConfigInput.set(true, at: path + ["enabled"], in: &answers)
        }
        ask(field.fields ?? [], under: path)
    }

    private func value(at path: [String]) -> JSONValue? {
        var value: JSONValue? = .object(answers)
        for name in path { value = value?[name] }
        return value
    }

    private func line(_ field: FormField, hint: String?) -> String? { Prompt.line(question(field, hint: hint)) }

    private func question(_ field: FormField, hint: String?) -> String {
        let need = field.required == true ? "" : ", optional"
        return field.label + (hint.map { " [\($0)\(need)]" } ?? (need.isEmpty ? "" : " [optional]"))
    }
}
