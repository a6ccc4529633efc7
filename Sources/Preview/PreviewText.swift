import Columns
import Foundation
import Tributary

/// How the preview tells values and errors.
enum PreviewText {
    static func problem(_ error: SourceError) -> JSONValue {
        var object = JSONObject([("message", .string(error.message)), ("kind", .string(error.kind.rawValue))])
        object["advice"] = error.advice.map { .string($0) }
        if let config = error.underlying as? ConfigError { object["problems"] = problems(config) }
        return .object(object)
    }

    static func problem(_ error: any Error) -> JSONValue {
        (error as? SourceError).map(problem) ?? ["message": .string("\(error)")]
    }

    static func problems(_ error: ConfigError) -> JSONValue {
        .array(
            error.problems.map { problem in
                var object = JSONObject([("path", .string(problem.path)), ("message", .string(problem.message))])
                object["accepted"] = problem.accepted.map { .string($0) }
                return .object(object)
            })
    }

    /// A cell of a row; null stays null.
    static func cell(_ value: Value) -> JSONValue {
        switch value {
        case .null: .null
        case .bool(let value): .bool(value)
        case .int(let value): .string(String(value))
        case .double(let value): .string(String(value))
        case .decimal(let value): .string(value.description)
        case .string(let text): .string(text.count > 200 ? String(text.prefix(200)) + "…" : text)
        case .binary(let bytes): .string("\(bytes.count) bytes")
        case .date(let days): .string(CursorValue.date(days).storedText)
        case .timestamp(let micros): .string(CursorValue.timestamp(micros).storedText)
        }
    }

    static func number(_ value: Int) -> JSONValue { .number(JSONNumber(Int64(value))) }
    static func texts(_ values: [String]) -> JSONValue { .array(values.map { .string($0) }) }
}
