import ArgumentParser
import Columns
import Foundation
import Tributary

/// A config as a user gives it: a file, `key=value` pairs over it, and answers on the terminal for what is missing.
struct ConfigInput: ParsableArguments {
    @Option(
        name: .customLong("set"), parsing: .singleValue,
        help: ArgumentHelp(
            "Set a field; a nested one by its path, such as auth_method.api_key. '@FILE' as value reads a file, '-' asks.",
            valueName: "key=value"))
    var pairs: [String] = []

    @Option(
        name: .customLong("config"), help: "A JSON file with fields; '-' reads standard input.", completion: .file())
    var file: String?

    /// The fields given on the command line, before anybody is asked.
    func given() throws -> JSONObject {
        var object = JSONObject()
        if let file { object = try read(file) }
        for pair in pairs {
            guard let sign = pair.firstIndex(of: "="), sign != pair.startIndex else {
                throw ValidationError("Reading --set '\(pair.prefix(40))': it must be key=value.")
            }
            let path = pair[..<sign].split(separator: ".").map(String.init)
            Self.set(try value(String(pair[pair.index(after: sign)...]), of: path), at: path, in: &object)
        }
        return object
    }

    private func read(_ file: String) throws -> JSONObject {
        let data =
            file == "-" ? FileHandle.standardInput.readDataToEndOfFile() : FileManager.default.contents(atPath: file)
        guard let data else {
            throw ValidationError("Reading the config \(file): there is no such file, or it may not be read.")
        }
        let value: JSONValue
        do {
            value = try JSONValue(parsing: Array(data))
        } catch {
            throw ValidationError("Reading the config \(file): it is not JSON. \(error)")
        }
        guard let object = value.object else {
            throw ValidationError("Reading the config \(file): it must be one JSON object.")
        }
        return object
    }

    private func value(_ text: String, of path: [String]) throws -> JSONValue {
        if text == "-" { return .string(Prompt.secret(path.joined(separator: ".")) ?? "") }
        guard text.hasPrefix("@") else { return .string(text) }
        let file = String(text.dropFirst())
        guard let data = FileManager.default.contents(atPath: file) else {
            throw ValidationError("Reading \(file) for '\(path.joined(separator: "."))': there is no such file.")
        }
        return .string(String(decoding: data, as: UTF8.self))
    }

    /// Puts a value at a path of member names.
    static func set(_ value: JSONValue, at path: [String], in object: inout JSONObject) {
        guard let name = path.first else { return }
        guard path.count > 1 else {
            object[name] = value
            return
        }
        // A plain value in the way is a select's choice: it keeps its place beside the sub-fields.
        var inner = object[name]?.object ?? object[name].map { JSONObject([("selection", $0)]) } ?? JSONObject()
        set(value, at: Array(path.dropFirst()), in: &inner)
        object[name] = .object(inner)
    }
}
